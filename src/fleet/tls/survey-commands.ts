/**
 * What is sent to look at the TLS of one node, all of it read-only, and the rights that it takes: from 6.2 on no more than
 * discovery. Only settings about TLS, ports and announcements are asked for, which hold one secret alone: a passphrase.
 */

import { versionAtLeast, type ServerVersion } from '../../conf/index.ts';
import { AUDIT_COMMANDS, type AuditCommand } from '../audit-command.ts';
import { DISCOVERY_COMMANDS } from '../topology/discovery-commands.ts';
import { discoveryPermissions } from '../topology/discovery-permissions.ts';

/** One pattern to a command: 6.2 and older take one only. */
const SETTING_PATTERNS = ['tls-*', '*port', '*-announce-*', 'dir', 'cluster-enabled'] as const;

const WANTED = /^tls-|port$|-announce-|^dir$|^cluster-enabled$/;

export const SURVEY_COMMANDS = {
  hello: DISCOVERY_COMMANDS.hello,
  /** First of the first pipeline: it tells the server's clock, from 6.2 on. */
  server: DISCOVERY_COMMANDS.server,
  replication: DISCOVERY_COMMANDS.replication,
  clusterNodes: DISCOVERY_COMMANDS.clusterNodes,
  sentinelMasters: DISCOVERY_COMMANDS.sentinelMasters,
  /** Only where INFO has no clock: Redis 6.0. */
  time: AUDIT_COMMANDS.time,
} as const satisfies Readonly<Record<string, AuditCommand>>;

export const SETTING_COMMANDS: readonly AuditCommand[] = SETTING_PATTERNS.map((pattern) => ({
  argv: ['CONFIG', 'GET', pattern],
  name: `CONFIG GET ${pattern}`,
  rule: '+config|get',
  look: 'read the configuration file of the server',
}));

/** Is it among the settings that a survey keeps? By canonical name. */
export function isSurveyed(setting: string): boolean {
  return WANTED.test(setting);
}

/**
 * Rules for ACL SETUSER of a user who may find the nodes of a fleet and look at their TLS, without the password. With
 * exactly these nothing is left in ACL LOG. Redis 6.0 has no ACL in its Sentinels.
 */
export function tlsSurveyPermissions(
  server: ServerVersion,
  mode: 'standalone' | 'cluster' | 'sentinel' = 'standalone',
): readonly string[] {
  const rules = discoveryPermissions(server, mode);
  // Sentinels have no TIME.
  const needsTime = mode !== 'sentinel' && !versionAtLeast(server, '6.2');
  return needsTime ? [...rules, '+time'] : rules;
}
