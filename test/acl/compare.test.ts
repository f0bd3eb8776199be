import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, diffUsers, isNarrower, parseUser, splitRules, tableFor } from '../../src/acl/index.ts';
import type { CommandTable, Right, User } from '../../src/acl/index.ts';
import { randomCommand, randomRules } from './random-rules.ts';

const redis62 = tableFor({ product: 'redis', version: '6.2.16' });
const redis72 = tableFor({ product: 'redis', version: '7.2.6' });
const redis80 = tableFor({ product: 'redis', version: '8.0.6' });
const valkey91 = tableFor({ product: 'valkey', version: '9.1.2' });

function userOf(rules: string, table: CommandTable = redis72): User {
  const { user, problems } = parseUser('u', splitRules(rules) ?? [], table);
  if (user === undefined) throw new Error(problems[0]?.message);
  return user;
}

/** Gained (+) and lost (-) rights in short. */
function changes(from: string, to: string, table: CommandTable = redis72): readonly string[] {
  const diff = diffUsers(userOf(from, table), userOf(to, table));
  expect(diff.unknown).toEqual([]);
  return [
    ...diff.gained.map((right) => `+ ${short(right)}`),
    ...diff.lost.map((right) => `- ${short(right)}`),
  ];
}

function short(right: Right): string {
  switch (right.kind) {
    case 'command':
      return `${right.commands.join()} on ${right.keys.join()}`;
    case 'keys':
      return `${right.commands.join()} ${right.access.join()} ${right.reached.map((each) => `${each.pattern}=${each.witness}`).join()}${right.databases === undefined ? '' : ` db ${right.databases.join()}`}`;
    case 'channels':
      return `${right.commands.join()} &${right.reached.map(({ pattern }) => pattern).join()}`;
    case 'databases':
      return `${right.commands.join()} db ${right.databases.join()}`;
    case 'keys-together':
      return `${right.commands.join()} together ${right.example?.argv.join(' ') ?? ''}`;
    case 'future-commands':
      return right.kind;
  }
}

describe('diffUsers', () => {
  it.each([
    ['~a:* +get', '~a:* +get +set', ['+ set on ~a:*']],
    ['~a:* +get +set', '~a:* +set +get', []],
    ['~a:* ~ab:* +get', '~ab:* +get ~a:*', []],
    ['~a:* +get', '~a:1:* +get', ['- get read a:*=a:']],
    ['~a* ~a:* +get', '~a* +get', []],
    ['~a:* +get', '~b:* +get', ['+ get read b:*=b:', '- get read a:*=a:']],
    ['~a:* +get +set', '%R~a:* +get +set', ['- set on ~a:*']],
    ['~a:* +get', '~a:* +@all', undefined],
    ['+get', '+get ~a:*', ['+ get on ~a:*']],
    ['+ping', '+ping ~a:*', []],
    ['+select|0', '+select|0 +select|1', ['+ select|1 on ']],
    ['+select|0', '+select', ['+ select on ']],
    ['&a &b* +publish', '&a +publish', ['- publish &b*']],
    ['&a &b* +psubscribe', '&a &b +psubscribe', ['+ psubscribe &b', '- psubscribe &b*']],
    ['(~a:* +get) (~b:* +get)', '~a:* ~b:* +get', []],
    ['(~a:* +mget) (~b:* +mget)', '~a:* ~b:* +mget', ['+ mget together mget b: a:']],
    ['%R~a:* %W~b:* +copy', '~a:* ~b:* +copy', ['+ copy read b:*=b:', '+ copy write a:*=a:']],
    ['~* +get', '%RW~* +get', ['- get read allkeys=']],
    ['-@all', '+@all -@all', []],
  ])('from %s to %s', (from, to, expected) => {
    if (expected === undefined) expect(changes(from, to).length).toBeGreaterThan(1);
    else expect(changes(from, to)).toEqual(expected);
  });

  it('tells databases of Valkey 9.1', () => {
    expect(changes('~* +get db=0,1', '~* +get db=1,2', valkey91)).toEqual(['+ get db 2', '- get db 0']);
    expect(changes('db=0 +select', 'db=0,3 +select', valkey91)).toEqual(['+ select db 3']);
    expect(changes('+flushall alldbs', '+flushall db=0', valkey91)).toEqual(['- flushall on ']);
    expect(changes('(~a:* +get db=0) (~b:* +get db=1)', '~a:* ~b:* +get db=0,1', valkey91)).toEqual([
      '+ get read b:*=b: db 0',
      '+ get read a:*=a: db 1',
    ]);
  });

  it('tells login facts, and never a hash', () => {
    const diff = diffUsers(userOf('on >one >two'), userOf('off >two >three skip-sanitize-payload'));
    expect(diff.login).toEqual([
      { fact: 'enabled', from: true, to: false },
      { fact: 'passwords', added: 1, removed: 1 },
      { fact: 'sanitize-payload', from: 'checked', to: 'skipped' },
    ]);
    expect(JSON.stringify(diff)).not.toMatch(/[0-9a-f]{64}/);
  });

  it('tells what modules loaded later bring', () => {
    expect(changes('+@all -@all', '+@all')).toContain('+ future-commands');
  });

  it('of a user and itself is empty', () => {
    for (const table of [redis62, redis72, redis80, valkey91]) {
      fc.assert(
        fc.property(randomRules(table), (rules) => {
          const { user } = parseUser('f', rules, table);
          if (user !== undefined) expect(diffUsers(user, user).same).toBe(true);
        }),
        { numRuns: 150 },
      );
    }
  });

  it('of a user and the same user written otherwise is empty', () => {
    for (const table of [redis72, redis80, valkey91]) {
      fc.assert(
        fc.property(randomRules(table), (rules) => {
          const user = extend(undefined, rules, table);
          // A selector that gives nothing keeps the shortcut for equal rules away.
          const other = parseUser('f', ['()'], table, { base: user }).user;
          if (other !== undefined)
            expect(diffUsers(user, other)).toMatchObject({ gained: [], lost: [], unknown: [] });
        }),
        { numRuns: 150 },
      );
    }
  });

  it('is the other way round when the users are', () => {
    fc.assert(
      fc.property(randomRules(redis72), randomRules(redis72), (a, b) => {
        const one = parseUser('f', a, redis72).user;
        const two = parseUser('f', b, redis72).user;
        if (one === undefined || two === undefined) return;
        expect(diffUsers(one, two).gained).toEqual(diffUsers(two, one).lost);
      }),
      { numRuns: 100 },
    );
  });
});

it('diffUsers is not made to hang by patterns', () => {
  const start = performance.now();
  const hostile = (letter: string): User =>
    userOf(
      Array.from({ length: 60 }, (_, i) => `~*${letter}${'?'.repeat(20 + i)}*[ab]??`).join(' ') +
        ' +get +mget',
    );
  const diff = diffUsers(hostile('a'), hostile('b'));
  expect(diff.same).toBe(false);
  const bytes = fc.string({ unit: 'binary', maxLength: 40 });
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 12 }), fc.array(bytes, { maxLength: 12 }), (a, b) => {
      const [one, two] = [a, b].map((list) =>
        extend(undefined, [...list.map((each) => `~${each}`), '+@read'], redis72),
      );
      if (one === undefined || two === undefined) return;
      expect(diffUsers(one, two).gained).toEqual(diffUsers(two, one).lost);
    }),
    { numRuns: 60 },
  );
  expect(performance.now() - start).toBeLessThan(40_000);
}, 60_000);

describe('isNarrower', () => {
  it('says yes, no with a witness, or that it does not know', () => {
    const app = userOf('~app:* +@read +@write');
    expect(isNarrower(userOf('~app:1:* +@read'), app)).toEqual({ narrower: 'yes' });
    const answer = isNarrower(userOf('~app:* +@read +flushall +ping'), userOf('~app:* +@read +flushall'));
    expect(answer).toMatchObject({ narrower: 'no', witness: { argv: ['ping'] } });
    expect(isNarrower(app, app)).toEqual({ narrower: 'yes' });
  });

  // Rules around one and the same user, so that many pairs are in each relation.
  const related = (table: CommandTable): fc.Arbitrary<readonly [User, User]> =>
    fc.tuple(randomRules(table), randomRules(table)).map(([common, more]) => {
      const less = extend(undefined, common, table);
      return [less, extend(less, more, table)] as const;
    });

  it.each([redis62, redis72, redis80, valkey91])(
    'yes means that no command is gained, and no is shown by a command: $server',
    (table) => {
      const seen = { yes: 0, no: 0, unknown: 0, shown: 0, tried: 0 };
      const commands = fc.array(fc.tuple(randomCommand(table), fc.nat(15)), { minLength: 60, maxLength: 60 });
      fc.assert(
        fc.property(related(table), commands, fc.boolean(), ([less, more], lines, swap) => {
          const [a, b] = swap ? [more, less] : [less, more];
          const answer = isNarrower(a, b);
          seen[answer.narrower]++;
          if (answer.narrower === 'yes') {
            for (const [argv, db] of lines) {
              if (!decide(a, argv, table, { db }).allowed) continue;
              seen.tried++;
              expect([argv, decide(b, argv, table, { db }).allowed]).toEqual([argv, true]);
            }
          } else if (answer.narrower === 'no' && answer.witness !== undefined) {
            seen.shown++;
            const { argv, db = 0 } = answer.witness;
            expect(decide(a, argv, table, { db }).allowed).toBe(true);
            expect(decide(b, argv, table, { db }).allowed).toBe(false);
          }
        }),
        { numRuns: 400 },
      );
      expect(seen.yes).toBeGreaterThan(50);
      expect(seen.no).toBeGreaterThan(50);
      expect(seen.tried).toBeGreaterThan(500);
      expect(seen.shown).toBeGreaterThan(seen.no * 0.9);
      expect(seen.unknown).toBeLessThan(20);
    },
  );
});

/** The rules that the server takes, one by one. */
function extend(base: User | undefined, rules: readonly string[], table: CommandTable): User {
  let user = base ?? parseUser('f', [], table).user;
  for (const rule of rules)
    user = parseUser('f', [rule], table, { ...(user && { base: user }) }).user ?? user;
  if (user === undefined) throw new Error('a user without rules is always accepted');
  return user;
}
