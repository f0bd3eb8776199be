import { describe, expect, it } from 'vitest';
import { judgeExpectations, measureCoverage, parseUser, tableFor } from '../../src/acl/index.ts';
import type { Expectation } from '../../src/acl/index.ts';
import { COVERAGE_DECISIONS_MAX } from '../../src/acl/expectation/coverage.ts';

const table = tableFor({ product: 'redis', version: '7.2.6' });
const RULES = ['on', '>pw', '~app:*', '%R~conf:*', '-@all', '+@read', '-keys', '+set', '(~x:* +hset)'];

function judge(...expectations: readonly Expectation[]) {
  const { user } = parseUser('app', RULES, table);
  return judgeExpectations(user === undefined ? [] : [user], expectations);
}

const allow = (...argv: readonly string[]): Expectation => ({ user: 'app', argv, expect: 'allow' });
const deny = (...argv: readonly string[]): Expectation => ({ user: 'app', argv, expect: 'deny' });

describe('an expectation', () => {
  it('passes when the server would answer so, and fails with the reason when not', () => {
    const results = judge(
      allow('GET', 'app:1'),
      deny('KEYS', '*'),
      allow('GET', 'other'),
      deny('SET', 'app:1', 'x'),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'fail', 'fail']);
    expect(results.map(({ why }) => why)).toEqual([
      undefined,
      undefined,
      "User app has no permissions to access the 'other' key",
      'it is allowed',
    ]);
  });

  it('may name the reason of a denial', () => {
    const byKey = judge({ ...deny('GET', 'other'), by: 'key' }, { ...deny('GET', 'other'), by: 'command' });
    expect(byKey.map(({ outcome }) => outcome)).toEqual(['pass', 'fail']);
    expect(byKey[1]?.why).toContain('denied by key');
  });

  it('proves nothing by a command or a user that does not exist', () => {
    const results = judge(deny('NOSUCH'), deny('GET'), { ...deny('PING'), user: 'nobody' });
    expect(results.map(({ outcome }) => outcome)).toEqual(['error', 'error', 'error']);
    expect(results[2]?.why).toBe('there is no user "nobody"');
  });

  it('is decided in its database where the server has such rules', () => {
    const valkey = tableFor({ product: 'valkey', version: '9.1.2' });
    const { user } = parseUser('app', ['~*', '+get', 'db=1'], valkey);
    const results = judgeExpectations(user === undefined ? [] : [user], [
      { ...allow('GET', 'k'), db: 1 },
      { ...deny('GET', 'k'), by: 'db' },
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['pass', 'pass']);
  });
});

describe('coverage', () => {
  const exercised = (...expectations: readonly Expectation[]) =>
    measureCoverage('app', RULES, expectations, table)
      .rules?.filter((rule) => rule.exercised)
      .map(({ token }) => token);

  it('counts a rule when an expectation would be answered otherwise without it', () => {
    expect(exercised(allow('GET', 'app:1'))).toEqual(['~app:*', '+@read']);
    expect(exercised(allow('GET', 'conf:1'))).toEqual(['%R~conf:*', '+@read']);
    expect(exercised(deny('KEYS', '*'))).toEqual(['-keys']);
    expect(exercised(allow('HSET', 'x:1', 'f', 'v'))).toEqual(['~x:*', '+hset']);
    expect(exercised(deny('FLUSHALL'))).toEqual([]);
    expect(exercised()).toEqual([]);
  });

  it('leaves out what decides who logs in, and shows no password', () => {
    const { rules } = measureCoverage('app', [...RULES, '#'.padEnd(65, 'a')], [], table);
    expect(rules?.map(({ token }) => token)).toEqual([
      '~app:*',
      '%R~conf:*',
      '-@all',
      '+@read',
      '-keys',
      '+set',
      '~x:*',
      '+hset',
    ]);
  });

  it('is of each user by its own expectations only', () => {
    const { rules } = measureCoverage('other', ['~*', '+get'], [allow('GET', 'k')], table);
    expect(rules?.map((rule) => rule.exercised)).toEqual([false, false]);
  });

  it('is unknown, not full, when there is too much to try', () => {
    const many = Array.from({ length: 3000 }, (_, i) => `~k${i}:*`);
    const cases = Array.from({ length: Math.ceil(COVERAGE_DECISIONS_MAX / 3000) + 1 }, () =>
      allow('GET', 'k0:1'),
    );
    expect(measureCoverage('app', many, cases, table).rules).toBeUndefined();
  });
});
