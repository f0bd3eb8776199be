/** What a user may do, as data: shares of categories, keys, commands that never run, holes, and suggested orders. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decide,
  explainUser,
  grantedCommands,
  parseUser,
  suggestOrder,
  tableFor,
} from '../../src/acl/index.ts';
import type { User, UserExplanation } from '../../src/acl/index.ts';
import { randomCommand, randomRules } from './random-rules.ts';

const redis60 = tableFor({ product: 'redis', version: '6.0.16' });
const redis62 = tableFor({ product: 'redis', version: '6.2.16' });
const redis70 = tableFor({ product: 'redis', version: '7.0.15' });
const redis72 = tableFor({ product: 'redis', version: '7.2.6' });
const redis80 = tableFor({ product: 'redis', version: '8.0.6' });
const patched = tableFor({ product: 'redis', version: '8.2.9' });
const valkey91 = tableFor({ product: 'valkey', version: '9.1.2' });

function userOf(rules: string, table = redis72): User {
  const { user } = parseUser('u', rules.split(' '), table);
  if (user === undefined) throw new Error(`refused: ${rules}`);
  return user;
}
const explain = (rules: string, table = redis72): UserExplanation =>
  explainUser(userOf(rules, table), table, rules.split(' '));
const root = (rules: string, table = redis72): UserExplanation['selectors'][number] => {
  const [first] = explain(rules, table).selectors;
  if (first === undefined) throw new Error('no selector');
  return first;
};

describe('explainUser', () => {
  it('knows who can log in', () => {
    expect(explain('on nopass').login.open).toBe('anyone');
    expect(explain('on >a >b').login).toEqual({
      enabled: true,
      nopass: false,
      passwords: 2,
      open: 'password',
    });
    expect(explain('on').login.open).toBe('nobody');
    expect(explain('off nopass').login.open).toBe('nobody');
  });

  it('counts what is granted of each category, and names what is missing', () => {
    const { categories, commands } = root('+@read -keys');
    const read = categories.find(({ category }) => category === 'read');
    expect(read?.missing).toEqual(['keys']);
    expect(read && read.granted + 1).toBe(read?.total);
    expect(commands).toContain('get');
    expect(root('-@all', redis80).categories.find(({ category }) => category === '')?.missing).toContain(
      'VADD',
    );
  });

  it('sorts granted commands by the access they ask of keys', () => {
    const { keyDemand } = root('~a +get +set +getset +exists +copy +ping');
    expect(keyDemand).toEqual({
      read: ['copy', 'get'],
      write: ['copy', 'set'],
      readWrite: ['getset'],
      any: ['exists'],
    });
  });

  it.each([
    [
      '%W~app:* +get +set +incr',
      [
        ['no-read', ['get']],
        ['no-read-and-write', ['incr']],
      ],
    ],
    ['%R~app:* +get +set +copy', [['no-write', ['copy', 'set']]]],
    [
      '+get +ping +eval +publish',
      [
        ['no-keys', ['get']],
        ['no-channels', ['publish']],
      ],
    ],
    ['~a +@all &*', []],
    ['%R~a +sort +xread +georadius_ro', []],
    ['%W~a +sort +xread +bitfield +memory|usage', [['no-read', ['bitfield', 'sort', 'xread']]]],
  ])('finds commands of %s that can never run', (rules, expected) => {
    const { neverRun } = root(rules);
    expect(neverRun.map(({ obstacle, commands }) => [obstacle, [...commands].sort()])).toEqual(expected);
  });

  it('says of the user what no selector lets run', () => {
    expect(explain('%W~a +get +set (~b +get)').neverRun).toEqual([]);
    expect(explain('%W~a +get +set (%W~b +get)').neverRun).toEqual(['get']);
    expect(explain('~a +get resetdbs', valkey91).selectors[0]?.neverRun).toEqual([
      { obstacle: 'no-databases', commands: ['get'] },
    ]);
  });

  it('lists commands that no key pattern holds back', () => {
    const kinds = (rules: string, table = redis72): readonly string[] =>
      root(rules, table).keyless.map(({ kind, commands }) => `${kind} ${commands.join(',')}`);
    expect(kinds('~a +@write')).toEqual([
      'destroy flushall,flushdb,swapdb,function|load,function|delete,function|flush,function|restore',
      'control pfdebug',
    ]);
    expect(kinds('~a +get +ping +multi')).toEqual([]);
    expect(kinds('~a +config|get +scan', redis62)).toEqual(['enumerate scan', 'observe config|get']);
  });

  it('names what needs no right', () => {
    expect(explain('-@all').alwaysAllowed).toEqual(['auth', 'hello', 'quit', 'reset']);
    expect(explain('-@all', redis62).alwaysAllowed).toEqual(['auth', 'hello', 'quit']);
    expect(explain('-@all', redis60).alwaysAllowed).toEqual(['auth', 'quit']);
  });

  it('shows the holes of this build that are open to the user, by a command that goes through', () => {
    const codes = (rules: string, table = redis72): readonly string[] =>
      explain(rules, table).holes.map(({ code, example }) => `${code}: ${example.join(' ')}`);
    expect(codes('~app:* +@write +@read')).toEqual([
      'georadius-double-store: GEORADIUS app:1 0 0 1 km STORE app:1 STORE victim',
    ]);
    expect(codes('~b* ~S* +@write +@read')).toEqual([
      'georadius-double-store: GEORADIUS b1 0 0 1 km STORE b1 STORE victim',
      'sort-store-keyword: SORT b1 STORE by STORE victim',
      'xreadgroup-keyword: XREADGROUP COUNT 1 GROUP g streams STREAMS victim >',
    ]);
    expect(codes('~b* ~S* +@write +@read', patched)).toEqual([]);
    expect(codes('~b* ~S* +@write +@read', valkey91).map((code) => code.split(':')[0])).toEqual([
      'sort-store-keyword',
      'xreadgroup-keyword',
    ]);
    expect(codes('~* +@all')).toEqual(['acl-rule-abort: ACL SETUSER x %']);
    expect(codes('~* +@all', redis80)).toEqual(['acl-rule-abort: ACL SETUSER x +select|a b']);
    expect(codes('~app:* +sort', redis62)).toEqual(['sort-by-get: SORT app:1 BY nosort GET victim*']);
  });

  it('shows no secret', () => {
    expect(JSON.stringify(explain('on >canary ~a +get'))).not.toMatch(/canary|[0-9a-f]{64}/);
  });

  it.each([redis60, redis62, redis70, redis72, redis80, valkey91])(
    'agrees with the engine on what is granted and what can never run, on $server',
    (table) => {
      fc.assert(
        fc.property(randomRules(table), randomCommand(table), (rules, argv) => {
          const { user } = parseUser('u', rules, table);
          fc.pre(user !== undefined);
          const { selectors, neverRun, alwaysAllowed } = explainUser(user, table);
          const listed = new Set(selectors.flatMap(({ commands }) => commands));
          const granted = [...grantedCommands(user, table)].filter((name) => !alwaysAllowed.includes(name));
          expect([...listed].sort()).toEqual(granted.sort());
          const head = (argv[0] ?? '').toLowerCase();
          const name = neverRun.find((each) => each === head || each === `${head}|${argv[1]?.toLowerCase()}`);
          if (name === undefined || !WELL_FORMED.test(name)) return;
          expect(decide(user, argv, table).allowed).toBe(false);
        }),
        { numRuns: 300 },
      );
    },
  );
});

/** Commands whose keys are found whatever the other arguments are. */
const WELL_FORMED =
  /^(?:get|set|del|incr|getset|append|strlen|exists|mget|mset|rename|copy|sadd|smembers|bitop|publish|subscribe|h\w+|l(?:push|pop|range|len)|z(?:add|range|rem|card))$/;

describe('suggestOrder', () => {
  const suggest = (rules: string, table = redis72): string | undefined =>
    suggestOrder('u', rules.split(' '), table)?.shown.join(' ');

  it('puts a reset before what it wipes, and says what that gives', () => {
    const rules = 'on >secret +get +set ~* -@all +@write'.split(' ');
    const answer = suggestOrder('u', rules, redis72);
    expect(answer?.shown.join(' ')).toBe('on >… -@all +get +set ~* +@write');
    expect(answer?.tokens).toContain('>secret');
    expect([answer?.gains, answer?.loses, answer?.moved]).toEqual([['get'], [], ['-@all']]);
    expect(suggest('~app:* resetkeys +get')).toBe('resetkeys ~app:* +get');
  });

  it('puts a denial behind the grant that undoes it', () => {
    expect(suggest('on ~* -@dangerous +@all')).toBe('on ~* +@all -@dangerous');
    expect(suggest('on ~* +@all -flushall +@write')).toBe('on ~* +@all +@write -flushall');
    expect(suggestOrder('u', ['-flushall', '+@write'], redis72)?.loses).toEqual(['flushall']);
  });

  it.each([
    'on ~app:* +get',
    '+@all -@all +get',
    '~* resetkeys ~app:*',
    'on +nosuch',
    '-@all +get',
    '+get -get',
  ])('has nothing to say of %s', (rules) => {
    expect(suggest(rules)).toBeUndefined();
  });
});
