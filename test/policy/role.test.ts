/** Each role by what its holders really run and what they must not, on every version. */
import { describe, expect, it } from 'vitest';
import { decide, parseUser, tableFor, type User } from '../../src/acl/index.ts';
import { versionAtLeast, type ServerVersion } from '../../src/conf/index.ts';
import { parsePolicy } from '../../src/policy/document/reading.ts';
import { rulesForUser } from '../../src/policy/index.ts';
import { SERVERS } from './requests.ts';

type Since = 'all' | '6.2' | '7.0' | '7.2' | 'redis-8.0' | 'valkey-8.0' | 'valkey-8.1' | 'valkey-9.1';

/** What client libraries send on connecting: ioredis, node-redis, redis-py, Jedis, Lettuce, go-redis, redis-cli. */
const CONNECT: readonly (readonly [Since, string])[] = [
  ['all', 'PING'],
  ['all', 'HELLO 3'],
  ['all', 'SELECT 0'],
  ['all', 'CLIENT SETNAME app'],
  ['all', 'CLIENT ID'],
  ['all', 'COMMAND'],
  ['all', 'ECHO x'],
  ['6.2', 'CLIENT INFO'],
  ['7.2', 'CLIENT SETINFO LIB-NAME x'],
  ['7.0', 'COMMAND DOCS'],
];

const READS: readonly (readonly [Since, string])[] = [
  ['all', 'GET app:1'],
  ['all', 'MGET app:1 app:2'],
  ['all', 'HGETALL app:h'],
  ['all', 'LRANGE app:l 0 -1'],
  ['all', 'SMEMBERS app:s'],
  ['all', 'ZRANGE app:z 0 -1'],
  ['all', 'XREAD COUNT 1 STREAMS app:x 0'],
  ['all', 'SSCAN app:s 0'],
  ['all', 'GETBIT app:b 1'],
  ['all', 'PFCOUNT app:p'],
  ['all', 'EXISTS app:1'],
  ['all', 'TTL app:1'],
  ['all', 'TYPE app:1'],
  ['all', 'OBJECT ENCODING app:1'],
  ['7.0', 'LCS app:1 app:2'],
  ['redis-8.0', 'VSIM app:v ELE a'],
];

const WRITES: readonly (readonly [Since, string])[] = [
  ['all', 'SET app:1 v EX 10'],
  ['all', 'DEL app:1'],
  ['all', 'INCR app:n'],
  ['all', 'LPUSH app:l a'],
  ['all', 'BRPOP app:l 1'],
  ['all', 'HSET app:h f v'],
  ['all', 'SADD app:s a'],
  ['all', 'ZADD app:z 1 a'],
  ['all', 'XADD app:x * f v'],
  ['all', 'XGROUP CREATE app:x g $'],
  ['all', 'XREADGROUP GROUP g c STREAMS app:x >'],
  ['all', 'SETRANGE app:1 0 x'],
  ['all', 'GEOADD app:g 1 1 a'],
  ['all', 'EXPIRE app:1 10'],
  ['all', 'RENAME app:1 app:2'],
  ['all', 'MULTI'],
  ['all', 'EXEC'],
  ['all', 'WATCH app:1'],
  ['6.2', 'GETDEL app:1'],
  ['6.2', 'COPY app:1 app:2'],
  ['redis-8.0', 'VADD app:v VALUES 1 1 a'],
  ['valkey-9.1', 'DELIFEQ app:1 v'],
];

/** Never for an application bound to a prefix. */
const ESCAPES: readonly (readonly [Since, string])[] = [
  ['all', 'GET other:1'],
  ['all', 'SET other:1 v'],
  ['all', 'RENAME app:1 other:1'],
  ['all', 'KEYS *'],
  ['all', 'SCAN 0'],
  ['all', 'RANDOMKEY'],
  ['all', 'DBSIZE'],
  ['all', 'FLUSHALL'],
  ['all', 'FLUSHDB'],
  ['all', 'SWAPDB 0 1'],
  ['all', 'MOVE app:1 1'],
  ['all', 'SORT app:l BY w_* GET secret:*'],
  ['all', 'GEORADIUS app:g 1 1 1 km STORE app:a STORE other:b'],
  ['all', 'MIGRATE h 1 app:1 0 1'],
  ['all', 'RESTORE app:1 0 x'],
  ['all', 'EVAL return 0'],
  ['all', 'SCRIPT FLUSH'],
  ['all', 'CONFIG GET *'],
  ['all', 'CONFIG SET dir /tmp'],
  ['all', 'ACL SETUSER app +@all'],
  ['all', 'ACL LIST'],
  ['all', 'MODULE LOAD x.so'],
  ['all', 'REPLICAOF h 1'],
  ['all', 'PSYNC ? -1'],
  ['all', 'MONITOR'],
  ['all', 'DEBUG OBJECT app:1'],
  ['all', 'SLOWLOG GET'],
  ['all', 'CLIENT KILL ID 1'],
  ['all', 'CLIENT LIST'],
  ['all', 'CLIENT PAUSE 1'],
  ['all', 'CLIENT TRACKING ON BCAST'],
  ['all', 'SHUTDOWN'],
  ['all', 'SAVE'],
  ['all', 'INFO'],
  ['all', 'CLUSTER NODES'],
  ['all', 'PUBSUB CHANNELS'],
  ['7.0', 'PUBLISH other x'],
  ['7.0', 'FUNCTION LOAD x'],
  ['7.0', 'FUNCTION FLUSH'],
  ['7.0', 'FCALL f 0'],
  ['valkey-8.1', 'COMMANDLOG GET 10 slow'],
  ['valkey-9.1', 'CLUSTERSCAN 0'],
];

function holds(server: ServerVersion, since: Since): boolean {
  if (since === 'all') return true;
  const [product, version] = since.split('-');
  if (version !== undefined)
    return server.product === product && versionAtLeast(server, { [server.product]: version });
  return server.product === 'valkey' || versionAtLeast(server, { redis: since });
}

function userOf(yaml: string, server: ServerVersion, mode: 'standalone' | 'cluster' = 'standalone'): User {
  const parsed = parsePolicy(`version: 1\nusers:\n  - ${yaml}\n`);
  const policyUser = parsed.ok ? parsed.policy.users[0] : undefined;
  if (policyUser === undefined) throw new Error(parsed.problems.map((each) => each.message).join('\n'));
  const { rules, refusals } = rulesForUser(policyUser, server, mode);
  expect(refusals).toEqual([]);
  const { user, problems, hazards } = parseUser(policyUser.name, rules, tableFor(server));
  expect([problems, hazards]).toEqual([[], []]);
  if (user === undefined) throw new Error('refused');
  return user;
}

function allows(user: User, command: string, server: ServerVersion): boolean {
  return decide(user, command.split(' '), tableFor(server)).allowed;
}

function expectDecisions(
  user: User,
  server: ServerVersion,
  commands: readonly (readonly [Since, string])[],
  allowed: boolean,
): void {
  const wrong = commands
    .filter(([since, command]) => holds(server, since) && allows(user, command, server) !== allowed)
    .map(([, command]) => command);
  expect(wrong, allowed ? 'denied, but its holders run it' : 'allowed, but must not be').toEqual([]);
}

describe.each(SERVERS.map((server) => [`${server.product} ${server.version}`, server] as const))(
  'on %s',
  (_, server) => {
    it('readwrite works on its own keys and reaches nothing else', () => {
      const user = userOf('{ name: app, role: readwrite, keys: ["app:*"] }', server);
      expectDecisions(user, server, [...CONNECT, ...READS, ...WRITES], true);
      expectDecisions(user, server, ESCAPES, false);
    });

    it('readonly reads its own keys and changes nothing', () => {
      const user = userOf('{ name: reports, role: readonly, keys: ["app:*"] }', server);
      expectDecisions(user, server, [...CONNECT, ...READS, ['all', 'MULTI'], ['all', 'WATCH app:1']], true);
      const writes = WRITES.filter(([, command]) => !/^(?:MULTI|EXEC|WATCH)/.test(command));
      expectDecisions(user, server, [...ESCAPES, ...writes, ['all', 'BITFIELD app:b SET u8 0 1']], false);
    });

    it('readonly on every key may also walk them', () => {
      const user = userOf('{ name: reports, role: readonly, keys: ["*"] }', server);
      expectDecisions(
        user,
        server,
        [...CONNECT, ...READS, ['all', 'SCAN 0'], ['all', 'DBSIZE'], ['valkey-9.1', 'CLUSTERSCAN 0']],
        true,
      );
      expectDecisions(
        user,
        server,
        [
          ['all', 'KEYS *'],
          ['all', 'FLUSHALL'],
          ['all', 'SET a b'],
          ['7.0', 'FUNCTION LOAD x'],
        ],
        false,
      );
    });

    it('writeonly writes and learns nothing that the server can withhold', () => {
      const user = userOf('{ name: ingest, role: writeonly, keys: ["app:*"] }', server);
      const set: readonly (readonly [Since, string])[] = server.version.startsWith('6.2')
        ? []
        : [['all', 'SET app:1 v']];
      const writes =
        'SETEX app:1 9 v,MSET app:1 v,HSET app:h f v,LPUSH app:l v,SADD app:s v,ZADD app:z 1 v,XADD app:x * f v,DEL app:1,EXPIRE app:1 9';
      expectDecisions(
        user,
        server,
        [...CONNECT, ...set, ...writes.split(',').map((each) => ['all', each] as const)],
        true,
      );
      const reads = READS.filter(([, command]) => !/^(?:EXISTS|TYPE|OBJECT)/.test(command));
      expectDecisions(
        user,
        server,
        [
          ...ESCAPES,
          ...reads,
          ['all', 'GETSET app:1 v'],
          ['all', 'LPOP app:l'],
          ['6.2', 'SET app:1 v GET'],
          ['6.2', 'GETDEL app:1'],
          ['all', 'INCR app:1'],
          ['all', 'EXISTS app:1'],
        ],
        false,
      );
    });

    it('pubsub speaks on its channels and touches no key', () => {
      const user = userOf('{ name: bus, role: pubsub, channels: ["news.*"] }', server);
      expectDecisions(
        user,
        server,
        [
          ...CONNECT,
          ['all', 'PUBLISH news.1 x'],
          ['all', 'SUBSCRIBE news.1'],
          ['all', 'PSUBSCRIBE news.*'],
          ['all', 'UNSUBSCRIBE'],
          ['7.0', 'SSUBSCRIBE news.1'],
        ],
        true,
      );
      expectDecisions(
        user,
        server,
        [
          ['all', 'GET app:1'],
          ['6.2', 'SUBSCRIBE __keyspace@0__:app'],
          ['6.2', 'PSUBSCRIBE *'],
          ['all', 'PUBSUB CHANNELS'],
          ['all', 'FLUSHALL'],
        ],
        false,
      );
    });

    it('monitor gives redis_exporter its numbers and nobody any data', () => {
      const user = userOf('{ name: exporter, role: monitor }', server);
      expectDecisions(
        user,
        server,
        [
          ...CONNECT,
          ['all', 'INFO ALL'],
          ['all', 'LATENCY LATEST'],
          ['all', 'SLOWLOG LEN'],
          ['7.0', 'LATENCY HISTOGRAM'],
          ['valkey-8.1', 'COMMANDLOG LEN slow'],
        ],
        true,
      );
      expectDecisions(
        user,
        server,
        [
          ...ESCAPES.filter(([, each]) => !/^(?:INFO|DBSIZE)/.test(each)),
          ...READS,
          ['all', 'MONITOR'],
          ['all', 'LATENCY RESET'],
          ['all', 'SLOWLOG RESET'],
        ],
        false,
      );
    });

    it('replication has the link and nothing else', () => {
      const user = userOf('{ name: replica, role: replication }', server);
      expectDecisions(
        user,
        server,
        [
          ['all', 'PING'],
          ['all', 'REPLCONF listening-port 1'],
          ['all', 'PSYNC ? -1'],
          ['valkey-8.0', 'SYNC'],
        ],
        true,
      );
      expectDecisions(
        user,
        server,
        [
          ['all', 'GET a'],
          ['all', 'INFO'],
          ['all', 'REPLICAOF h 1'],
          ['6.2', 'FAILOVER'],
          ['all', 'SELECT 1'],
        ],
        false,
      );
    });

    it('sentinel can fail over, on its own channel', () => {
      const user = userOf('{ name: sentinel, role: sentinel }', server);
      const steps =
        'PING,INFO,ROLE,MULTI,SLAVEOF NO ONE,CONFIG REWRITE,CLIENT KILL TYPE normal,EXEC,CLIENT SETNAME s,SCRIPT KILL,PUBLISH __sentinel__:hello x,SUBSCRIBE __sentinel__:hello';
      expectDecisions(
        user,
        server,
        steps.split(',').map((each) => ['all', each] as const),
        true,
      );
      expectDecisions(
        user,
        server,
        [
          ['all', 'CONFIG SET dir /tmp'],
          ['all', 'CONFIG GET *'],
          ['all', 'ACL LIST'],
          ['all', 'GET a'],
          ['6.2', 'SUBSCRIBE other'],
          ['all', 'CLIENT LIST'],
          ['all', 'SHUTDOWN'],
        ],
        false,
      );
    });

    it('backup takes a copy and changes nothing', () => {
      const user = userOf('{ name: backup, role: backup }', server);
      expectDecisions(
        user,
        server,
        [
          ['all', 'PING'],
          ['all', 'REPLCONF rdb-only 1'],
          ['all', 'PSYNC ? -1'],
          ['all', 'SYNC'],
          ['all', 'BGSAVE'],
          ['all', 'LASTSAVE'],
          ['all', 'INFO persistence'],
        ],
        true,
      );
      expectDecisions(
        user,
        server,
        [
          ['all', 'GET a'],
          ['all', 'SET a b'],
          ['all', 'SAVE'],
          ['all', 'CONFIG SET dir /tmp'],
          ['all', 'REPLICAOF h 1'],
          ['all', 'FLUSHALL'],
          ['all', 'ACL LIST'],
        ],
        false,
      );
    });

    it('admin may do everything', () => {
      const user = userOf('{ name: ops, role: admin }', server);
      expectDecisions(
        user,
        server,
        [
          ['all', 'FLUSHALL'],
          ['all', 'ACL SETUSER x on'],
          ['all', 'GET a'],
          ['all', 'CONFIG SET maxmemory 1'],
          ['6.2', 'SUBSCRIBE any'],
        ],
        true,
      );
    });

    it('custom has exactly its own rules; other roles take additions', () => {
      const custom = userOf('{ name: c, role: custom, keys: ["q:*"], commands: [+get, +@hash] }', server);
      expectDecisions(
        custom,
        server,
        [
          ['all', 'GET q:1'],
          ['all', 'HSET q:h f v'],
        ],
        true,
      );
      expectDecisions(
        custom,
        server,
        [
          ['all', 'PING'],
          ['all', 'SET q:1 v'],
          ['all', 'GET other'],
        ],
        false,
      );
      const worker = userOf(
        '{ name: w, role: readwrite, keys: ["bull:*"], commands: [+info, +eval, +evalsha] }',
        server,
      );
      expectDecisions(
        worker,
        server,
        [
          ['all', 'INFO'],
          ['all', 'EVAL return-1 0'],
          ['all', 'ZADD bull:z 1 a'],
        ],
        true,
      );
    });

    it('cluster clients find their node, and only there', () => {
      const yaml = '{ name: app, role: readwrite, keys: ["app:*"] }';
      const steps: readonly (readonly [Since, string])[] = [
        ['all', 'CLUSTER SLOTS'],
        ['all', 'CLUSTER NODES'],
        ['7.0', 'CLUSTER SHARDS'],
        ['all', 'READONLY'],
        ['all', 'ASKING'],
      ];
      expectDecisions(userOf(yaml, server, 'cluster'), server, steps, true);
      expectDecisions(
        userOf(yaml, server, 'cluster'),
        server,
        [
          ['all', 'CLUSTER RESET'],
          ['all', 'CLUSTER GETKEYSINSLOT 1 10'],
          ['all', 'CLUSTER MEET h 1'],
          ['valkey-9.1', 'CLUSTER FLUSHSLOT 1'],
        ],
        false,
      );
    });

    it('leaves XREADGROUP out where a pattern matches the word STREAMS', () => {
      const user = userOf('{ name: s, role: readwrite, keys: ["s*"] }', server);
      expectDecisions(user, server, [['all', 'XREADGROUP GROUP g c STREAMS s1 >']], false);
      expectDecisions(
        user,
        server,
        [
          ['all', 'XREAD STREAMS s1 0'],
          ['all', 'XADD s1 * f v'],
        ],
        true,
      );
    });
  },
);

describe('differences between versions', () => {
  it('splits reading and writing by key only from 7.0 on', () => {
    const parsed = parsePolicy(
      'version: 1\nusers:\n  - { name: a, role: readwrite, keys: ["a:*", { pattern: "b:*", access: read }] }\n',
    );
    const user = parsed.ok ? parsed.policy.users[0] : undefined;
    if (user === undefined) throw new Error('refused');
    expect(rulesForUser(user, { product: 'redis', version: '6.2' }, 'standalone').refusals).toHaveLength(1);
    const compiled = userOf('{ name: a, role: readwrite, keys: ["a:*", { pattern: "b:*", access: read }] }', {
      product: 'redis',
      version: '7.0',
    });
    const server = { product: 'redis', version: '7.0' } as const;
    expectDecisions(
      compiled,
      server,
      [
        ['all', 'GET b:1'],
        ['all', 'SET a:1 v'],
        ['all', 'COPY b:1 a:1'],
      ],
      true,
    );
    expectDecisions(
      compiled,
      server,
      [
        ['all', 'SET b:1 v'],
        ['all', 'RENAME b:1 a:1'],
      ],
      false,
    );
  });

  it('bounds databases only on Valkey 9.1', () => {
    const parsed = parsePolicy(
      'version: 1\nusers:\n  - { name: a, role: readwrite, keys: ["*"], databases: [0, 3] }\n',
    );
    const user = parsed.ok ? parsed.policy.users[0] : undefined;
    if (user === undefined) throw new Error('refused');
    expect(rulesForUser(user, { product: 'valkey', version: '9.1' }, 'standalone').rules).toContain('db=0,3');
    expect(rulesForUser(user, { product: 'valkey', version: '8.1' }, 'standalone').refusals).toHaveLength(1);
  });

  it('says that 6.0 has no channel rules', () => {
    const parsed = parsePolicy('version: 1\nusers:\n  - { name: a, role: pubsub, channels: ["x"] }\n');
    const user = parsed.ok ? parsed.policy.users[0] : undefined;
    if (user === undefined) throw new Error('refused');
    const { rules, warnings } = rulesForUser(user, { product: 'redis', version: '6.0' }, 'standalone');
    expect(rules.join(' ')).not.toContain('&');
    expect(warnings).toEqual(['a: Redis 6.0 has no channel rules, so it hears every channel.']);
  });
});
