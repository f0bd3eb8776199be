/**
 * Names: which words mean the same directive, and which directives are known in files only. Every directive has one
 * canonical name for all versions, the neutral one that most versions know: `replica-read-only` for
 * `slave-read-only`, `masterauth` for Valkey's `primaryauth`, `slowlog-log-slower-than` for its
 * `commandlog-execution-slower-than`. Sources: the alias column of config.c, Redis 6.0 to 8.0, Valkey 7.2 to 9.1.
 */

import type { Product } from './product-version.ts';

/** Canonical name first. */
const SYNONYMS: readonly (readonly [canonical: string, ...others: readonly string[]])[] = [
  ['aof-rewrite-cpulist', 'aof_rewrite_cpulist'],
  ['bgsave-cpulist', 'bgsave_cpulist'],
  ['bio-cpulist', 'bio_cpulist'],
  ['busy-reply-threshold', 'lua-time-limit'],
  ['cluster-replica-no-failover', 'cluster-slave-no-failover'],
  ['cluster-replica-validity-factor', 'cluster-slave-validity-factor'],
  ['hash-max-listpack-entries', 'hash-max-ziplist-entries'],
  ['hash-max-listpack-value', 'hash-max-ziplist-value'],
  ['list-max-listpack-size', 'list-max-ziplist-size'],
  ['masterauth', 'primaryauth'],
  ['masteruser', 'primaryuser'],
  ['min-replicas-max-lag', 'min-slaves-max-lag'],
  ['min-replicas-to-write', 'min-slaves-to-write'],
  ['repl-ping-replica-period', 'repl-ping-slave-period'],
  ['replica-announce-ip', 'slave-announce-ip'],
  ['replica-announce-port', 'slave-announce-port'],
  ['replica-ignore-maxmemory', 'slave-ignore-maxmemory'],
  ['replica-lazy-flush', 'slave-lazy-flush'],
  ['replica-priority', 'slave-priority'],
  ['replica-read-only', 'slave-read-only'],
  ['replica-serve-stale-data', 'slave-serve-stale-data'],
  ['replicaof', 'slaveof'],
  ['server-cpulist', 'server_cpulist'],
  ['slowlog-log-slower-than', 'commandlog-execution-slower-than'],
  ['slowlog-max-len', 'commandlog-slow-execution-max-len'],
  ['zset-max-listpack-entries', 'zset-max-ziplist-entries'],
  ['zset-max-listpack-value', 'zset-max-ziplist-value'],
];

const CANONICAL = new Map(
  SYNONYMS.flatMap(([first, ...others]) => others.map((other) => [other, first] as const)),
);
const ALL_NAMES = new Map(SYNONYMS.map((names) => [names[0], names] as const));

/** The one name for all versions. A name that is not known comes back as it is. */
export function canonicalName(name: string): string {
  return CANONICAL.get(name) ?? name;
}

/** Every spelling of a directive, the canonical one first. */
export function spellings(canonical: string): readonly string[] {
  return ALL_NAMES.get(canonical) ?? [canonical];
}

/** A directive that CONFIG GET does not know: it is for files only. `most` is Infinity when there is no limit. */
export interface FileDirective {
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

export const FILE_DIRECTIVES: readonly FileDirective[] = [
  { name: 'include', least: 1, most: 1 },
  { name: 'loadmodule', least: 1, most: Infinity },
  { name: 'rename-command', least: 2, most: 2 },
  { name: 'sentinel', least: 0, most: Infinity },
  { name: 'user', least: 1, most: Infinity },
];

/** A directive that a server reads and drops without a word (the deprecated list of loadServerConfigFromString). */
export interface IgnoredDirective {
  readonly name: string;
  /** The oldest version that ignores it, by product. */
  readonly since: Readonly<Partial<Record<Product, string>>>;
}

// Each seen on Redis 6.0.16, 7.0.15, 8.0.2, 8.0.6 and Valkey 8.0.1, 8.1.1, 9.1.2.
export const IGNORED_DIRECTIVES: readonly IgnoredDirective[] = [
  { name: 'list-max-ziplist-entries', since: { redis: '3.2', valkey: '7.2' } },
  { name: 'list-max-ziplist-value', since: { redis: '3.2', valkey: '7.2' } },
  { name: 'lua-replicate-commands', since: { redis: '7.0', valkey: '7.2' } },
  { name: 'io-threads-do-reads', since: { redis: '8.0', valkey: '8.1' } },
  { name: 'dynamic-hz', since: { valkey: '8.1' } },
  { name: 'events-per-io-thread', since: { valkey: '8.1' } },
  { name: 'sanitize-dump-payload', since: { valkey: '9.1' } },
];

/** Directives whose lines add up; every other directive's last line wins. */
export const ADDING_DIRECTIVES: ReadonlySet<string> = new Set([
  'client-output-buffer-limit',
  'include',
  'loadmodule',
  'rename-command',
  'save',
  'sentinel',
  'user',
]);

/** Directives that hold a secret, whatever the version says when it logs them. */
export const SECRET_DIRECTIVES: ReadonlySet<string> = new Set([
  'masterauth',
  'requirepass',
  'tls-client-key-file-pass',
  'tls-key-file-pass',
]);
