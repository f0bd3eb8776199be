/** A baseline marks findings; it never hides one. */
import { describe, expect, it } from 'vitest';

import { renderReport, type Baseline, type Check, type Verdict } from '../../src/posture/index.ts';
import { judge, makeCheck, makeTarget, optionsFor } from './assessment-sample.ts';

const failWith = (...texts: readonly string[]): Verdict => ({
  status: 'fail',
  evidence: texts.map((text) => ({ text })),
  fix: [],
});

/** The JSON report of an earlier run, as a user keeps it. */
const earlier = (checks: readonly Check[], change: Parameters<typeof judge>[1] = {}): Baseline =>
  JSON.parse(renderReport('json', judge(checks, change), optionsFor(checks))) as Baseline;

const marksOf = (checks: readonly Check[], baseline: Baseline) =>
  judge(checks, { baseline }).targets[0]?.outcomes.map((outcome) => outcome.baseline);

describe('against a baseline', () => {
  const before = earlier([
    makeCheck('NET-901', failWith('user app1 nopass')),
    makeCheck('NET-902', failWith('bind 0.0.0.0')),
    makeCheck('NET-903', { status: 'pass' }),
    makeCheck('NET-904', failWith('3 failed logins', '17.5 s old')),
  ]);

  it('the same finding is unchanged and another is new', () => {
    const now = [
      makeCheck('NET-901', failWith('user app1 nopass')),
      makeCheck('NET-902', failWith('bind 0.0.0.0')),
      makeCheck('NET-903', failWith('x')),
    ];
    expect(marksOf(now, before)).toEqual(['unchanged', 'unchanged', 'new']);
  });

  it('a counter or an age that moved is no news', () => {
    expect(marksOf([makeCheck('NET-904', failWith('250 failed logins', '3 s old'))], before)).toEqual([
      'unchanged',
    ]);
  });

  it('a second user, another address or another version is', () => {
    expect(marksOf([makeCheck('NET-901', failWith('user app2 nopass'))], before)).toEqual(['new']);
    expect(marksOf([makeCheck('NET-901', failWith('user app1 nopass', 'user app2 nopass'))], before)).toEqual(
      ['new'],
    );
    expect(marksOf([makeCheck('NET-902', failWith('bind 10.0.0.5'))], before)).toEqual(['new']);
  });

  it('a finding that is gone is fixed, and one that cannot be seen any more is not', () => {
    const target = judge(
      [
        makeCheck('NET-901', { status: 'pass' }),
        makeCheck('NET-902', { status: 'unknown', missing: 'x', why: 'y', look: 'z' }),
        makeCheck('NET-904', { status: 'not-applicable', why: 'n' }),
      ],
      { baseline: before },
    ).targets[0];
    expect(target?.fixed.map((gone) => gone.checkId)).toEqual(['NET-901', 'NET-904']);
  });

  it('nothing is dropped and nothing is counted less', () => {
    const checks = [
      makeCheck('NET-901', failWith('user app1 nopass')),
      makeCheck('NET-902', failWith('new')),
    ];
    const plain = judge(checks);
    const marked = judge(checks, { baseline: before });
    expect(marked.totals).toEqual(plain.totals);
    expect(marked.targets[0]?.outcomes.length).toBe(plain.targets[0]?.outcomes.length);
  });

  it('a finding that was waived and no longer is, is not called new', () => {
    const check = makeCheck('NET-901', failWith('user app1 nopass'));
    const waived = earlier([check], {
      waivers: [{ check: 'NET-901', reason: 'r', owner: 'o', expires: '2027-01-01' }],
    });
    expect(marksOf([check], waived)).toEqual(['unchanged']);
  });

  it('a server that is missing now is named', () => {
    const notes = judge([], { baseline: before }, [makeTarget('other:1')]).notes;
    expect(notes).toEqual(['the baseline knows 10.0.0.5:6379, which was not assessed now']);
  });
});
