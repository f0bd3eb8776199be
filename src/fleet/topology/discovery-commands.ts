/**
 * What is sent to find the nodes of a fleet, all of it read-only, each with the right that it takes.
 */

import { AUDIT_COMMANDS, FOLLOW_UP_COMMANDS, type AuditCommand } from '../audit-command.ts';

export const DISCOVERY_COMMANDS = {
  hello: AUDIT_COMMANDS.hello,
  // Two commands, because 6.2 and older take one section only.
  server: ask(['INFO', 'server'], '+info'),
  replication: ask(['INFO', 'replication'], '+info'),
  clusterNodes: FOLLOW_UP_COMMANDS.clusterNodes,
  clusterId: ask(['CLUSTER', 'MYID'], '+cluster|myid'),
  sentinelMasters: FOLLOW_UP_COMMANDS.sentinelMasters,
  // Redis 6.0 has none, and no ACL in its Sentinels either.
  sentinelId: ask(['SENTINEL', 'MYID'], '+sentinel|myid'),
  // Every Sentinel listens to this channel of every primary and replica that it watches.
  watchers: ask(['PUBSUB', 'NUMSUB', '__sentinel__:hello'], '+pubsub|numsub'),
} as const satisfies Readonly<Record<string, AuditCommand>>;

/** Asked once for each group that a Sentinel watches: its replicas, and the other Sentinels. */
export function groupCommands(group: string): readonly [AuditCommand, AuditCommand] {
  return [
    ask(['SENTINEL', 'REPLICAS', group], '+sentinel|replicas'),
    ask(['SENTINEL', 'SENTINELS', group], '+sentinel|sentinels'),
  ];
}

function ask(argv: readonly string[], rule: string): AuditCommand {
  return {
    argv,
    name: argv.join(' '),
    rule,
    look: `run \`redis-cli ${argv.join(' ').toLowerCase()}\` as an administrator`,
  };
}
