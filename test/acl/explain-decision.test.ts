/** Why a command is allowed or denied: the rules that decided, and that the verdict is always the engine's. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, explainDecision, parseUser, tableFor } from '../../src/acl/index.ts';
import type { DecisionExplanation } from '../../src/acl/index.ts';
import { randomCommand, randomRules } from './random-rules.ts';

const redis60 = tableFor({ product: 'redis', version: '6.0.16' });
const redis62 = tableFor({ product: 'redis', version: '6.2.16' });
const redis70 = tableFor({ product: 'redis', version: '7.0.15' });
const redis72 = tableFor({ product: 'redis', version: '7.2.6' });
const valkey91 = tableFor({ product: 'valkey', version: '9.1.2' });

function why(rules: string, command: string, table = redis72, db = 0): DecisionExplanation {
  const answer = explainDecision('u', rules.split(' '), command.split(' '), table, { db });
  if (answer === undefined) throw new Error(`refused: ${rules}`);
  return answer;
}

const steps = (answer: DecisionExplanation): readonly string[] =>
  answer.steps.map(({ outcome, sentence, tokens }) =>
    [outcome, sentence, `[${tokens.map(({ index }) => index).join(',')}]`].join(' '),
  );

describe('explainDecision', () => {
  it.each([
    [
      'on ~app:* -@all +@read',
      'GET app:1',
      ['given +@read gives GET [3]', 'given ~app:* gives key "app:1" (read) [1]'],
    ],
    ['+@all -@dangerous', 'KEYS *', ['refused -@dangerous takes away KEYS, which +@all gave [0,1]']],
    ['+get -@all', 'GET a', ['refused -@all takes away GET, which +get gave [0,1]']],
    ['+get', 'SET a 1', ['refused no rule gives SET []']],
    ['~* +@all', 'AUTH x', ['given AUTH needs no right []']],
    ['~* +@all', 'GET a', ['given +@all gives GET [1]', 'given ~* gives every key [0]']],
    [
      '%W~app:* +@all',
      'GET app:1',
      ['given +@all gives GET [1]', 'refused key "app:1" asks for read, which %W~app:* does not give [0]'],
    ],
    [
      '~a* %R~b* %W~c* +@all',
      'GET x',
      [
        'given +@all gives GET [3]',
        'refused key "x" matches none of the patterns that give read: ~a* %R~b* [0,1]',
      ],
    ],
    [
      '%R~a %W~a +@all',
      'GETSET a 1',
      ['given +@all gives GETSET [2]', 'given ~a gives key "a" (read and write) [0,1]'],
    ],
    [
      '+get',
      'GET x',
      ['given +get gives GET [0]', 'refused no key pattern gives read, and key "x" asks for it []'],
    ],
    ['+select|0', 'SELECT 0', ['given +select|0 gives SELECT with the first argument 0 [0]']],
    ['+select|0', 'SELECT 1', ['refused SELECT is given with the first argument 0 only [0]']],
    [
      '+publish &news &old:*',
      'PUBLISH x m',
      ['given +publish gives PUBLISH [0]', 'refused channel "x" matches none of &news &old:* [1,2]'],
    ],
    [
      '+psubscribe &old:*',
      'PSUBSCRIBE old:a*',
      [
        'given +psubscribe gives PSUBSCRIBE [0]',
        'refused the pattern "old:a*" is not, letter for letter, one of &old:* [1]',
      ],
    ],
  ])('%s: %s', (rules, command, expected) => {
    expect(steps(why(rules, command))).toEqual(expected);
  });

  it('tells for each selector why it refuses, and follows the one that is reported', () => {
    const answer = why('~a* +get (~b* +set) (~c* +get)', 'SET b1 x');
    expect(answer.decision).toMatchObject({ allowed: true, selector: 1 });
    expect(answer.steps.map(({ tokens }) => tokens)).toEqual([
      [{ token: '+set', index: 2, inner: 1 }],
      [{ token: '~b*', index: 2, inner: 0 }],
    ]);
    expect(answer.selectors.map(({ token, allowed, denied }) => [token, allowed, denied])).toEqual([
      [undefined, false, 'command'],
      ['(~b* +set)', true, undefined],
      ['(~c* +get)', false, 'command'],
    ]);
  });

  it('knows the selectors that are left after others were cleared', () => {
    const answer = why('() (~a +get) clearselectors (~b +get)', 'GET b');
    expect(answer.selectors.map(({ token }) => token)).toEqual([undefined, '(~b +get)']);
    expect(answer.steps[0]?.tokens).toEqual([{ token: '+get', index: 4, inner: 1 }]);
  });

  it('names the database that is refused', () => {
    expect(steps(why('~* +@all db=1,2', 'GET a', valkey91))).toEqual([
      'refused the command touches database 0; given is db=1,2 [2]',
    ]);
    expect(why('~* +@all db=1,2', 'GET a', valkey91, 2).decision.allowed).toBe(true);
    expect(steps(why('~* +@all db=1', 'SELECT 3', valkey91))).toEqual([
      'refused the command touches database 3; given is db=1 [2]',
    ]);
    expect(steps(why('~* +@all resetdbs', 'FLUSHALL', valkey91))).toEqual([
      'refused the command touches every database; given is none [2]',
    ]);
  });

  it('has no steps for what the server calls an error, and no answer for rules it refuses', () => {
    expect(why('+get', 'GET')).toMatchObject({ steps: [], selectors: [], decision: { denied: 'error' } });
    expect(explainDecision('u', ['+nosuch'], ['GET', 'a'], redis72)).toBeUndefined();
  });

  it('keeps the number of steps within bounds', () => {
    const keys = Array.from({ length: 5000 }, (_, i) => `a${i}`).join(' ');
    expect(why('~a* +mget', `MGET ${keys} z`).steps).toHaveLength(101);
  });

  it.each([redis60, redis62, redis70, redis72, valkey91])(
    'gives the verdict of decide, and reasons that lead to it, on $server',
    (table) => {
      const seen = { allowed: 0, denied: 0 };
      fc.assert(
        fc.property(randomRules(table), randomCommand(table), fc.nat(2), (rules, argv, db) => {
          const { user } = parseUser('u', rules, table);
          const answer = explainDecision('u', rules, argv, table, { db });
          expect(answer === undefined).toBe(user === undefined);
          if (answer === undefined || user === undefined) return;
          expect(answer.decision).toEqual(decide(user, argv, table, { db }));
          if (answer.selectors.length === 0) return;
          seen[answer.decision.allowed ? 'allowed' : 'denied']++;
          const last = answer.steps.at(-1);
          if (answer.decision.allowed) {
            expect(answer.steps.every(({ outcome }) => outcome === 'given')).toBe(true);
          } else {
            const about = answer.decision.denied === 'db' ? 'database' : answer.decision.denied;
            expect([last?.outcome, last?.about]).toEqual(['refused', about]);
            if (about !== 'database') expect(last?.object).toBe(answer.decision.object);
          }
          for (const { allowed, steps } of answer.selectors)
            expect(steps.at(-1)?.outcome).toBe(allowed ? 'given' : 'refused');
          // Whatever is given is given by a rule, or by what a new user has.
          for (const { outcome, about, tokens, sentence } of answer.steps) {
            if (
              outcome === 'given' &&
              (about === 'command' || about === 'key') &&
              !sentence.includes('no right')
            )
              expect(tokens.length, sentence).toBeGreaterThan(0);
          }
        }),
        { numRuns: 1000 },
      );
      expect(seen.denied).toBeGreaterThan(100);
    },
  );
});
