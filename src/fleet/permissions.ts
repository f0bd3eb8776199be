/**
 * The rights that an audit needs and no more, as ACL rules of each version. A user with exactly these leaves
 * nothing in ACL LOG while it audits, and can read neither a key nor a channel. `CONFIG GET` shows passwords
 * that stand in the configuration (requirepass, masterauth, key passphrases): keep this user's secret well.
 */

import { versionAtLeast, type ServerVersion } from '../conf/index.ts';
import { AUDIT_COMMANDS, FOLLOW_UP_COMMANDS, type AuditCommand } from './audit-command.ts';

/** Rules for ACL SETUSER, without the password: `on resetkeys resetchannels -@all +time +info …`. */
export function auditPermissions(
  server: ServerVersion,
  mode: 'standalone' | 'cluster' | 'sentinel' = 'standalone',
): readonly string[] {
  const commands: readonly AuditCommand[] = [...Object.values(AUDIT_COMMANDS), ...followUps(mode)];
  const rules = commands.flatMap(({ rule }) => (rule === undefined || !exists(rule, mode) ? [] : [rule]));
  // 6.0 has no channel rules.
  const channels = versionAtLeast(server, '6.2') ? ['resetchannels'] : [];
  return ['on', 'resetkeys', ...channels, '-@all', ...rules];
}

function followUps(mode: 'standalone' | 'cluster' | 'sentinel'): readonly AuditCommand[] {
  switch (mode) {
    case 'standalone':
      return [];
    case 'cluster':
      return [FOLLOW_UP_COMMANDS.clusterInfo, FOLLOW_UP_COMMANDS.clusterNodes];
    case 'sentinel':
      return [FOLLOW_UP_COMMANDS.sentinelMasters];
  }
}

/** A Sentinel knows few commands, and refuses rules about the others. */
function exists(rule: string, mode: 'standalone' | 'cluster' | 'sentinel'): boolean {
  return mode !== 'sentinel' || !['+time', '+config|get', '+module|list'].includes(rule);
}
