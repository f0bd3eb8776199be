/**
 * The commands of each role, by version. Everything is an allow-list, so that a command added by a later version stays
 * refused; whole categories are used only for the data types, whose commands all name their keys. Seen on real servers:
 * `+@read` and `+@write` give FLUSHALL, SWAPDB, FUNCTION LOAD, SCAN and KEYS, and withhold PING, SELECT and MULTI.
 */

import { versionAtLeast, type ServerVersion } from '../../conf/index.ts';

/** Categories whose commands act on named keys only, once @dangerous (SORT, PFDEBUG) is taken away. */
const DATA_TYPES = [
  'string',
  'hash',
  'list',
  'set',
  'sortedset',
  'stream',
  'bitmap',
  'hyperloglog',
  'geo',
].map((name) => `+@${name}`);

const VECTOR_READS = [
  'vsim',
  'vcard',
  'vdim',
  'vemb',
  'vgetattr',
  'vinfo',
  'vismember',
  'vlinks',
  'vrandmember',
];
const VECTOR_WRITES = ['vadd', 'vrem', 'vsetattr'];

/** Sets and appends that tell nothing of what was there before (ZADD INCR alone tells a score). */
const BLIND_WRITES = (
  'setex psetex setnx mset msetnx append setrange hset hmset hsetnx hdel lpush rpush lpushx rpushx ltrim lset ' +
  'sadd srem zadd zrem zremrangebyrank zremrangebyscore zremrangebylex xadd xdel xtrim pfadd geoadd ' +
  'del unlink touch expire pexpire expireat pexpireat persist'
).split(' ');

const KEY_READS =
  'exists type touch ttl pttl memory|usage object|encoding object|freq object|idletime object|refcount'.split(
    ' ',
  );
const KEY_WRITES = 'del unlink rename renamenx expire pexpire expireat pexpireat persist'.split(' ');

/** True from these versions on. */
export function since(server: ServerVersion, redis: string | undefined, valkey = '7.2'): boolean {
  return versionAtLeast(server, redis === undefined ? { valkey } : { redis, valkey });
}

/** What client libraries run between connecting and the first real command. */
export function connectSteps(server: ServerVersion): readonly string[] {
  return plus([
    'ping',
    'echo',
    'hello',
    'select',
    'command',
    'client|id',
    'client|setname',
    'client|getname',
    ...(since(server, '6.2') ? ['client|info', 'reset'] : []),
    ...(since(server, '7.2') ? ['client|setinfo'] : []),
  ]);
}

/** What cluster clients run to find their node. */
export function clusterSteps(server: ServerVersion): readonly string[] {
  const common =
    'cluster|slots cluster|nodes cluster|info cluster|keyslot cluster|myid readonly readwrite asking';
  return plus([...common.split(' '), ...(since(server, '7.0') ? ['cluster|shards'] : [])]);
}

export function subscriptions(server: ServerVersion): readonly string[] {
  const sharded = since(server, '7.0') ? ['spublish', 'ssubscribe', 'sunsubscribe'] : [];
  return plus(['publish', 'subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe', ...sharded]);
}

export function readWrite(server: ServerVersion): readonly string[] {
  return [
    ...DATA_TYPES,
    '-@dangerous',
    ...plus([...keyReads(server), ...KEY_WRITES, ...(since(server, '6.2') ? ['copy'] : [])]),
    ...(hasVectors(server) ? plus([...VECTOR_READS, ...VECTOR_WRITES]) : []),
    ...plus(['multi', 'exec', 'discard', 'watch', 'unwatch', 'wait', 'time']),
    ...(since(server, '7.2') ? ['+waitaof'] : []),
  ];
}

export function readOnly(server: ServerVersion): readonly string[] {
  return [
    ...DATA_TYPES,
    '-@write',
    '-@dangerous',
    ...plus(keyReads(server)),
    ...plus(['multi', 'exec', 'discard', 'watch', 'unwatch', 'time']),
  ];
}

/**
 * SET is left out on 6.2 alone: its GET option returns the old value, and only 7.0 and later can refuse that by a
 * write-only key pattern.
 */
export function writeOnly(server: ServerVersion): readonly string[] {
  const set = since(server, '7.0') || !since(server, '6.2') ? ['set'] : [];
  return plus([...set, ...BLIND_WRITES, 'multi', 'exec', 'discard', 'wait', 'time']);
}

/** Commands that name no key: only for users who may see every key. */
export function wholeKeyspace(server: ServerVersion): readonly string[] {
  return plus([
    'scan',
    'randomkey',
    'dbsize',
    'client|tracking',
    'client|caching',
    ...(since(server, '6.2') ? ['client|trackinginfo'] : []),
    ...(since(server, undefined, '9.1') ? ['clusterscan'] : []),
  ]);
}

/**
 * What redis_exporter reads, without what shows other people's data or secrets: SLOWLOG GET and CONFIG GET
 * (`--config-command=-` keeps the exporter from asking).
 */
export function monitor(server: ServerVersion): readonly string[] {
  return plus([
    'info',
    'time',
    'lastsave',
    'dbsize',
    'latency|latest',
    'slowlog|len',
    ...(since(server, '7.0') ? ['latency|histogram'] : []),
    ...(since(server, undefined, '8.1') ? ['commandlog|len'] : []),
  ]);
}

/** PSYNC and REPLCONF suffice; PING is sent before AUTH. Valkey's dual-channel sync needs SYNC too. */
export function replication(server: ServerVersion): readonly string[] {
  return plus(['psync', 'replconf', 'ping', ...(since(server, undefined, '8.0') ? ['sync'] : [])]);
}

/** What a Sentinel runs on the servers it watches (sentinel.c); it talks on one channel. */
export function sentinel(server: ServerVersion): readonly string[] {
  return plus([
    ...'multi exec ping info role publish subscribe slaveof replicaof'.split(' '),
    ...'config|rewrite client|setname client|kill script|kill'.split(' '),
    // A coordinated failover pauses clients first.
    ...(since(server, undefined, '9.0') ? ['failover', 'client|pause'] : []),
  ]);
}

/** `redis-cli --rdb` (a stream of everything), or BGSAVE and a copy of the file. */
export function backup(): readonly string[] {
  return plus(['ping', 'sync', 'psync', 'replconf', 'bgsave', 'lastsave', 'info']);
}

/**
 * Reading vector sets, as a selector of its own: the server takes every key of these commands as written to, so under a
 * read-only pattern they could not run at all.
 */
export function vectorReader(server: ServerVersion, patterns: readonly string[]): readonly string[] {
  if (!hasVectors(server) || patterns.length === 0) return [];
  const keys = patterns.includes('*') ? ['~*'] : patterns.map((pattern) => `~${pattern}`);
  return [`(${[...keys, '-@all', ...plus(VECTOR_READS)].join(' ')})`];
}

function keyReads(server: ServerVersion): readonly string[] {
  return [...KEY_READS, ...(since(server, '7.0') ? ['expiretime', 'pexpiretime'] : [])];
}

/** Redis 8 gives its vector sets no category at all. */
function hasVectors(server: ServerVersion): boolean {
  return server.product === 'redis' && versionAtLeast(server, { redis: '8.0' });
}

function plus(names: readonly string[]): readonly string[] {
  return names.map((name) => `+${name}`);
}
