/**
 * What a directive's value may be: the tables of config.c (Redis 6.0 to 8.0, Valkey 7.2 to 9.1). A directive that
 * is not named here has the type that its recorded default shows.
 */

import { versionAtLeast, type Product, type ServerVersion } from './product-version.ts';

export type DirectiveType =
  | { readonly kind: 'bool' }
  /** One word of `values`; with `several`, one or more of them. */
  | { readonly kind: 'enum'; readonly values: readonly string[]; readonly several: boolean }
  | { readonly kind: 'integer'; readonly least: number; readonly most: number }
  /** Bytes, with the units k kb m mb g gb; with `percent` also `5%` of maxmemory. */
  | { readonly kind: 'memory'; readonly least: number; readonly most: number; readonly percent: boolean }
  /** A file mode. */
  | { readonly kind: 'octal' }
  | { readonly kind: 'string' }
  | { readonly kind: 'path' }
  /** Words with a rule of their own: `save`, `bind`, `user`. */
  | { readonly kind: 'words' };

const INT_MAX = 2_147_483_647;
const UINT_MAX = 4_294_967_295;
/** LONG_MAX of C; JavaScript's nearest number, only told apart from Infinity. */
const LONG = 2 ** 63;

const oneOf = (...values: readonly string[]): DirectiveType => ({ kind: 'enum', values, several: false });
const range = (least: number, most: number): DirectiveType => ({ kind: 'integer', least, most });
const memory = (least = 0): DirectiveType => ({ kind: 'memory', least, most: LONG, percent: false });
const unbounded: DirectiveType = { kind: 'memory', least: 0, most: Infinity, percent: false };
const port = range(0, 65_535);
const path: DirectiveType = { kind: 'path' };
const string: DirectiveType = { kind: 'string' };
const words: DirectiveType = { kind: 'words' };
const percentage = range(1, 99);
const onSignal: DirectiveType = {
  kind: 'enum',
  values: ['default', 'save', 'nosave', 'now', 'force', 'safe', 'failover'],
  several: true,
};
const guarded = oneOf('no', 'yes', 'local');

const TYPES: Readonly<Record<string, DirectiveType>> = {
  'acl-pubsub-default': oneOf('allchannels', 'resetchannels'),
  aclfile: path,
  'active-defrag-cycle-max': percentage,
  'active-defrag-cycle-min': percentage,
  'active-defrag-ignore-bytes': memory(1),
  'active-defrag-max-scan-fields': range(1, Infinity),
  'active-defrag-threshold-lower': range(0, 1000),
  'active-defrag-threshold-upper': range(0, 1000),
  'active-defrag-cycle-us': range(0, 100_000),
  'active-expire-effort': range(1, 10),
  appenddirname: string,
  appendfilename: string,
  appendfsync: oneOf('everysec', 'always', 'no'),
  'auto-aof-rewrite-min-size': memory(),
  bind: words,
  'client-output-buffer-limit': words,
  'client-query-buffer-limit': memory(1024 * 1024),
  'cluster-announce-bus-port': port,
  'cluster-announce-client-port': port,
  'cluster-announce-client-tls-port': port,
  'cluster-announce-port': port,
  'cluster-announce-tls-port': port,
  'cluster-link-sendbuf-limit': unbounded,
  'cluster-node-timeout': range(0, Infinity),
  'cluster-port': port,
  'cluster-preferred-endpoint-type': oneOf('ip', 'hostname', 'unknown-endpoint'),
  databases: range(1, INT_MAX),
  dir: path,
  'enable-debug-command': guarded,
  'enable-module-command': guarded,
  'enable-protected-configs': guarded,
  'hash-max-listpack-value': memory(),
  'hll-sparse-max-bytes': memory(),
  'io-threads': range(1, 128),
  'key-load-delay': range(-INT_MAX - 1, INT_MAX),
  'latency-tracking-info-percentiles': words,
  'list-max-listpack-size': range(-INT_MAX - 1, INT_MAX),
  'loading-process-events-interval-bytes': range(1024, INT_MAX),
  'log-format': oneOf('legacy', 'logfmt', 'json'),
  'cluster-blacklist-ttl': range(0, UINT_MAX),
  'cluster-compatibility-sample-ratio': range(0, 100),
  'cluster-databases': range(1, INT_MAX),
  'cluster-manual-failover-timeout': range(1, INT_MAX),
  'cluster-config-save-behavior': oneOf('sync', 'best-effort'),
  'log-timestamp-format': oneOf('legacy', 'iso8601', 'milliseconds'),
  logfile: path,
  loglevel: oneOf('debug', 'verbose', 'notice', 'warning', 'nothing'),
  'max-new-connections-per-cycle': range(1, 1000),
  'max-new-tls-connections-per-cycle': range(1, 1000),
  maxclients: range(1, UINT_MAX),
  maxmemory: unbounded,
  'maxmemory-clients': { kind: 'memory', least: 0, most: Infinity, percent: true },
  'maxmemory-eviction-tenacity': range(0, 100),
  'maxmemory-policy': oneOf(
    'volatile-lru',
    'volatile-lfu',
    'volatile-random',
    'volatile-ttl',
    'allkeys-lru',
    'allkeys-lfu',
    'allkeys-random',
    'noeviction',
  ),
  'maxmemory-samples': range(1, INT_MAX),
  'notify-keyspace-events': words,
  'oom-score-adj': oneOf('no', 'yes', 'relative', 'absolute'),
  'oom-score-adj-values': words,
  pidfile: path,
  port,
  'prefetch-batch-max-size': range(0, 128),
  'propagation-error-behavior': oneOf('ignore', 'panic', 'panic-on-replicas'),
  'proto-max-bulk-len': memory(1024 * 1024),
  'rdb-key-save-delay': range(-INT_MAX - 1, INT_MAX),
  'rdb-version-check': oneOf('strict', 'relaxed'),
  'rdma-completion-vector': range(-1, 1024),
  'rdma-rx-size': range(65_536, 16_777_216),
  'rdma-port': port,
  'repl-backlog-size': memory(1),
  'repl-diskless-load': oneOf('disabled', 'on-empty-db', 'swapdb', 'flush-before-load'),
  'repl-ping-replica-period': range(1, INT_MAX),
  'repl-timeout': range(1, INT_MAX),
  'replica-announce-port': port,
  'replica-full-sync-buffer-limit': memory(),
  replicaof: words,
  'sanitize-dump-payload': oneOf('no', 'yes', 'clients'),
  save: words,
  'shutdown-on-sigint': onSignal,
  'shutdown-on-sigterm': onSignal,
  'slowlog-log-slower-than': range(-1, Infinity),
  'commandlog-large-reply-max-len': range(0, Infinity),
  'commandlog-large-request-max-len': range(0, Infinity),
  'commandlog-reply-larger-than': range(-1, Infinity),
  'commandlog-request-larger-than': range(-1, Infinity),
  'slot-migration-max-failover-repl-bytes': range(-1, Infinity),
  'socket-mark-id': range(0, UINT_MAX),
  'stream-node-max-bytes': memory(),
  supervised: oneOf('upstart', 'systemd', 'auto', 'no'),
  'syslog-facility': oneOf(
    'user',
    'local0',
    'local1',
    'local2',
    'local3',
    'local4',
    'local5',
    'local6',
    'local7',
  ),
  'tls-auth-clients': oneOf('no', 'yes', 'optional'),
  'tls-auth-clients-user': oneOf('CN', 'URI', 'off'),
  'tls-ca-cert-dir': path,
  'tls-ca-cert-file': path,
  'tls-cert-file': path,
  'tls-client-cert-file': path,
  'tls-client-key-file': path,
  'tls-dh-params-file': path,
  'tls-key-file': path,
  'tls-port': port,
  unixsocket: path,
  unixsocketperm: { kind: 'octal' },
  'zset-max-listpack-value': memory(),
};

// Counts that the server keeps in 64 bits; every other plain integer is an int of C.
const WIDE =
  /^(?:acllog-max-len|slowlog-max-len|commandlog-.*|busy-reply-threshold|cluster-(?:ping-interval|slot-.*)|latency-monitor-threshold|repl-backlog-ttl|stream-node-max-entries|tracking-table-max-keys|(?:hash|set|zset)-max-.*|slot-migration-.*)$/;

// Words of an enum that came after the directive, and their first version.
const LATER_WORDS: Readonly<Record<string, VersionNeeded>> = {
  'loglevel nothing': { redis: '7.2', valkey: '7.2' },
  'log-format json': { valkey: '9.0' },
  'repl-diskless-load flush-before-load': { valkey: '8.1' },
  'shutdown-on-sigint safe': { valkey: '9.0' },
  'shutdown-on-sigint failover': { valkey: '9.0' },
  'shutdown-on-sigterm safe': { valkey: '9.0' },
  'shutdown-on-sigterm failover': { valkey: '9.0' },
};

// Upper bounds that changed with a version.
const CHANGED_BOUNDS: Readonly<Record<string, { readonly from: VersionNeeded; readonly most: number }>> = {
  'io-threads': { from: { valkey: '8.1' }, most: 256 },
  'maxmemory-samples': { from: { redis: '8.0', valkey: '8.0' }, most: 64 },
};

type VersionNeeded = Readonly<Partial<Record<Product, string>>>;

/** The type of a directive on one server, by its canonical name and recorded default. */
export function directiveType(name: string, byDefault: string, server: ServerVersion): DirectiveType {
  const known = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (known !== undefined) return fitVersion(name, known, server);
  if (byDefault === 'yes' || byDefault === 'no') return { kind: 'bool' };
  if (/^-?[0-9]+$/.test(byDefault)) return range(0, WIDE.test(name) ? Infinity : INT_MAX);
  return string;
}

function fitVersion(name: string, type: DirectiveType, server: ServerVersion): DirectiveType {
  if (type.kind === 'enum') {
    const values = type.values.filter((value) => {
      const since = LATER_WORDS[`${name} ${value}`];
      return since === undefined || versionAtLeast(server, since);
    });
    return { ...type, values };
  }
  const change = type.kind === 'integer' ? CHANGED_BOUNDS[name] : undefined;
  if (type.kind !== 'integer' || change === undefined || !versionAtLeast(server, change.from)) return type;
  return { ...type, most: change.most };
}
