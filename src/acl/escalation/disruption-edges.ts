/** Edges from a user's own rights to the work of others, and to other hosts. */
import type { EscalationEdge, EscalationSeverity } from './edge.ts';
import { OWN_KEY } from './requirement.ts';
import type { Requirement } from './requirement.ts';
import {
  allOf,
  anyOf,
  BEFORE_7,
  CLUSTER,
  may,
  NOT_CLUSTER,
  RUNS_LUA,
  SEEN_BEFORE_7,
  SEEN_EVERYWHERE,
  SEEN_ON_SOME,
  SEEN_SINCE_7,
  setTo,
  SINCE_7,
  when,
} from './term.ts';

const DISRUPTS: Readonly<Record<string, string>> = {
  'esc-shutdown': 'SHUTDOWN ends the process; with NOSAVE, what was not yet written is lost.',
  'esc-dos-flush': 'FLUSHALL, FLUSHDB and SWAPDB act on whole databases, whatever keys the user may touch.',
  'esc-dos-client-kill':
    'CLIENT KILL ends connections of every user, administrators included; CLIENT PAUSE holds all of them up. @connection contains both.',
  'esc-script-flush':
    'SCRIPT FLUSH and FUNCTION FLUSH take away what other users call. FUNCTION FLUSH is not in @dangerous, and @write contains it.',
  'esc-dos-script-kill': 'SCRIPT KILL and FUNCTION KILL end whatever runs, by whomever.',
  'esc-dos-script-loop':
    'While a script runs nobody else is served; it goes on until somebody ends it, or until the server is killed once it has written.',
  'esc-cluster-reset': 'CLUSTER RESET, FORGET, FAILOVER and the slot commands change who serves what.',
  'esc-dos-config-set':
    'CONFIG SET bounds memory, clients and timeouts; a bound of nearly nothing refuses everybody.',
  'esc-dos-acl-deluser': 'ACL DELUSER closes every connection of the user at once.',
  'esc-dos-save':
    'SAVE answers nobody until the snapshot is written; BGSAVE and BGREWRITEAOF fork and write as often as asked.',
  'esc-dos-failover': 'FAILOVER stops writes and makes a replica the primary.',
  'esc-dos-replicaof':
    'REPLICAOF NO ONE cuts a replica off; REPLICAOF to a host replaces all data by that host’s.',
  'esc-dos-debug':
    'DEBUG SEGFAULT, SLEEP and RELOAD end or stop the process. 6.x runs them for whoever holds the command, 7.0 and later where enable-debug-command allows it.',
};

export const DISRUPTION_EDGES: readonly EscalationEdge[] = [
  {
    id: 'esc-migrate-ssrf',
    from: 'own-rights',
    to: 'network',
    requires: may('MIGRATE', '127.0.0.1', '1', OWN_KEY, '0', '1000'),
    title: 'sends keys to any host by MIGRATE',
    how: 'The server connects to the host and port that are named, logs in there if asked to, and sends the keys, which leave this server. It reaches what the server reaches, itself included: there the user default writes into another database.',
    end: 'Take migrate away from all but administrators; @write and @keyspace contain it, @dangerous too.',
    severity: 'high',
    seen: SEEN_EVERYWHERE,
  },
  {
    id: 'esc-replicaof-network',
    from: 'own-rights',
    to: 'network',
    requires: allOf(anyOf(may('REPLICAOF', '127.0.0.1', '1'), may('SLAVEOF', '127.0.0.1', '1')), NOT_CLUSTER),
    title: 'makes the server connect to any host by REPLICAOF',
    how: 'The server connects to the host and port that are named, again and again, and says masterauth there.',
    end: 'Take replicaof and slaveof away from all but Sentinel and administrators.',
    severity: 'high',
    seen: SEEN_EVERYWHERE,
  },
  disruption('esc-shutdown', anyOf(may('SHUTDOWN', 'NOSAVE'), may('SHUTDOWN')), {
    title: 'stops the server by SHUTDOWN',
    severity: 'high',
    seen: SEEN_EVERYWHERE.filter((name) => !['Redis 6.2.16', 'Redis 7.4.1'].includes(name)),
  }),
  disruption('esc-dos-flush', anyOf(may('FLUSHALL'), may('FLUSHDB'), may('SWAPDB', '0', '1')), {
    title: 'empties or swaps databases',
    severity: 'high',
  }),
  disruption(
    'esc-dos-client-kill',
    anyOf(
      may('CLIENT', 'KILL', 'TYPE', 'normal'),
      may('CLIENT', 'PAUSE', '1'),
      may('CLIENT', 'UNBLOCK', '1'),
    ),
    { title: 'cuts off or holds up every client', severity: 'high' },
  ),
  disruption(
    'esc-script-flush',
    anyOf(may('SCRIPT', 'FLUSH'), may('FUNCTION', 'FLUSH'), may('FUNCTION', 'DELETE', 'x')),
    { title: 'deletes the scripts and functions of everybody', severity: 'medium' },
  ),
  disruption('esc-dos-script-kill', anyOf(may('SCRIPT', 'KILL'), may('FUNCTION', 'KILL')), {
    title: 'ends the running scripts of others',
    severity: 'low',
    seen: SEEN_ON_SOME,
  }),
  disruption('esc-dos-script-loop', RUNS_LUA, {
    title: 'holds the server up by a script that does not end',
    severity: 'medium',
    seen: SEEN_ON_SOME,
  }),
  disruption(
    'esc-cluster-reset',
    allOf(
      anyOf(
        may('CLUSTER', 'RESET'),
        may('CLUSTER', 'FORGET', 'x'),
        may('CLUSTER', 'FAILOVER'),
        may('CLUSTER', 'FLUSHSLOTS'),
        may('CLUSTER', 'DELSLOTS', '0'),
        may('CLUSTER', 'SETSLOT', '0', 'STABLE'),
      ),
      CLUSTER,
    ),
    {
      title: 'takes the cluster apart',
      severity: 'high',
      seen: SEEN_EVERYWHERE.filter((name) => name !== 'Redis 6.2.16'),
    },
  ),
  disruption('esc-dos-config-set', may('CONFIG', 'SET', 'maxmemory', '1'), {
    title: 'makes the server refuse work by CONFIG SET',
    severity: 'high',
    seen: SEEN_ON_SOME,
  }),
  disruption('esc-dos-acl-deluser', may('ACL', 'DELUSER', 'x'), {
    title: 'deletes users, whose connections end',
    severity: 'high',
  }),
  disruption('esc-dos-save', anyOf(may('SAVE'), may('BGSAVE'), may('BGREWRITEAOF')), {
    title: 'holds the server up, or fills the disk, by SAVE and its kin',
    severity: 'medium',
    seen: SEEN_ON_SOME,
  }),
  disruption('esc-dos-failover', allOf(may('FAILOVER'), NOT_CLUSTER, when('a replica is connected')), {
    title: 'hands the primary role over',
    severity: 'medium',
    seen: [],
  }),
  disruption(
    'esc-dos-replicaof',
    allOf(anyOf(may('REPLICAOF', 'NO', 'ONE'), may('SLAVEOF', 'NO', 'ONE')), NOT_CLUSTER),
    { title: 'breaks replication, or replaces the data set by another', severity: 'high' },
  ),
  disruption(
    'esc-dos-debug',
    allOf(
      may('DEBUG', 'SLEEP', '0'),
      anyOf(BEFORE_7, allOf(SINCE_7, setTo('enable-debug-command', 'yes', 'local'))),
    ),
    { title: 'crashes or stops the server by DEBUG', severity: 'high' },
  ),
  {
    id: 'esc-debug',
    from: 'own-rights',
    to: 'names-of-keys',
    requires: allOf(
      may('DEBUG', 'OBJECT', 'x'),
      anyOf(BEFORE_7, allOf(SINCE_7, setTo('enable-debug-command', 'yes', 'local'))),
    ),
    title: 'looks at any key by DEBUG OBJECT',
    how: 'DEBUG checks no key: OBJECT and DIGEST-VALUE tell of any key whether it is there, its encoding, size and digest. 6.x runs it for whoever holds the command, 7.0 and later where enable-debug-command allows it.',
    end: 'Take debug away and leave enable-debug-command at no.',
    severity: 'medium',
    seen: [...SEEN_BEFORE_7, ...SEEN_SINCE_7],
  },
];

interface DisruptionText {
  readonly title: string;
  readonly severity: EscalationSeverity;
  readonly seen?: readonly string[];
}

function disruption(id: string, requires: Requirement, text: DisruptionText): EscalationEdge {
  return {
    id,
    from: 'own-rights',
    to: 'denial-of-service',
    requires,
    title: text.title,
    how: DISRUPTS[id] ?? '',
    end: 'Give these commands to those who run the server, not to applications.',
    severity: text.severity,
    seen: text.seen ?? SEEN_EVERYWHERE,
  };
}
