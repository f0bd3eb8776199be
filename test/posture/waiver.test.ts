/** Waivers: the check still runs, a person and a day are named, and none can be forgotten. */
import { describe, expect, it, vi } from 'vitest';

import type { Verdict, Waiver } from '../../src/posture/index.ts';
import { judge, makeCheck, makeTarget } from './assessment-sample.ts';

const fail: Verdict = { status: 'fail', evidence: [{ text: 'seen' }], fix: [] };
const checks = [
  makeCheck('NET-901', fail, { aliases: ['OLD-001'] }),
  makeCheck('NET-902', { status: 'pass' }),
  makeCheck('NET-903', { status: 'unknown', missing: 'x', why: 'y', look: 'z' }),
];

const waiver = (change: Partial<Waiver> = {}): Waiver => ({
  check: 'NET-901',
  reason: 'moves in January',
  owner: 'platform',
  expires: '2027-01-31',
  ...change,
});

const run = (waivers: readonly Waiver[], subjects = ['cache-3:6379']) => {
  const assessment = judge(
    checks,
    { waivers },
    subjects.map((subject) => makeTarget(subject)),
  );
  return { outcomes: assessment.targets.flatMap((target) => target.outcomes), assessment };
};

describe('a waiver', () => {
  it('keeps what was found, with who accepted it and until when', () => {
    const { outcomes, assessment } = run([waiver()]);
    expect(outcomes[0]).toMatchObject({
      status: 'waived',
      underlying: 'fail',
      evidence: [{ text: 'seen' }],
      waiver: { reason: 'moves in January', owner: 'platform', expires: '2027-01-31' },
    });
    expect(assessment.totals).toMatchObject({ fail: 0, waived: 1 });
    expect(assessment.notes).toEqual([]);
  });

  it('does not keep the check from running', () => {
    const evaluate = vi.fn(() => fail);
    judge([makeCheck('NET-901', fail, { evaluate })], { waivers: [waiver()] });
    expect(evaluate).toHaveBeenCalledOnce();
  });

  it('counts on its last day and not after', () => {
    expect(run([waiver({ expires: '2026-11-21' })]).outcomes[0]?.status).toBe('waived');
    const { outcomes, assessment } = run([waiver({ expires: '2026-11-20' })]);
    expect(outcomes[0]?.status).toBe('fail');
    expect(assessment.notes).toEqual([
      'waiver of NET-901 on cache-3:6379 expired on 2026-11-20 (owner platform): it counts as a finding again',
    ]);
  });

  it.each(['never', '9999', '2027/01/31', '2027-1-31', '2027-02-30', '31.01.2027', ''])(
    'without a day that can be read (%j) never counts, and says so',
    (expires) => {
      const { outcomes, assessment } = run([waiver({ expires })]);
      expect(outcomes[0]?.status).toBe('fail');
      expect(assessment.notes).toHaveLength(1);
      expect(assessment.notes[0]).toMatch(/no date that can be read/);
    },
  );

  it('that is valid wins over one that has expired', () => {
    const { outcomes, assessment } = run([waiver({ expires: '2020-01-01' }), waiver()]);
    expect(outcomes[0]?.status).toBe('waived');
    expect(assessment.notes).toEqual([]);
  });

  it('holds under an alias and in any letter case', () => {
    expect(run([waiver({ check: 'OLD-001' })]).outcomes[0]?.status).toBe('waived');
    expect(run([waiver({ check: 'net-901' })]).outcomes[0]?.status).toBe('waived');
  });

  it.each([
    ['cache-3', true],
    ['cache-3:6379', true],
    ['cache-*', true],
    ['cache-?:6379', true],
    ['cache', false],
    ['cache-3:63', false],
    ['cache.3', false],
    ['(cache-3|x)', false],
  ])('on node %s covers cache-3:6379: %s', (node, covers) => {
    expect(run([waiver({ node })]).outcomes[0]?.status).toBe(covers ? 'waived' : 'fail');
  });

  it('on one node leaves the others alone', () => {
    const { outcomes } = run([waiver({ node: 'a' })], ['a:1', 'b:1']);
    expect(outcomes.filter((o) => o.checkId === 'NET-901').map((o) => o.status)).toEqual(['waived', 'fail']);
  });

  it('that matches no finding is reported', () => {
    expect(run([waiver({ check: 'NET-902' })]).assessment.notes).toEqual([
      'waiver of NET-902 matches no finding: remove it or correct it',
    ]);
    expect(run([waiver({ node: 'cahce-3' })]).assessment.notes).toEqual([
      'waiver of NET-901 on cahce-3 matches no server of this run',
    ]);
  });

  it('of an unknown check is reported', () => {
    expect(run([waiver({ check: 'NET-999' })]).assessment.notes).toEqual([
      'waiver names an unknown check: NET-999',
    ]);
  });

  it('of a check of the catalogue that did not run is not called unknown or unused', () => {
    expect(run([waiver({ check: 'AUTH-001' })]).assessment.notes).toEqual([]);
  });

  it('of what could not be answered never makes it a pass', () => {
    const { outcomes, assessment } = run([waiver({ check: 'NET-903' })]);
    expect(outcomes[2]).toMatchObject({ status: 'waived', underlying: 'unknown' });
    expect(assessment.totals.pass).toBe(1);
  });

  it('with many stars is matched in no time', () => {
    expect(run([waiver({ node: `${'*'.repeat(5000)}x` })], ['a'.repeat(5000)]).outcomes[0]?.status).toBe(
      'fail',
    );
  });
});
