/** What each rule contributed: by examples, and by comparing with the engine itself on random rules. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideExecution,
  describeEffect,
  explainDecision,
  explainTokens,
  explainUser,
  grantedCommands,
  parseUser,
  suggestOrder,
  tableFor,
} from '../../src/acl/index.ts';
import type { CommandTable, Selector, TokenEffect, User } from '../../src/acl/index.ts';
import { randomRules } from './random-rules.ts';

const redis60 = tableFor({ product: 'redis', version: '6.0.16' });
const redis62 = tableFor({ product: 'redis', version: '6.2.16' });
const redis70 = tableFor({ product: 'redis', version: '7.0.15' });
const redis72 = tableFor({ product: 'redis', version: '7.2.6' });
const redis80 = tableFor({ product: 'redis', version: '8.0.6' });
const valkey91 = tableFor({ product: 'valkey', version: '9.1.2' });
const HASH = 'a1c8e6a1f0a2a4d2cbb3a4e2f0d7f6e5a1c8e6a1f0a2a4d2cbb3a4e2f0d7f6e5';

const explain = (text: string, table = redis72): readonly TokenEffect[] =>
  explainTokens('u', text.split(' '), table);
const brief = (text: string, table = redis72): readonly string[] =>
  explain(text, table).map(({ token, status, reason, by }) =>
    [token, status, reason ?? '', by.join(',')].join(' ').trimEnd(),
  );

describe('explainTokens', () => {
  it('finds the grants that a later -@all takes away', () => {
    expect(brief('on >s +get +set ~* -@all +@write')).toEqual([
      'on effective',
      '>… effective',
      '+get lost wiped-by 5',
      '+set lost wiped-by 5',
      '~* effective',
      '-@all partly-lost regranted-by 6',
      '+@write effective',
    ]);
    expect(explain('+get +set -@all')[2]?.commands).toEqual({
      given: [],
      taken: ['get', 'set'],
      standing: [],
      stillTaken: ['get', 'set'],
    });
  });

  it.each([
    ['reset on', ['reset none conventional', 'on effective']],
    ['off resetkeys resetchannels -@all clearselectors', Array(5).fill('conventional')],
    ['-@all +get -@all', ['-@all none conventional', '+get lost wiped-by 2', '-@all effective']],
    ['+get -get -@all', ['+get lost wiped-by 1', '-get effective', '-@all none nothing-to-remove']],
    ['on on', ['on effective', 'on none already-granted 0']],
    ['+@read +get', ['+@read effective', '+get none already-granted 0']],
    ['+get +@read', ['+get none implied 1', '+@read effective']],
    ['+get +get', ['+get effective', '+get none already-granted 0']],
    ['-@dangerous +@all', ['-@dangerous none nothing-to-remove 1', '+@all effective']],
    ['-@dangerous +get', ['-@dangerous none nothing-to-remove', '+get effective']],
    [
      '+@all -flushall +@write',
      ['+@all partly-lost wiped-by 1', '-flushall lost regranted-by 2', '+@write effective'],
    ],
    ['+@all -@dangerous', ['+@all partly-lost wiped-by 1', '-@dangerous effective']],
    ['~app:* allkeys', ['~app:* lost replaced-by 1', 'allkeys effective']],
    ['~app:* resetkeys ~b', ['~app:* lost wiped-by 1', 'resetkeys effective', '~b effective']],
    ['~a %R~a', ['~a effective', '%R~a none already-granted 0']],
    ['%R~a ~a', ['%R~a none implied 1', '~a effective']],
    ['%R~a %W~a', ['%R~a effective', '%W~a effective']],
    ['&a &*', ['&a lost replaced-by 1', '&* effective']],
    ['nopass >s', ['nopass lost replaced-by 1', '>… effective']],
    ['>s nopass', ['>… lost replaced-by 1', 'nopass effective']],
    ['>s >s', ['>… effective', '>… none already-granted 0']],
    ['>s <s', ['>… lost wiped-by 1', '<… effective']],
    ['+auth -hello', ['+auth none always-allowed', '-hello none always-allowed']],
    ['+select|0 +@connection', ['+select|0 lost replaced-by 1', '+@connection effective']],
    ['+select|0 -@fast', ['+select|0 lost wiped-by 1', '-@fast effective']],
    ['+select +select|0', ['+select effective', '+select|0 none already-granted 0']],
    ['+hello|3', ['+hello|3 none always-allowed']],
    ['+get +nosuch +set', ['+get effective', '+nosuch refused unknown-command', '+set effective']],
    ['() (-@all)', ['() none empty-selector', '(-@all) none empty-selector']],
    ['(~a +get) clearselectors', ['(~a +get) lost wiped-by 2', 'clearselectors effective']],
    ['(~a +get', ['(~a +get refused unmatched-parenthesis']],
    ['on off on', ['on lost wiped-by 1', 'off lost regranted-by 2', 'on effective']],
  ])('judges %s', (rules, expected) => {
    const got = brief(rules);
    expect(expected.every((line) => line === 'conventional') ? got.map((g) => g.split(' ')[2]) : got).toEqual(
      expected,
    );
  });

  it('knows databases and what is accepted but ignored, in Valkey 9.1', () => {
    expect(brief('sanitize-payload db=0,1 db=1,2', valkey91)).toEqual([
      'sanitize-payload none conventional',
      'db=0,1 partly-lost replaced-by 2',
      'db=1,2 effective',
    ]);
    expect(explain('db=0,1', valkey91)[0]?.databases).toMatchObject({
      given: ['db=0', 'db=1'],
      taken: ['alldbs'],
    });
    expect(brief('skip-sanitize-payload', valkey91)).toEqual(['skip-sanitize-payload none ignored']);
  });

  it('reads 6.x as 6.x does', () => {
    expect(brief('+config +config|get', redis60)).toEqual([
      '+config effective',
      '+config|get refused command-already-allowed',
    ]);
    expect(brief('+config +config|get', redis62)).toEqual([
      '+config effective',
      '+config|get none already-granted 0',
    ]);
    expect(explain('+config|get', redis62)[0]?.firstArgs.standing).toEqual(['config|get']);
    expect(explain('+config|get', redis72)[0]?.commands.standing).toEqual(['config|get']);
    expect(brief('allchannels &*', redis62)).toEqual([
      'allchannels none conventional',
      '&* none conventional',
    ]);
    expect(brief('(~a', redis62)).toEqual(['(~a refused syntax']);
  });

  it('explains what is inside parentheses, and what the first version of them forgets', () => {
    const [selector] = explain('(~a +get -@all +set)');
    expect(selector?.children.map(({ token, status, by }) => [token, status, by])).toEqual([
      ['~a', 'effective', []],
      ['+get', 'lost', [2]],
      ['-@all', 'effective', []],
      ['+set', 'effective', []],
    ]);
    expect(explain('(~a +get) clearselectors')[0]?.children.map(({ reason, by }) => [reason, by])).toEqual([
      ['selector-gone', [2]],
      ['selector-gone', [2]],
    ]);
    expect(brief('(~a* +get (~b* +set)', redis70)).toEqual([
      '(~a* +get none dropped',
      '(~b* +set) effective',
    ]);
  });

  it('shows no secret', () => {
    const text = JSON.stringify([
      explain(`>canary-1 #${HASH} <canary-1 !00canary-2 (>canary-3 +get)`),
      explain('>canary-1 >canary-1 nopass'),
    ]);
    expect(text).not.toMatch(/canary|a1c8e6/);
  });

  it('goes on from a base', () => {
    const base = parseUser('u', ['on', '+get'], redis72).user;
    if (base === undefined) throw new Error('the base is valid');
    const [get, all] = explainTokens('u', ['+get', '-@all'], redis72, { base });
    expect([get?.status, get?.reason, get?.by]).toEqual(['none', 'already-granted', []]);
    expect(all?.commands.taken).toEqual(['get']);
  });

  it('takes processor time in proportion to the rules', () => {
    const words = ['+get', '-@slow', '+@read', '-get', '+@all', '&c', '-@all'];
    const least = (count: number): number => {
      const tokens = Array.from({ length: count }, (_, i) => words[i % words.length] ?? '');
      const times = Array.from({ length: 3 }, () => {
        const start = process.cpuUsage();
        expect(explainTokens('u', tokens, redis80)).toHaveLength(count);
        return process.cpuUsage(start).user;
      });
      return Math.min(...times);
    };
    least(250);
    // Eight times the rules: 8 would be linear, 64 quadratic.
    expect(least(2_000) / least(250)).toBeLessThan(24);
  });
});

describe('describeEffect', () => {
  it.each([
    ['on nopass', redis72, ['can log in', 'any password opens it']],
    ['on off', redis72, ['none: off further right takes it away', 'cannot log in']],
    [
      '%R~a %W~b ~* resetkeys',
      redis72,
      Array(3)
        .fill('none: resetkeys further right takes it away')
        .with(0, 'none: ~* further right replaces it')
        .with(1, 'none: ~* further right replaces it')
        .concat(['takes every key away']),
    ],
    [
      '&news:* resetchannels',
      redis72,
      ['none: resetchannels further right takes it away', 'takes every channel away'],
    ],
    ['db=0,1 db=2', valkey91, ['no longer every database; its own are replaced further right', 'database 2']],
    ['db=0,1', valkey91, ['databases 0 1 only']],
    ['+select|0', redis72, ['SELECT with the first argument 0']],
    ['+@all -get', redis72, ['every command, -get takes 1 of them', 'takes away GET']],
    ['-@dangerous +get', redis72, ['none: there is nothing to take away', 'GET']],
    ['+auth -hello', redis72, ['none: this needs no right', 'none: no rule can take this away']],
    ['() +get +get', redis72, ['none: the parentheses give nothing', 'GET', 'none: +get gives it already']],
    ['~a +flushall', redis72, ['reads and writes keys a', 'FLUSHALL, which ignores key patterns']],
    [
      '+nosuch',
      redis72,
      ["refused: ERR Error in ACL SETUSER modifier '+nosuch': Unknown command or category name in ACL"],
    ],
  ])('says of %s what it does', (rules, table, expected) => {
    const effects = explain(rules, table);
    const { user } = parseUser('u', rules.split(' '), table);
    expect(effects.map((effect) => describeEffect(effect, effects, user, { namesMax: 4 }))).toEqual(expected);
  });
});

describe('arbitrary words', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '(',
      ')',
      '%',
      '%R~',
      '~',
      '&',
      '+',
      '-',
      '+@',
      '>',
      '#',
      '+get|',
      '("',
      'db=',
      '\udc80',
      '\0',
    ),
  );
  it.each([redis60, redis70, redis72, valkey91])(
    'are explained or refused, never a fault, on $server',
    (table) => {
      fc.assert(
        fc.property(fc.array(word, { maxLength: 8 }), fc.array(word, { maxLength: 8 }), (tokens, argv) => {
          const effects = explainTokens('u', tokens, table);
          const covered = effects.flatMap(({ index, last }) =>
            Array.from({ length: last - index + 1 }, (_, i) => index + i),
          );
          expect(covered).toEqual(tokens.map((_, i) => i));
          const { user } = parseUser('u', tokens, table);
          const decision = explainDecision('u', tokens, argv, table);
          expect(decision === undefined).toBe(user === undefined);
          if (user === undefined) return;
          for (const effect of effects)
            expect(describeEffect(effect, effects, user, { namesMax: 3 })).not.toContain('undefined');
          explainUser(user, table, tokens);
          decideExecution(user, argv, table);
          suggestOrder('u', tokens, table);
        }),
        { numRuns: 300 },
      );
    },
  );
});

describe.each([redis60, redis62, redis70, redis72, redis80, valkey91])('on any rules of $server', (table) => {
  const rules = randomRules(table);

  it('refuses what the server refuses', () => {
    fc.assert(
      fc.property(rules, (tokens) => {
        const refused = explainTokens('u', tokens, table).filter(({ status }) => status === 'refused');
        const [problem] = parseUser('u', tokens, table).problems;
        // An open parenthesis is found before any rule is applied.
        const first =
          problem?.code === 'unmatched-parenthesis'
            ? refused.find(({ reason }) => reason === 'unmatched-parenthesis')
            : refused[0];
        expect([first?.index, first?.reason, first?.message]).toEqual([
          problem?.index,
          problem?.code,
          problem?.code === 'unmatched-parenthesis' ? undefined : problem?.message,
        ]);
      }),
    );
  });

  it('accounts for every command: given at its moment, and standing at the end', () => {
    fc.assert(
      fc.property(rules, (tokens) => {
        const { user } = parseUser('u', tokens, table);
        fc.pre(user !== undefined);
        const effects = explainTokens('u', tokens, table);
        const none = grantedCommands(parseUser('u', [], table).user ?? user, table);
        const granted = [...grantedCommands(rootOf(user), table)].filter((name) => !none.has(name));
        const own = effects.flatMap(({ commands }) => commands.standing);
        expect(own.sort()).toEqual(granted.sort());
        let before: ReadonlySet<string> = none;
        for (const { last, commands } of effects) {
          const prefix = parseUser('u', tokens.slice(0, last + 1), table).user;
          // A cut before the closing parenthesis: nothing to compare with.
          if (prefix === undefined) break;
          const after = grantedCommands(rootOf(prefix), table);
          expect([...commands.given].sort()).toEqual([...after].filter((n) => !before.has(n)).sort());
          expect([...commands.taken].sort()).toEqual([...before].filter((n) => !after.has(n)).sort());
          before = after;
        }
      }),
    );
  });

  it('calls a rule without effect only what can go: without all of them the rights are the same', () => {
    fc.assert(
      fc.property(rules, (tokens) => {
        const { user } = parseUser('u', tokens, table);
        fc.pre(user !== undefined);
        const effects = explainTokens('u', tokens, table);
        const kept = effects
          .filter(({ status }) => status !== 'none')
          .flatMap(({ index, last }) => tokens.slice(index, last + 1));
        expect(rights(parseUser('u', kept, table).user, table)).toEqual(rights(user, table));
      }),
      { numRuns: 300 },
    );
  });
});

function rootOf(user: User): User {
  return { ...user, selectors: [user.selectors[0]] };
}

/** Everything that decides: not the text, not the bits of commands that need none. */
function rights(user: User | undefined, table: CommandTable): unknown {
  if (user === undefined) return 'refused';
  const blank = JSON.stringify(selectorRights(parseUser('u', [], table).user?.selectors[0], user, table));
  const [root, ...others] = user.selectors.map((s) => JSON.stringify(selectorRights(s, user, table)));
  return {
    enabled: user.enabled,
    nopass: user.nopass,
    passwords: user.passwords,
    skips: user.sanitizePayload === 'skip',
    root,
    others: others.filter((other) => other !== blank),
  };
}

function selectorRights(selector: Selector | undefined, user: User, table: CommandTable): unknown {
  if (selector === undefined) return undefined;
  const granted = grantedCommands({ ...user, selectors: [selector] }, table);
  return {
    granted: [...granted].sort(),
    future: selector.futureCommands,
    firstArgs: [...selector.firstArgs]
      .filter(([name]) => !granted.has(name))
      .map(([name, args]) => [name, args.map((arg) => arg.toLowerCase())]),
    allKeys: selector.allKeys,
    keys: [...selector.keys].sort((a, b) => (a.pattern < b.pattern ? -1 : 1)),
    allChannels: selector.allChannels,
    channels: selector.channels,
    allDatabases: selector.allDatabases,
    databases: selector.databases,
  };
}
