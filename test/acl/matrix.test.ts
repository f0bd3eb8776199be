import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canRun,
  categoryMatrix,
  commandMatrix,
  globMatch,
  grantedAt,
  grantedCommands,
  parseUser,
  prefixesOf,
  prefixMatrix,
  prefixRightAt,
  rightAt,
  tableFor,
} from '../../src/acl/index.ts';
import type { CommandTable, User } from '../../src/acl/index.ts';
import { coverPrefix, preparePattern } from '../../src/acl/matrix/prefix-cover.ts';
import { randomRules } from './random-rules.ts';

const table = tableFor({ product: 'redis', version: '7.2.6' });
const TABLES: readonly CommandTable[] = [
  tableFor({ product: 'redis', version: '6.2.16' }),
  table,
  tableFor({ product: 'valkey', version: '9.1.2' }),
];

function userOf(name: string, rules: string, of: CommandTable = table): User {
  const { user, problems } = parseUser(name, rules.split(/ (?![^(]*\))/), of);
  if (user === undefined) throw new Error(problems[0]?.message);
  return user;
}

describe('the matrix of users and commands', () => {
  const users = [
    userOf('root', '+@all'),
    userOf('reader', '+@read -@dangerous +select|0 +config|get (+config|set)'),
    userOf('nobody', 'on'),
  ];
  const matrix = commandMatrix(users, table);
  const right = (user: string, command: string): string =>
    rightAt(matrix, matrix.users.indexOf(user), matrix.commands.indexOf(command));

  it('has a row for each user and a column for each command', () => {
    expect(matrix.users).toEqual(['root', 'reader', 'nobody']);
    expect(matrix.commands).toContain('config|get');
    expect(matrix.commands).toContain('command');
    expect(matrix.commands).not.toContain('config');
  });

  it('tells whole rights from those for some first argument', () => {
    expect(right('root', 'flushall')).toBe('yes');
    expect(right('reader', 'get')).toBe('yes');
    expect(right('reader', 'set')).toBe('no');
    expect(right('reader', 'keys')).toBe('no');
    expect(right('reader', 'select')).toBe('first-arg');
  });

  it('counts what any selector grants, and what needs no right', () => {
    expect(right('reader', 'config|get')).toBe('yes');
    expect(right('reader', 'config|set')).toBe('yes');
    expect(right('nobody', 'auth')).toBe('yes');
    expect(right('nobody', 'get')).toBe('no');
  });

  it('keeps users of the same name apart', () => {
    const twice = commandMatrix([userOf('a', '+get'), userOf('a', '+set')], table);
    const get = twice.commands.indexOf('get');
    expect([rightAt(twice, 0, get), rightAt(twice, 1, get)]).toEqual(['yes', 'no']);
  });

  it.each(TABLES)('agrees with the single questions on $server', (of) => {
    fc.assert(
      fc.property(fc.array(randomRules(of), { maxLength: 4 }), (rules) => {
        const some = rules.flatMap((each) => parseUser('u', each, of).user ?? []);
        const cells = commandMatrix(some, of);
        some.forEach((user, row) => {
          const granted = grantedCommands(user, of);
          cells.commands.forEach((command, column) => {
            const cell = rightAt(cells, row, column);
            expect(cell === 'yes').toBe(granted.has(command));
            if (of.commands.get(command)?.isContainer === false) expect(cell).toBe(canRun(user, command, of));
          });
        });
      }),
      { numRuns: 40 },
    );
  });

  it('refuses users of another table as a bug', () => {
    expect(() => commandMatrix(users, TABLES[0] ?? table)).toThrow(/bug/);
    expect(() => categoryMatrix(users, TABLES[0] ?? table)).toThrow(/bug/);
    expect(() => prefixMatrix(users, ['a'], TABLES[0] ?? table)).toThrow(/bug/);
  });
});

describe('the matrix of users and categories', () => {
  it.each(TABLES)('counts the commands of every category on $server', (of) => {
    fc.assert(
      fc.property(randomRules(of), (rules) => {
        const { user } = parseUser('u', rules, of);
        if (user === undefined) return;
        const granted = [...grantedCommands(user, of)].flatMap((name) => of.commands.get(name) ?? []);
        const all = [...grantedCommands(userOf('all', '+@all', of), of)].flatMap(
          (name) => of.commands.get(name) ?? [],
        );
        const matrix = categoryMatrix([user], of);
        expect(matrix.categories.map(({ name }) => name)).toEqual(of.categories);
        matrix.categories.forEach(({ name, total }, column) => {
          expect(total).toBe(all.filter((command) => command.categories.has(name)).length);
          expect(grantedAt(matrix, 0, column)).toBe(
            granted.filter((command) => command.categories.has(name)).length,
          );
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('the matrix of users and prefixes', () => {
  const ask = (rules: string, prefix: string, of: CommandTable = table): string => {
    const { read, write } = prefixRightAt(prefixMatrix([userOf('u', rules, of)], [prefix], of), 0, 0);
    return `${read} ${write}`;
  };

  it.each([
    ['~* +@all', 'app:', 'all all'],
    ['~app:* +@all', 'app:', 'all all'],
    ['~app:* +@all', 'app:x:', 'all all'],
    ['~app:* +@all', 'a', 'some some'],
    ['~app:* +@all', 'web:', 'none none'],
    ['%R~app:* %W~app:out* +@all', 'app:', 'all some'],
    ['~app:* +@read', 'app:', 'all none'],
    ['~app:* +ping', 'app:', 'none none'],
    ['~app:* +eval', 'app:', 'all all'],
    ['~app:* +exists', 'app:', 'all none'],
    ['~app:1 +get', 'app:', 'some none'],
    ['~app:?* +get', 'app:', 'some none'],
    ['~*:x +get', 'app:', 'some none'],
    ['%R~a* +get (%W~a:* +set)', 'a:', 'all all'],
  ])('of %s, keys under %s: %s', (rules, prefix, expected) => {
    expect(ask(rules, prefix)).toBe(expected);
  });

  it('goes by categories where commands have no access flags', () => {
    const of = TABLES[0] ?? table;
    expect(ask('~a* +get', 'a', of)).toBe('all none');
    expect(ask('~a* +set', 'a', of)).toBe('none all');
    expect(ask('~a* +eval', 'a', of)).toBe('all all');
  });

  it('finds the prefixes that the patterns speak of', () => {
    expect(
      prefixesOf([userOf('u', '~app:* %R~web:?:* ~lit\\*eral (~* +@all)'), userOf('v', '~app:*')]),
    ).toEqual(['app:', 'lit*eral', 'web:']);
  });

  it('says all, some and none as the matcher does key by key', () => {
    const letters = ['a', 'b', ']', '-', '^', '\\'];
    const rests = [
      '',
      ...letters,
      ...letters.flatMap((x) => letters.map((y) => x + y)),
      'zzz',
      'aaaa',
      'bbbbb',
    ];
    const glob = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', '[', ']', '^', '-', '\\'),
      maxLength: 7,
    });
    const prefix = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 });
    fc.assert(
      fc.property(glob, prefix, (pattern, head) => {
        const keys = rests.map((rest) => head + rest).filter((key) => key !== '');
        const matched = keys.filter((key) => globMatch(pattern, key)).length;
        const cover = coverPrefix(preparePattern(pattern, 1000), head);
        if (cover === 'all') expect(matched).toBe(keys.length);
        if (cover === 'none') expect(matched).toBe(0);
        if (matched === keys.length) expect(cover).not.toBe('none');
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['*?', 'a', 'all'],
    ['*??', 'a', 'some'],
    ['*??', 'ab', 'all'],
    ['[^]*', 'a', 'all'],
    ['a[]*', 'a', 'none'],
    ['**', '', 'all'],
    ['', '', 'none'],
    ['*[^x]*', 'a', 'all'],
    ['*[^x]*', 'x', 'some'],
  ])('%s over %s: %s', (pattern, prefix, expected) => {
    expect(coverPrefix(preparePattern(pattern, 1000), prefix)).toBe(expected);
  });
});
