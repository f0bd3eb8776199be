import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canRun,
  decide,
  getUserView,
  globMatch,
  grantedCommands,
  parseAclFile,
  parseUser,
  parseUserDirective,
  parseUserLine,
  printUser,
  reach,
  tableFor,
  tableFromCommandReply,
} from '../../src/acl/index.ts';
import type { CommandTable, User } from '../../src/acl/index.ts';
import { hasBit } from '../../src/acl/table/command-bits.ts';
import { toBytes, toText } from '../../src/acl/bytes.ts';

const TABLES: ReadonlyMap<string, CommandTable> = new Map(
  ['redis-6.0.16', 'redis-6.2.16', 'redis-7.0.15', 'redis-7.2.6', 'redis-8.8.2', 'valkey-9.1.2'].map(
    (name) => {
      const [product, version] = name.split('-') as ['redis' | 'valkey', string];
      return [name, tableFor({ product, version })];
    },
  ),
);
const server = fc.constantFrom(...TABLES.keys());

function tableOf(name: string): CommandTable {
  const table = TABLES.get(name);
  if (table === undefined) throw new Error(name);
  return table;
}

// prettier-ignore
const WORDS = [
  'on', 'off', 'nopass', 'resetpass', 'reset', 'clearselectors', 'sanitize-payload',
  'skip-sanitize-payload', '~*', 'allkeys', 'resetkeys', '&*', 'resetchannels', 'alldbs',
  'resetdbs', 'db=0,3', 'db=', '+@all', '-@all', '%R~r:*', '%W~w:*',
  '%RW~', '%', '%~x', '~', '~app:*', '&ch.*', '>pw',
  '<pw', '#ab', '!ab', '>', '', '(', ')',
  '+get', '-get', '+set', '+config', '+config|get', '-config|set', '+select|0',
  '+get|a b', '+@read', '-@dangerous', '(+get', '~x)', '(~y +@all)', '(+set "a b)',
  '+', '-', '+@', '+|', '\0', '~a\0b', 'é',
  '~é*', '\uD800', '+\uDC80',
];
const word = fc.constantFrom(...WORDS);
const token = fc.oneof(
  { weight: 5, arbitrary: word },
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string(),
);
const rules = fc.array(token, { maxLength: 12 });
const argument = fc.oneof(
  fc.constantFrom(
    'get',
    'GET',
    'config',
    'set',
    'sort',
    'store',
    'by',
    'streams',
    'keys',
    '2',
    '-1',
    '',
    'app:x',
    '0',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const commandName = fc.constantFrom(...tableOf('valkey-9.1.2').commands.keys());
const argv = fc.oneof(
  fc.array(argument, { maxLength: 9 }),
  fc
    .tuple(commandName, fc.array(argument, { maxLength: 9 }))
    .map(([name, args]) => [...name.split('|'), ...args]),
);

describe('whatever comes in', () => {
  it('rules never throw, and a refusal has a reason', () => {
    fc.assert(
      fc.property(server, fc.string(), rules, (server, name, tokens) => {
        const table = tableOf(server);
        const parsed = parseUser(name, tokens, table);
        expect(parsed.user === undefined).toBe(parsed.problems.length > 0);
        if (parsed.user !== undefined) exercise(parsed.user, table);
      }),
      { numRuns: 3_000 },
    );
  });

  it('commands never throw', () => {
    fc.assert(
      fc.property(server, rules, argv, fc.integer(), (server, tokens, argv, db) => {
        const table = tableOf(server);
        const { user } = parseUser('u', tokens, table);
        if (user === undefined) return;
        const decision = decide(user, argv, table, { db });
        expect(decision.allowed || decision.message !== '').toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('files, lines and directives never throw, and ranges stay inside the text', () => {
    const line = rules.map((tokens) => tokens.join(' '));
    const lines = fc.array(
      fc.oneof(
        line,
        line.map((text) => `user u ${text}`),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(server, lines, rules, (server, lines, tokens) => {
        const table = tableOf(server);
        const text = lines.join('\n');
        for (const problem of parseAclFile(text, table).problems) {
          const [start, end] = problem.range ?? [-1, -1];
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(problem.line).toBeGreaterThan(0);
        }
        parseUserLine(text, table);
        parseUserDirective(tokens, table);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a COMMAND reply of any shape gives a table', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 5 }), (reply) => {
        const table = tableFromCommandReply(reply, { product: 'redis', version: '7.2.6' });
        expect(table.byIndex.length).toBeGreaterThan(0);
        parseUser('u', ['+@all', '-@dangerous', '+get'], table);
      }),
      { numRuns: 1_000 },
    );
  });

  it('globs never throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (pattern, text) => {
        globMatch(pattern, text);
      }),
    );
  });
});

describe('what is printed', () => {
  it('reads back as the same user', () => {
    fc.assert(
      fc.property(server, rules, (server, tokens) => {
        const table = tableOf(server);
        const { user, hazards } = parseUser('u', tokens, table);
        if (user === undefined || hazards.length > 0) return;
        const line = printUser(user, table);
        const again = parseUserLine(line, table).user;
        expect(again && printUser(again, table)).toBe(line);
        expect(again && rightsOf(again)).toEqual(rightsOf(user));
      }),
      { numRuns: 3_000 },
    );
  });

  it('holds no secret when hashes are redacted', () => {
    fc.assert(
      fc.property(server, fc.string({ minLength: 1 }), (server, password) => {
        const table = tableOf(server);
        const { user } = parseUser('u', [`>${password}`, '+get'], table);
        expect(user && printUser(user, table, { redact: 'hashes' })).not.toMatch(/[0-9a-f]{64}/);
      }),
    );
  });
});

// The bounds are generous, for machines that are busy: what they catch is a square, which takes minutes.
describe('what is huge takes time in proportion', () => {
  const table = tableOf('valkey-9.1.2');
  const MIB = 1024 * 1024;
  const list = (count: number, make: (i: number) => string): readonly string[] =>
    Array.from({ length: count }, (_, i) => make(i));

  it.each([
    ['a pattern', `~${'x'.repeat(MIB)}`],
    ['a password', `>${'x'.repeat(MIB)}`],
    ['an unknown command', `+${'x'.repeat(MIB)}`],
    ['bars', `+${'a|'.repeat(MIB / 2)}`],
    ['parentheses', '('.repeat(MIB)],
    ['a selector', `(${'+get '.repeat(MIB / 5)})`],
    ['escapes', `("~${'\\x41'.repeat(MIB / 4)}")`],
    ['an open quote', `("${'a'.repeat(MIB)})`],
    ['databases', `db=${'1,'.repeat(MIB / 2)}1`],
    ['a first argument with blanks', `+get|${'a '.repeat(MIB / 2)}`],
    ['bytes that are not UTF-8', `~${'\uDC80'.repeat(MIB / 4)}`],
  ])('%s of a mebibyte', (_, rule) => {
    const { user, problems } = parseUser('u', [rule], table);
    expect(user === undefined).toBe(problems.length > 0);
    if (user !== undefined) exercise(user, table);
  });

  it.each([
    ['patterns', list(50_000, (i) => `~a${i}*`)],
    ['channels', list(50_000, (i) => `&a${i}*`)],
    ['passwords', list(20_000, (i) => `>${i}`)],
    ['first arguments', list(50_000, (i) => `+get|${i}`)],
    ['selectors', list(10_000, (i) => `(~a${i} +get)`)],
    ['commands', list(50_000, (i) => (i % 2 === 0 ? '+get' : '-set'))],
    ['pieces of a selector', ['(', ...list(50_000, () => '+get'), ')']],
  ])('many %s', { timeout: 60_000 }, (_, rules) => {
    const { user } = parseUser('u', ['+@all', '-get', ...rules], table);
    if (user === undefined) throw new Error('refused');
    expect(printUser(user, table).length).toBeGreaterThan(10);
    decide(user, ['GET', 'nothing'], table);
  });

  it.each([
    ['valkey-9.1.2', 100_000],
    ['redis-6.0.16', 20_000],
  ])('an ACL file on %s of %i lines, some users named twice', { timeout: 60_000 }, (server, lines) => {
    const names = lines * 0.6;
    const text = list(lines, (i) => `user u${i % names} on nopass ~a${i}:* +@read -keys`).join('\n');
    const { users, problems } = parseAclFile(text, tableOf(server));
    expect(users.length).toBe(names + 1);
    expect(problems.length).toBe(server.startsWith('valkey') ? lines - names : 0);
  });

  it('a command line of a million words', { timeout: 60_000 }, () => {
    const { user } = parseUser('u', ['+@all', '~x*'], table);
    const words = Array.from({ length: 1_000_000 }, () => 'x1');
    expect(user && decide(user, ['MGET', ...words], table).allowed).toBe(true);
    expect(user && decide(user, ['EVAL', 's', '9'.repeat(MIB), 'y'], table).allowed).toBe(true);
    expect(user && decide(user, ['x'.repeat(MIB)], table).allowed).toBe(false);
  });

  // The matcher never goes back further than the last star: its work is bounded by the product of the lengths.
  it.each([
    ['a million stars', '*a'.repeat(500_000), 'a'.repeat(1_000_000)],
    ['stars that nearly match', `${'*a'.repeat(900)}b`, 'a'.repeat(100_000)],
    ['a class of a million bytes', `[${'a-z'.repeat(300_000)}]*`, 'b'.repeat(1_000_000)],
    ['a long class behind a star', `*[${'a'.repeat(2_000)}]b`, 'a'.repeat(100_000)],
    ['question marks behind a star', `*${'?'.repeat(20_000)}b`, 'a'.repeat(40_000)],
  ])('a glob of %s', { timeout: 60_000 }, (_, pattern, text) => {
    expect(typeof globMatch(pattern, text)).toBe('boolean');
  });
});

describe('bytes', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (array) => {
        const bytes = String.fromCharCode(...array);
        expect(toBytes(toText(bytes))).toBe(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(toText(toBytes(text))).toBe(text);
        expect(toBytes(text)).toBe(Buffer.from(text, 'utf8').toString('latin1'));
      }),
    );
  });
});

function exercise(user: User, table: CommandTable): void {
  printUser(user, table);
  getUserView(user, table);
  reach(user);
  const granted = grantedCommands(user, table);
  for (const name of ['get', 'flushall', 'select'])
    expect(canRun(user, name, table) === 'yes').toBe(granted.has(name));
}

function rightsOf(user: User): unknown {
  return user.selectors.map((s) => ({
    ...s,
    // Worked out of the bits, `+@all -get +get` is shown as `+@all`: then only the flag differs.
    allCommands: s.rules === '+@all',
    // Void where the whole command is allowed, and then not always shown.
    firstArgs: [...s.firstArgs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .filter(([name]) => !hasBit(s.engine.bits, user.table.commands.get(name)?.index ?? 0)),
    engine: undefined,
    bits: s.engine.bits,
  }));
}
