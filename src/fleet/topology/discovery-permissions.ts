/**
 * The rights that discovery and the reading of node states take, and no more, as ACL rules of each version and kind of
 * node. A user with exactly these leaves nothing in ACL LOG, and can read neither a key nor a channel. `CONFIG GET` shows
 * passwords that stand in the configuration: keep this user's secret well.
 */

import { versionAtLeast, type ServerVersion } from '../../conf/index.ts';
import type { AuditCommand } from '../audit-command.ts';
import { DATA_NODE_COMMANDS, SENTINEL_COMMANDS } from '../node-state-commands.ts';
import { DISCOVERY_COMMANDS, groupCommands } from './discovery-commands.ts';

/** Rules for ACL SETUSER, without the password. Redis 6.0 has no ACL in its Sentinels. */
export function discoveryPermissions(
  server: ServerVersion,
  mode: 'standalone' | 'cluster' | 'sentinel' = 'standalone',
): readonly string[] {
  const rules = commandsOf(mode).flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  // 6.0 has no channel rules.
  const channels = versionAtLeast(server, '6.2') ? ['resetchannels'] : [];
  return ['on', 'resetkeys', ...channels, '-@all', ...new Set(rules)];
}

function commandsOf(mode: 'standalone' | 'cluster' | 'sentinel'): readonly AuditCommand[] {
  const { server, watchers, clusterNodes, clusterId, sentinelMasters, sentinelId } = DISCOVERY_COMMANDS;
  switch (mode) {
    case 'standalone':
      return [server, watchers, ...Object.values(DATA_NODE_COMMANDS)];
    case 'cluster':
      return [server, clusterNodes, clusterId, ...Object.values(DATA_NODE_COMMANDS)];
    case 'sentinel':
      return [
        server,
        sentinelId,
        sentinelMasters,
        ...groupCommands('name'),
        ...Object.values(SENTINEL_COMMANDS),
      ];
  }
}
