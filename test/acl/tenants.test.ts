import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canRun,
  crossingKindOf,
  decide,
  findCrossings,
  globIntersection,
  makeTenants,
  parseUser,
  proveTenants,
  splitRules,
  tableFor,
  tenantRules,
} from '../../src/acl/index.ts';
import type { CommandTable, User } from '../../src/acl/index.ts';

const TABLES: readonly CommandTable[] = [
  ...['6.0.16', '6.2.16', '7.0.15', '7.2.6', '7.4.1', '8.0.6'].map((version) =>
    tableFor({ product: 'redis', version }),
  ),
  ...['7.2.7', '8.0.1', '8.1.1', '9.1.2'].map((version) => tableFor({ product: 'valkey', version })),
];
const redis72 = tableFor({ product: 'redis', version: '7.2.6' });
const valkey91 = tableFor({ product: 'valkey', version: '9.1.2' });

function userOf(name: string, rules: string | readonly string[], table: CommandTable = redis72): User {
  const tokens = typeof rules === 'string' ? (splitRules(rules) ?? []) : rules;
  const { user, problems } = parseUser(name, tokens, table);
  if (user === undefined) throw new Error(problems[0]?.message);
  return user;
}

/** Users whose only rights are `get` on these patterns, separated by blanks. */
const getters = (...patterns: readonly string[]): readonly User[] =>
  patterns.map((each, i) =>
    userOf(`t${i}`, [...each.split(' ').map((pattern) => `~${pattern}`), 'resetchannels', '+get']),
  );

describe.each(TABLES.map((table) => [table.server, table] as const))('tenantRules on %s', (_, table) => {
  const channels = table.dialect.channels ? ['resetchannels', '&a.*'] : [];
  const rules = [...channels, ...tenantRules(table)];
  const readerRules = [...channels, ...tenantRules(table, 'read')];
  const tenant = userOf('a', ['~a:*', ...rules], table);

  it('give no command that crosses', () => {
    expect(findCrossings(tenant)).toEqual([]);
    expect(findCrossings(userOf('a', ['~a:*', ...readerRules], table))).toEqual([]);
  });

  it('give what applications and client libraries use', () => {
    const lines = [
      ['PING'],
      ['MULTI'],
      ['EXEC'],
      ['HELLO', '3'],
      ['CLIENT', 'SETNAME', 'x'],
      ['CLIENT', 'ID'],
      ...(table.commands.has('client|setinfo') ? [['CLIENT', 'SETINFO', 'LIB-NAME', 'x']] : []),
      ['COMMAND'],
      ['GET', 'a:1'],
      ['SET', 'a:1', 'v', 'EX', '10'],
      ['DEL', 'a:1'],
      ['HSET', 'a:1', 'f', 'v'],
      ['ZADD', 'a:1', '1', 'm'],
      ['XADD', 'a:1', '*', 'f', 'v'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'a:1', '>'],
      ['BLPOP', 'a:1', '0'],
      ['EXPIRE', 'a:1', '1'],
      ['MEMORY', 'USAGE', 'a:1'],
      ['OBJECT', 'ENCODING', 'a:1'],
    ];
    for (const argv of lines) {
      const decision = decide(tenant, argv, table);
      expect(decision, argv.join(' ')).toMatchObject({ allowed: true });
    }
  });

  it('refuse other keys, and what works without keys', () => {
    const lines = [
      ['GET', 'b:1'],
      ['SORT', 'a:1', 'BY', 'b:*'],
      ['KEYS', '*'],
      ['SCAN', '0'],
      ['RANDOMKEY'],
      ['FLUSHALL'],
      ['SWAPDB', '0', '1'],
      ['MONITOR'],
      ['CONFIG', 'GET', '*'],
      ['CLIENT', 'LIST'],
      ['CLIENT', 'KILL', 'ID', '1'],
      ['CLIENT', 'TRACKING', 'ON', 'BCAST'],
      ['SCRIPT', 'FLUSH'],
      ['EVAL', 'return 1', '0'],
      ['MIGRATE', 'h', '1', 'a:1', '0', '1'],
      ['INFO'],
      ['ACL', 'LOG'],
      ['PUBSUB', 'CHANNELS'],
      ['SLOWLOG', 'GET'],
    ];
    for (const argv of lines)
      expect(decide(tenant, argv, table), argv.join(' ')).toMatchObject({ allowed: false });
  });

  it('give channels where the server can bound them', () => {
    const decision = decide(tenant, ['SUBSCRIBE', 'a.news'], table);
    expect(decision.allowed).toBe(table.dialect.channels);
    expect(decide(tenant, ['SUBSCRIBE', 'b.news'], table).allowed).toBe(false);
  });

  it('let readers write nothing', () => {
    const reader = userOf('a', ['~a:*', ...readerRules], table);
    expect(canRun(reader, 'get', table)).toBe('yes');
    expect(canRun(reader, 'xread', table)).toBe('yes');
    for (const name of ['set', 'del', 'hset', 'xadd', 'getdel', 'geoadd', 'expire'])
      expect(canRun(reader, name, table), name).toBe('no');
  });

  it('leave no keyless command of this version unclassified', () => {
    const all = userOf('a', ['~a:*', '+@all'], table);
    for (const { command } of findCrossings(all)) expect(crossingKindOf(command), command).toBeDefined();
  });
});

describe('findCrossings', () => {
  const kinds = (rules: string, table: CommandTable = redis72): readonly string[] =>
    findCrossings(userOf('u', rules, table)).map(({ command }) => command);

  it('names what the usual categories bring', () => {
    expect(kinds('~a:* +@read')).toEqual(expect.arrayContaining(['keys', 'scan', 'randomkey', 'dbsize']));
    expect(kinds('~a:* +@write')).toEqual(
      expect.arrayContaining(['flushall', 'swapdb', 'function|load', 'migrate']),
    );
    expect(kinds('~a:* +@connection')).toEqual(expect.arrayContaining(['client|kill', 'client|list']));
    expect(kinds('~a:* +get +set')).toEqual([]);
  });

  it('sees first-argument rules of 6.x', () => {
    const redis62 = tableFor({ product: 'redis', version: '6.2.16' });
    expect(kinds('~a:* +client|kill +client|id', redis62)).toEqual(['client|kill']);
    expect(kinds('~a:* +sort', redis62)).toEqual(['sort']);
  });

  it('sees who hears the key events of others', () => {
    const hears = (rules: string): boolean => kinds(rules).includes('subscribe');
    expect(hears('~a:* &__key* +psubscribe')).toBe(true);
    expect(hears('~a:* &__keyevent@0__:* +subscribe')).toBe(true);
    expect(hears('~a:* &__keyspace@0__:b:* +psubscribe')).toBe(true);
    expect(hears('~a:* &__keyspace@0__:a:* +psubscribe')).toBe(false);
    expect(hears('~a:* &a.* +psubscribe')).toBe(false);
    expect(hears('~a:* &__key* +publish')).toBe(false);
    expect(hears('~a:* &* +subscribe')).toBe(true);
  });

  it('counts holes in key checks where they can be used', () => {
    expect(kinds('~a:* +georadius')).toEqual(['georadius']);
    expect(kinds('~a:* +georadius', valkey91)).toEqual([]);
    expect(kinds('~s* +xreadgroup')).toEqual(['xreadgroup']);
    expect(kinds('~a:* +xreadgroup')).toEqual([]);
    expect(kinds('~b* +sort')).toEqual(['sort']);
    expect(kinds('~a:* +sort')).toEqual([]);
  });
});

describe('makeTenants', () => {
  const commands = ['+get', '+set'];

  it('makes users, and escapes glob characters', () => {
    const { users, problems } = makeTenants(['acme', 'acme[1]', 'é*'], { commands }, redis72);
    expect(problems).toEqual([]);
    expect(users.map(({ user }) => user)).toEqual(['acme', 'acme[1]', 'é*']);
    expect(users[1]?.rules).toEqual(['~acme\\[1\\]:*', 'resetchannels', '&acme\\[1\\].*', '+get', '+set']);
    const made = users.map(({ user, rules }) => userOf(user, rules));
    expect(proveTenants(made).verdict).toBe('apart');
    expect(decide(made[1] as User, ['GET', 'acme[1]:x'], redis72).allowed).toBe(true);
    expect(decide(made[1] as User, ['GET', 'acme1:x'], redis72).allowed).toBe(false);
  });

  it('takes rules as keys, and follows the server', () => {
    const template = { commands, user: 'app-{tenant}', keys: ['%R~shared:*', '{tenant}:*'], databases: [3] };
    expect(makeTenants(['a'], { ...template, channels: [] }, valkey91).users).toEqual([
      { tenant: 'a', user: 'app-a', rules: ['%R~shared:*', '~a:*', 'resetchannels', 'db=3', '+get', '+set'] },
    ]);
    expect(makeTenants(['a'], template, redis72).problems).toMatchObject([{ subject: 'databases' }]);
    const redis60 = tableFor({ product: 'redis', version: '6.0.16' });
    expect(makeTenants(['a'], { commands }, redis60).users[0]?.rules).toEqual(['~a:*', '+get', '+set']);
  });

  it('refuses what would not work, all at once', () => {
    const { problems } = makeTenants(['a b', '', 'x', 'x', 'default'], { commands }, redis72);
    expect(problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'tenant-name a b',
      'tenant-name ',
      'tenant-twice x',
      'tenant-name default',
    ]);
    expect(makeTenants(['a', 'b'], { commands, user: 'app' }, redis72).problems).toMatchObject([
      { code: 'tenant-template' },
      { code: 'tenant-twice' },
    ]);
    expect(makeTenants(['a'], { commands, keys: ['[{tenant}]*'] }, redis72).problems).toHaveLength(1);
    expect(makeTenants(['a'], { commands, keys: ['\\{tenant}*'] }, redis72).problems).toHaveLength(1);
  });

  it('makes any names into users who are apart and reach their own keys', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', '[', ']', '^', '-', '\\', 'é'),
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 8 }), (names) => {
        const { users, problems } = makeTenants(names, { commands }, redis72);
        expect(problems).toEqual([]);
        const made = users.map(({ user, rules }) => userOf(user, rules));
        expect(proveTenants(made).verdict).toBe('apart');
        for (const [i, user] of made.entries())
          expect(decide(user, ['GET', `${names[i] ?? ''}:1`], redis72).allowed).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('proveTenants', () => {
  it('compares users who are there already with the tenants, not with one another', () => {
    const [tenant, ...existing] = getters('app_a*', 'app_ab:*', 'app_*', 'other:*');
    const proof = proveTenants(tenant === undefined ? [] : [tenant], { existing });
    expect([proof.verdict, proof.users, proof.existing]).toEqual(['overlap', 1, 3]);
    expect(proof.keys.overlaps.map(({ users }) => [...users].sort())).toEqual([
      ['t0', 't2'],
      ['t0', 't1'],
    ]);
    expect(proveTenants(existing.slice(2), { existing: existing.slice(0, 2) }).verdict).toBe('apart');
  });

  it('tells patterns as rules have them', () => {
    const users = [
      userOf('a', ['%R~*', '+get']),
      userOf('b', ['%W~b:*', '+set']),
      userOf('c', ['~*', '+get']),
    ];
    const rules = proveTenants(users).keys.overlaps.flatMap((each) => each.rules);
    expect(new Set(rules)).toEqual(new Set(['%R~*', '%W~b:*', '~*']));
  });

  it('finds a prefix without separator', () => {
    const proof = proveTenants(getters('app_a*', 'app_ab:*', 'app_c:*'));
    expect(proof.verdict).toBe('overlap');
    expect(proof.keys.overlaps).toEqual([
      {
        users: ['t0', 't1'],
        patterns: ['app_a*', 'app_ab:*'],
        rules: ['~app_a*', '~app_ab:*'],
        witness: 'app_ab:',
      },
    ]);
  });

  it('agrees with comparing every pair', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 2, maxLength: 8 }), (patterns) => {
        const proof = proveTenants(getters(...patterns));
        let pairs = 0;
        for (const [i, a] of patterns.entries())
          for (const b of patterns.slice(i + 1)) if (globIntersection(a, b).overlaps === true) pairs++;
        // The pattern `*` alone is the flag, which has no pattern beside it.
        expect(proof.keys.overlaps).toHaveLength(pairs);
        expect(proof.keys.verdict).toBe(pairs > 0 ? 'overlap' : 'apart');
      }),
      { numRuns: 1000 },
    );
  });

  it('compares few pairs when starts or ends differ', () => {
    const count = 2000;
    const names = Array.from({ length: count }, (_, i) => `tenant-${i}`);
    const prefixed = proveTenants(getters(...names.map((name) => `${name}:*`)));
    expect([prefixed.verdict, prefixed.keys.compared]).toEqual(['apart', 0]);
    const suffixed = proveTenants(getters(...names.map((name) => `*:${name}`)));
    expect([suffixed.verdict, suffixed.keys.compared]).toEqual(['apart', 0]);
  });

  it('stops after enough overlaps, and says so', () => {
    const proof = proveTenants(getters(...Array.from({ length: 50 }, (_, i) => `*:${i}:*`)));
    expect(proof.keys).toMatchObject({ verdict: 'overlap', complete: false });
    expect(proof.keys.overlaps).toHaveLength(100);
  });

  it('lets tenants share what they are meant to share', () => {
    const users = getters('a:* shared:*', 'b:* shared:*');
    expect(proveTenants(users).verdict).toBe('overlap');
    expect(proveTenants(users, { sharedKeys: ['shared:*'] }).verdict).toBe('apart');
    const twins = [userOf('a-r', '~a:* +get'), userOf('a-w', '~a:* +set')];
    expect(proveTenants(twins).verdict).toBe('overlap');
    expect(proveTenants(twins, { tenantOf: (name) => name.slice(0, 1) }).verdict).toBe('apart');
  });

  it('looks at channels of users who may use them', () => {
    const pair = (rules: string): readonly User[] => [
      userOf('a', `~a:* ${rules}`),
      userOf('b', `~b:* ${rules}`),
    ];
    expect(proveTenants(pair('&n.* +get +publish')).channels.overlaps).toHaveLength(1);
    expect(proveTenants(pair('&* +get')).verdict).toBe('apart');
    expect(proveTenants(pair('&* +subscribe')).channels.verdict).toBe('overlap');
    expect(proveTenants([userOf('a', '~a:* &__keyevent* +subscribe')]).crossings).toMatchObject([
      { command: 'subscribe', kind: 'observe' },
    ]);
  });

  it('counts databases of Valkey 9.1 as borders', () => {
    const make = (a: string, b: string): readonly User[] => [
      userOf('a', `~* ${a}`, valkey91),
      userOf('b', `~* ${b}`, valkey91),
    ];
    expect(proveTenants(make('+get +scan +flushdb db=0', '+get +scan db=1')).verdict).toBe('apart');
    expect(proveTenants(make('+get db=0,1', '+get db=1')).keys.overlaps).toMatchObject([{ database: 1 }]);
    expect(proveTenants(make('+get +info db=0', '+get db=1')).crossings).toMatchObject([{ command: 'info' }]);
    expect(proveTenants(make('+get +scan db=0', '+get')).verdict).toBe('overlap');
  });

  it('names crossing commands and who holds them', () => {
    const users = Array.from({ length: 8 }, (_, i) => userOf(`t${i}`, `~t${i}:* +@read`));
    const proof = proveTenants(users);
    expect(proof.keys.verdict).toBe('apart');
    expect(proof.verdict).toBe('overlap');
    expect(proof.crossings.find(({ command }) => command === 'scan')).toEqual({
      command: 'scan',
      kind: 'enumerate',
      users: 8,
      examples: ['t0', 't1', 't2', 't3', 't4'],
    });
  });
});
