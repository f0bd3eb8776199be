/**
 * What the users of replicas, Sentinels, exporters and backups need to do their work, and what more they may
 * hold without harm. Seen on real servers: replicas of each version attach, Sentinels watch and fail over, with these
 * rights and no others.
 */
import { canRun } from '../decision/reach.ts';
import { decide } from '../decision/decide.ts';
import type { User } from '../selector.ts';

export type Role = 'replica' | 'sentinel' | 'exporter' | 'backup';

/** The rights of a role. */
export interface RoleNeed {
  /** Full names. A list of several: any one will do. */
  readonly commands: readonly (readonly string[])[];
  /** Channels that it publishes to and subscribes to. */
  readonly channels: readonly string[];
  /** What it may hold besides: no harm, or some set-ups need it. */
  readonly spare: readonly string[];
}

/** The channel on which Sentinels find each other. */
export const SENTINEL_CHANNEL = '__sentinel__:hello';

/** What a role needs; it has been the same since 6.0. */
export function roleNeed(role: Role): RoleNeed {
  switch (role) {
    case 'replica':
      return {
        commands: [['psync'], ['replconf']],
        channels: [],
        // Before 2.8 replicas spoke SYNC; Valkey from 8.0 on does again with dual-channel-replication-enabled.
        spare: [...CONNECTING, 'sync', 'info', 'role'],
      };
    case 'sentinel':
      return {
        commands: [
          // Sentinels send SLAVEOF, on every version to this day: REPLICAOF does not stand in for it.
          ...['ping', 'info', 'publish', 'subscribe', 'multi', 'exec', 'slaveof'].map(one),
          ...['config|rewrite', 'client|kill'].map(one),
        ],
        channels: [SENTINEL_CHANNEL],
        // FAILOVER and CLIENT PAUSE are for SENTINEL FAILOVER … COORDINATED, Valkey 9.0 and later.
        spare: [
          ...CONNECTING,
          'replicaof',
          'client|pause',
          'script|kill',
          'role',
          'failover',
          'unsubscribe',
          'discard',
        ],
      };
    case 'exporter':
      return { commands: [['info']], channels: [], spare: [...CONNECTING, ...OBSERVING] };
    case 'backup':
      return {
        commands: [['sync', 'psync', 'bgsave', 'save']],
        channels: [],
        spare: [...CONNECTING, ...BACKING_UP],
      };
  }
}

/** Commands that the role needs and the user lacks; of several that would do, the first. */
export function missingCommands(user: User, need: RoleNeed): readonly string[] {
  const { table } = user;
  return need.commands
    .filter((names) => names.every((name) => canRun(user, name, table) === 'no'))
    .map((names) => names.find((name) => isKnown(name, user)) ?? names[0] ?? '')
    .filter((name) => isKnown(name, user));
}

/** Channels that the role speaks and listens on, and the user may not. */
export function missingChannels(user: User, need: RoleNeed): readonly string[] {
  const { table } = user;
  return need.channels.filter((channel) =>
    [
      ['PUBLISH', channel, 'x'],
      ['SUBSCRIBE', channel],
    ].some((argv) => {
      const decision = decide(user, argv, table);
      return !decision.allowed && decision.denied === 'channel';
    }),
  );
}

/** Full names that the role may hold. */
export function allowedCommands(need: RoleNeed): ReadonlySet<string> {
  return new Set([...need.commands.flat(), ...need.spare]);
}

/** What clients send between connecting and their work, and what tells them about themselves. */
const CONNECTING = words(
  'ping echo hello auth quit reset select command command|count command|docs command|info command|list ' +
    'command|getkeys command|getkeysandflags command|help client|id client|info client|setname client|getname ' +
    'client|setinfo client|reply client|no-evict client|no-touch client|capa client|help acl|whoami time lolwut',
);
/** Figures, without the data of anybody. */
const OBSERVING = words(
  'role dbsize lastsave slowlog|len slowlog|help commandlog|len commandlog|help latency|latest latency|history ' +
    'latency|histogram latency|doctor latency|graph latency|help memory|stats memory|doctor memory|malloc-stats ' +
    'memory|help client|list cluster|info cluster|nodes cluster|slots cluster|shards cluster|myid cluster|links ' +
    'cluster|help cluster|slot-stats module|list module|help pubsub|channels pubsub|numpat pubsub|numsub ' +
    'pubsub|shardchannels pubsub|shardnumsub pubsub|help script|exists script|help function|stats function|help ' +
    'acl|users acl|cat acl|help config|help object|help xinfo|help multi exec discard readonly readwrite ' +
    'slowlog latency memory pubsub object xinfo slowlog|reset latency|reset memory|purge ' +
    'wait waitaof slowlog|get config|get acl|log commandlog|get memory|usage scan keys type ttl pttl strlen llen ' +
    'scard zcard hlen xlen pfcount xinfo|stream xinfo|groups xinfo|consumers randomkey exists',
);
const BACKING_UP = words(
  'sync psync replconf bgsave save lastsave bgrewriteaof info role dbsize config|get scan keys dump type ttl pttl ' +
    'expiretime pexpiretime client|list cluster|nodes cluster|slots cluster|shards cluster|info readonly wait waitaof ' +
    'function|dump function|list randomkey exists object|encoding memory|usage',
);

function one(name: string): readonly string[] {
  return [name];
}

/** Some versions lack a command that others need. */
function isKnown(name: string, { table }: User): boolean {
  return table.commands.has(name) || (!table.dialect.subcommands && name.includes('|'));
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
