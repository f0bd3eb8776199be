import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, parseAclFile, parseUserLine, serverNamed, tableFor } from '../../src/acl/index.ts';
import type { CommandTable, User } from '../../src/acl/index.ts';
import { formatAclFile, formatUserLine } from '../../src/acl/format/format.ts';
import type { FormatOptions } from '../../src/acl/format/format.ts';
import { randomCommand, randomRules } from './random-rules.ts';

const SERVERS = ['redis-6.0', 'redis-6.2', 'redis-7.0', 'redis-7.2', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'];
const EFFECTIVE = { rules: 'effective' } as const;

function tableOf(name: string): CommandTable {
  return tableFor(serverNamed(name) ?? { product: 'redis', version: name });
}

function format(rules: string, options: FormatOptions & { readonly server?: string } = {}): string {
  const line = formatUserLine(`user u ${rules}`, tableOf(options.server ?? 'redis-7.2'), options);
  return line.replace(/^user u ?/, '');
}

describe('the order of rules', () => {
  it.each([
    ['+get ~app:* on >pw', 'on >pw ~app:* +get', 'that of ACL LIST'],
    ['+set +get', '+get +set', 'commands of one sign by name'],
    ['+set +@read +get', '+@read +get +set', 'categories before commands'],
    ['+@all -set -get +keys +del', '+@all -get -set +del +keys', 'within each run of one sign'],
    ['+get -@all +set', '+get -@all +set', 'never across a rule that starts anew'],
    ['~b ~a %W~c', '~a ~b %W~c', 'patterns by name'],
    ['~b resetkeys ~a', '~b resetkeys ~a', 'patterns never across resetkeys'],
    ['&b &a +get ~x', '~x &a &b +get', 'channels behind keys'],
    ['(+set ~b ~a) +get (~c +del)', '+get (~a ~b +set) (~c +del)', 'selectors last, in their own order'],
    ['+get reset ~a on', '+get reset on ~a', 'never across reset'],
    ['>b >a nopass >c', '>b >a nopass >c', 'passwords as they stand'],
    ['sanitize-payload nopass on', 'on nopass sanitize-payload', 'nopass with the state'],
  ])('%s: %s, %s', (rules, expected) => expect(format(rules)).toBe(expected));

  it('leaves commands alone where sorting would change them: first arguments in 6.0', () => {
    expect(format('+select|0 +@keyspace', { server: 'redis-6.0' })).toBe('+select|0 +@keyspace');
    expect(format('+set +get', { server: 'redis-6.0' })).toBe('+get +set');
  });

  it('puts databases between channels and commands', () => {
    expect(format('+get db=3,1,3 ~a', { server: 'valkey-9.1' })).toBe('~a db=1,3 +get');
  });
});

describe('the spelling of rules', () => {
  it.each([
    ['ON NoPass allkeys allchannels allcommands', 'on nopass ~* &* +@all', 'signs for words'],
    ['-@ALL +GET +Config|Get', '-@all +config|get +get', 'lower case'],
    ['%RW~a %wr~b %r~c %W~d', '~a ~b %R~c %W~d', 'key permissions'],
    ['%RW~*', '%RW~*', 'a star that is a pattern stays one'],
    ['%R', '%R~', 'the empty pattern is shown'],
    ['( +GET   ~x )', '(~x +get)', 'selectors'],
    ['~A:* &B +select|X', '~A:* &B +select|x', 'patterns keep their case'],
    ['>PW', '>PW', 'passwords keep theirs'],
    [' +get  ~a ', '~a +get', 'one blank'],
    ['(~a "+get") ~x', '~x (~a "+get")', 'a selector with quotes stays as it is'],
  ])('%s: %s, %s', (rules, expected) => expect(format(rules)).toBe(expected));

  it('turns passwords into what the server keeps, when asked', () => {
    const hash = '30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4';
    expect(format('on >pw +get', { passwords: 'hashed' })).toBe(`on #${hash} +get`);
    expect(format('on >pw <pw', { passwords: 'hashed' })).toBe(`on #${hash} !${hash}`);
  });
});

describe('rules without effect', () => {
  it.each([
    ['off on +get', 'on +get', 'an earlier state'],
    ['+get -@all +set', '+set', 'what -@all takes away'],
    ['~a ~* resetkeys ~b ~b', '~b', 'patterns that are reset or repeated'],
    ['%R~a %W~a', '~a', 'two halves of a pattern'],
    ['nopass >a >b <a', '>b', 'passwords that are gone'],
    ['+get on reset ~x', '~x', 'what reset clears'],
    ['+@read +get', '+@read', 'a command of a category'],
    ['+config|get +config', '+config', 'a subcommand of a whole command'],
    ['+get +get', '+get', 'repeats'],
    ['-get +set', '+set', 'taking away what is not there'],
    [
      '+@read +@read -@dangerous +@write',
      '+@read -@dangerous +@write',
      'never a category in force: modules may bring members',
    ],
    ['(~a +get) clearselectors (~b %R~b +get -set)', '(~b +get)', 'inside selectors too'],
    ['&a resetchannels &b', 'resetchannels &b', 'but resetchannels, which acl-pubsub-default decides on'],
  ])('%s: %s, %s', (rules, expected) => expect(format(rules, EFFECTIVE)).toBe(expected));

  it('stay unless asked', () => expect(format('off on -get +set')).toBe('off on -get +set'));
});

describe('a file', () => {
  const table = tableOf('redis-7.2');

  it('keeps its users in order, and one of several empty lines', () => {
    const text = '\n\n  user b +get ~x on\r\n\n\n\nuser default off\t\nuser a\n\n';
    expect(formatAclFile(text, table).text).toBe('user b on ~x +get\n\nuser default off\nuser a\n');
  });

  it('that the server refuses is not touched', () => {
    const { text, problems } = formatAclFile('# users\nuser a on\nuser b ping\n', table);
    expect(text).toBeUndefined();
    expect(problems.map(({ line }) => line)).toEqual([1, 3]);
  });

  it('may be empty', () => expect(formatAclFile(' \n', table).text).toBe(''));

  it('keeps every byte of names, patterns and passwords', () => {
    expect(formatAclFile('user \udcff +get ~é\udc80* >\udcfe\n', table).text).toBe(
      'user \udcff >\udcfe ~é\udc80* +get\n',
    );
  });
});

describe('whatever the rules', () => {
  const options = fc.constantFrom<FormatOptions>({}, EFFECTIVE, { passwords: 'hashed' });

  it.each(SERVERS)('on %s every decision stays as it was, and formatting again changes nothing', (server) => {
    const table = tableOf(server);
    let formatted = 0;
    fc.assert(
      fc.property(
        randomRules(table),
        options,
        fc.array(randomCommand(table), { minLength: 6, maxLength: 6 }),
        (rules, options, commands) => {
          const text = `user u ${rules.join(' ')}\n`;
          const before = parseAclFile(text, table).users.find(({ user }) => user.name === 'u')?.user;
          const result = formatAclFile(text, table, options);
          expect(result.text === undefined).toBe(result.problems.length > 0);
          if (result.text === undefined || before === undefined) return;
          formatted++;
          const after = parseUserLine(result.text, table).user;
          expect(after && stateOf(after)).toEqual(stateOf(before));
          for (const argv of commands)
            expect(after && verdict(after, argv, table)).toEqual(verdict(before, argv, table));
          expect(formatAclFile(result.text, table, options).text).toBe(result.text);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(formatted).toBeGreaterThan(100);
  });
});

/** Patterns may stand in another order, so of several refused arguments the same one is named. */
function verdict(user: User, argv: readonly string[], table: CommandTable): unknown {
  return decide(user, argv, table, { db: 0 });
}

function stateOf(user: User): unknown {
  const { enabled, nopass, passwords, sanitizePayload } = user;
  return { enabled, nopass, passwords: [...passwords].sort(), sanitizePayload };
}
