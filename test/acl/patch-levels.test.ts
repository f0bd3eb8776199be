/**
 * A minor version is not enough: each hole of a build, and the build that closed it. What the fixed builds do was taken
 * from the releases' own changes (Redis #15478, #15538, #12522, CVE-2024-31227, CVE-2024-51741; Valkey #3971); the
 * open ones were seen on real servers.
 */
import { describe, expect, it } from 'vitest';
import {
  decide,
  dialectOf,
  globMatch,
  parseUser,
  tableFor,
  tableFromCommandReply,
} from '../../src/acl/index.ts';
import type { CommandTable, Product } from '../../src/acl/index.ts';

function tableOf(name: string): CommandTable {
  const [product, version] = name.split('-') as [Product, string];
  return tableFor({ product, version });
}

/** What ACL DRYRUN says of a command line to a user with these rules. */
function ask(server: string, rules: string, line: string): string {
  const table = tableOf(server);
  const { user, problems } = parseUser('u', rules.split(' '), table);
  if (user === undefined) throw new Error(problems[0]?.message);
  const decision = decide(
    user,
    line.split(' ').map((word) => (word === '""' ? '' : word)),
    table,
  );
  return decision.allowed ? 'OK' : decision.object;
}

/** Builds before and after the fixes of July 2026. */
const PATCHED = [
  ['redis-7.2.15', 'redis-7.2.16'],
  ['redis-7.4.10', 'redis-7.4.11'],
  ['redis-8.2.8', 'redis-8.2.9'],
  ['redis-8.4.5', 'redis-8.4.6'],
  ['redis-8.6.5', 'redis-8.6.6'],
  ['redis-8.8.1', 'redis-8.8.2'],
] as const;

describe.each(PATCHED)('%s has the holes that %s has not', (open, fixed) => {
  it('GEORADIUS: the first STORE is checked, the last one is written', () => {
    const rules = '+georadius +georadiusbymember %R~src %W~dst';
    const twice = 'GEORADIUS src 0 0 1 m STORE dst STORE victim';
    expect(ask(open, rules, twice)).toBe('OK');
    expect(ask(fixed, rules, twice)).toBe('victim');
    expect(ask(fixed, rules, 'GEORADIUSBYMEMBER src m 1 m STOREDIST victim STOREDIST dst')).toBe('OK');
    // The finder asks for the same rights as the specs did.
    expect(ask(fixed, rules, 'GEORADIUS dst 0 0 1 m STORE dst')).toBe('dst');
    expect(ask(fixed, rules, 'GEORADIUS src 0 0 1 m STORE src')).toBe('src');
    expect(ask(fixed, rules, 'GEORADIUS src 0 0 1 m')).toBe('OK');
    // A spec that is not found is not incomplete either: the unit is no STORE option.
    expect(ask(fixed, rules, 'GEORADIUS src 0 0 1 STORE victim')).toBe('OK');
  });

  it('SORT: the value of STORE is read as an option again', () => {
    const rules = '+sort %R~src %W~by';
    expect(ask(open, rules, 'SORT src STORE by STORE victim')).toBe('OK');
    expect(ask(fixed, rules, 'SORT src STORE by STORE victim')).toBe('victim');
    expect(ask(fixed, rules, 'SORT src STORE victim STORE by')).toBe('OK');
  });

  it('XREADGROUP: a consumer called STREAMS moves the window of keys', () => {
    const rules = '+xreadgroup +xread %R~read* %W~write*';
    const moved = 'XREADGROUP COUNT 1 GROUP g STREAMS STREAMS write2 >';
    expect(ask(fixed, rules, moved)).toBe('write2');
    expect(ask(open, '+xreadgroup ~STREAMS', 'XREADGROUP COUNT 1 GROUP g STREAMS STREAMS victim >')).toBe(
      'OK',
    );
    expect(ask(fixed, rules, 'XREADGROUP NOACK GROUP g STREAMS STREAMS read2 >')).toBe('OK');
  });

  it.each(['CLAIM 100', 'MAXCOUNT 10', 'MAXSIZE 5', 'COUNT 3', 'BLOCK 1'])(
    'the fixed finder steps over %s',
    (option) => {
      const rules = '+xreadgroup +xread %R~read* %W~write*';
      expect(ask(fixed, rules, `XREADGROUP GROUP g c ${option} STREAMS write2 >`)).toBe('write2');
      expect(ask(fixed, rules, `XREAD ${option} STREAMS read2 $`)).toBe('OK');
      expect(ask(fixed, rules, `XREAD ${option} STREAMS read2 write2 $ $`)).toBe('write2');
    },
  );
});

it('6.x knows the options of its own time only', () => {
  const rules = '+xread ~read';
  expect(ask('redis-6.2.21', rules, 'XREAD COUNT 1 STREAMS victim $')).toBe('victim');
  expect(ask('redis-6.2.21', rules, 'XREAD MAXCOUNT 1 STREAMS victim $')).toBe('OK');
});

it('Valkey: GEORADIUS was fixed in 9.1, SORT and XREADGROUP were not', () => {
  const rules = '+georadius +sort %R~src %W~dst %W~by';
  const twice = 'GEORADIUS src 0 0 1 m STORE dst STORE victim';
  expect(ask('valkey-8.1.10', rules, twice)).toBe('OK');
  expect(ask('valkey-9.1.0', rules, twice)).toBe('OK');
  expect(ask('valkey-9.1.2', rules, twice)).toBe('victim');
  expect(ask('valkey-9.1.2', rules, 'SORT src STORE by STORE victim')).toBe('OK');
  expect(
    ask('valkey-9.1.2', '+xreadgroup ~STREAMS', 'XREADGROUP COUNT 1 GROUP g STREAMS STREAMS victim >'),
  ).toBe('OK');
});

it.each([
  ['redis-7.0.12', 'redis-7.0.13'],
  ['redis-7.2.0', 'redis-7.2.1'],
])('SORT_RO: no key is checked in %s, all are in %s', (open, fixed) => {
  expect(ask(open, '+sort_ro ~a', 'SORT_RO victim')).toBe('OK');
  expect(ask(fixed, '+sort_ro ~a', 'SORT_RO victim')).toBe('victim');
});

it.each([
  ['%', 'redis-7.2.6', 'redis-7.2.7'],
  ['%', 'redis-7.4.1', 'redis-7.4.2'],
  ['%', 'valkey-7.2.7', 'valkey-7.2.8'],
  ['%', 'valkey-8.0.1', 'valkey-8.0.2'],
  ['%', 'redis-7.0.15', 'redis-8.0.0'],
  ['%~x', 'redis-7.0.15', 'redis-7.2.6'],
  ['%~x', 'redis-7.2.5', 'redis-7.2.6'],
  ['%~x', 'redis-7.4.0', 'redis-7.4.1'],
  ['%~x', 'valkey-8.0.0', 'valkey-8.0.1'],
])('%s ends %s at the next display and is refused by %s', (rule, open, fixed) => {
  const seen = parseUser('u', [rule], tableOf(open));
  expect(seen.user).toBeDefined();
  expect(seen.hazards.map(({ code }) => code)).toEqual(['breaks-display']);
  expect(parseUser('u', [rule], tableOf(fixed)).problems[0]?.code).toBe('syntax');
});

it.each([
  ['redis-7.2.5', 'redis-7.2.6'],
  ['redis-7.4.0', 'redis-7.4.1'],
  ['valkey-8.0.0', 'valkey-8.0.1'],
])('a pattern of 1001 stars matches in %s, not in %s', (open, fixed) => {
  const pattern = '*a'.repeat(1001);
  const key = 'a'.repeat(1001);
  expect(globMatch(pattern, key)).toBe(false);
  expect(ask(open, `+get ~${pattern}`, `GET ${key}`)).toBe('OK');
  expect(ask(fixed, `+get ~${pattern}`, `GET ${key}`)).toBe(key);
});

it.each([
  ['redis-7.0', '7.0.15'],
  ['redis-7.2', '7.2.6'],
  ['redis-7.4', '7.4.1'],
  ['redis-8.0', '8.0.6'],
  ['valkey-7.2', '7.2.7'],
  ['valkey-8.0', '8.0.1'],
  ['valkey-8.1', '8.1.1'],
  ['valkey-9.1', '9.1.2'],
])('%s without a patch level means the recorded build %s', (name, version) => {
  const [product] = name.split('-') as [Product];
  expect({ ...tableOf(name).dialect, version }).toEqual(dialectOf({ product, version }));
});

describe('a live server tells its own holes', () => {
  const spec = (flags: readonly string[], keyword: string): unknown[] => [
    'flags', flags, 'begin_search', ['type', 'keyword', 'spec', ['keyword', keyword, 'startfrom', 1]],
    'find_keys', ['type', 'range', 'spec', ['lastkey', -1, 'keystep', 1, 'limit', 2]],
  ]; // prettier-ignore
  const command = (name: string, flags: readonly string[], keyword: string): unknown[] => [
    name, -4, ['write'], 0, 0, 0, ['@write', '@slow'], [], [spec(flags, keyword)], [],
  ]; // prettier-ignore
  const reply = (flags: readonly string[]): unknown[] => [
    command('georadius', ['OW', 'update', ...flags], 'STORE'),
    command('xreadgroup', ['RO', 'access', ...flags], 'STREAMS'),
  ];
  const server = { product: 'redis', version: '7.0.15' } as const;

  it('open, where the key specs are whole', () => {
    expect(tableFromCommandReply(reply([]), server).dialect).toMatchObject({
      georadiusFirstStore: true,
      xreadKeywordWindow: true,
      sortSkipsStoreValue: true,
    });
  });

  it('closed, where a distribution has carried the fix into an older version', () => {
    expect(tableFromCommandReply(reply(['incomplete']), server).dialect).toMatchObject({
      georadiusFirstStore: false,
      xreadKeywordWindow: false,
      sortSkipsStoreValue: false,
    });
  });
});
