/** Assessment: everything that ran is in the answer once, and nothing that was not seen counts as passed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { unknown, type Snapshot } from '../../src/fleet/index.ts';
import { CATALOGUE, runCheck, SEVERITIES, type Check, type Verdict } from '../../src/posture/index.ts';
import { judge, makeCheck, makeTarget, NOW, stockAssessment } from './assessment-sample.ts';

const fail: Verdict = { status: 'fail', evidence: [{ text: 'seen' }], fix: [] };

const anyVerdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant<Verdict>({ status: 'pass' }),
  fc.record({
    status: fc.constant('fail' as const),
    evidence: fc.array(fc.record({ text: fc.string() }), { maxLength: 3 }),
    fix: fc.constant([]),
  }),
  fc.constant<Verdict>({ status: 'unknown', missing: 'x', why: 'y', look: 'z' }),
  fc.constant<Verdict>({ status: 'manual', instruction: 'look' }),
  fc.constant<Verdict>({ status: 'not-applicable', why: 'no' }),
);

const anyCheck = fc.record({
  verdict: anyVerdict,
  severity: fc.constantFrom(...SEVERITIES),
  throws: fc.boolean(),
});

describe('an assessment', () => {
  it('adds up, whatever the checks answer and whatever is waived', () => {
    fc.assert(
      fc.property(
        fc.array(anyCheck, { maxLength: 12 }),
        fc.array(fc.constantFrom('a:1', 'b:1', 'c:1'), { maxLength: 4 }),
        fc.array(
          fc.record({
            check: fc.integer({ min: 0, max: 14 }).map(idOf),
            expires: fc.constantFrom('2026-11-21', '2026-11-20', '2030-01-01', 'never'),
          }),
          { maxLength: 5 },
        ),
        (made, subjects, waivers) => {
          const checks = made.map(({ verdict, severity, throws }, index) =>
            makeCheck(
              idOf(index),
              () => {
                if (throws) throw new Error('bug');
                return verdict;
              },
              { severity },
            ),
          );
          const assessment = judge(
            checks,
            { waivers: waivers.map((waiver) => ({ ...waiver, reason: 'r', owner: 'o' })) },
            subjects.map((subject) => makeTarget(subject)),
          );
          expect(assessment.targets.map((target) => target.subject)).toEqual(subjects);
          for (const part of [...assessment.targets, assessment]) {
            const { pass, fail: failed, manual, notApplicable, unknown: open, waived, all } = part.totals;
            expect(pass + failed + manual + notApplicable + open + waived).toBe(all);
            expect(Object.values(part.totals.failBySeverity).reduce((a, b) => a + b, 0)).toBe(failed);
          }
          expect(assessment.totals.all).toBe(checks.length * subjects.length);
          for (const target of assessment.targets) {
            expect(target.outcomes.map((outcome) => outcome.checkId)).toEqual(
              checks.map((check) => check.id),
            );
            expect(target.outcomes.every((outcome) => outcome.subject === target.subject)).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps two targets of one name apart', () => {
    const assessment = judge([makeCheck('NET-001', fail)], {}, [makeTarget('same'), makeTarget('same')]);
    expect(assessment.targets.map((target) => target.totals.all)).toEqual([1, 1]);
    expect(assessment.totals.all).toBe(2);
  });

  it('answers unknown, with the fault, when a check throws', () => {
    const broken = makeCheck('NET-001', () => {
      throw new Error('the sky fell');
    });
    const [outcome] = judge([broken]).targets[0]?.outcomes ?? [];
    expect(outcome).toMatchObject({ status: 'unknown' });
    expect(outcome?.why).toContain('the sky fell');
    const brokenToo = makeCheck('NET-002', fail, {
      appliesWhen: () => {
        throw new Error('no');
      },
    });
    expect(judge([brokenToo]).totals).toMatchObject({ unknown: 1, pass: 0, notApplicable: 0 });
  });

  it('says why a check does not apply', () => {
    const check = makeCheck('NET-001', fail, { appliesWhen: () => 'not a cluster' });
    expect(judge([check]).targets[0]?.outcomes).toMatchObject([
      { status: 'not-applicable', why: 'not a cluster' },
    ]);
  });

  it('shows the severity that the check raised, and why', () => {
    const check = makeCheck('NET-001', { ...fail, severity: { value: 'critical', because: 'public' } });
    expect(judge([check]).targets[0]?.outcomes).toMatchObject([
      { severity: 'critical', severityBecause: 'public' },
    ]);
  });

  it('gives the same fingerprints in every run, and a different one to each check and subject', () => {
    const prints = stockAssessment.targets.flatMap((target) => target.outcomes.map((o) => o.fingerprint));
    expect(new Set(prints).size).toBe(prints.length);
    const again = judge([makeCheck('NET-001', fail)], { now: new Date('2030-01-01T00:00:00Z') });
    const once = judge([makeCheck('NET-001', { ...fail, evidence: [{ text: 'other' }] })]);
    expect(again.targets[0]?.outcomes[0]?.fingerprint).toBe(once.targets[0]?.outcomes[0]?.fingerprint);
  });
});

describe('the catalogue', () => {
  it('passes nothing of a server of which nothing is known', () => {
    const nothing = unknown('not-asked', 'nothing was asked', 'ask');
    const { snapshot, expected } = makeTarget('dark');
    const dark: Snapshot = {
      ...snapshot,
      ...Object.fromEntries(
        Object.entries(snapshot)
          .filter(([, value]) => typeof value === 'object' && value !== null && 'known' in value)
          .map(([name]) => [name, nothing]),
      ),
      settings: new Map([...snapshot.settings].map(([name]) => [name, nothing])),
      secrets: new Map([...snapshot.secrets].map(([name]) => [name, nothing])),
      certificateFiles: new Map(),
      paths: new Map(),
    };
    const assessment = judge(CATALOGUE, {}, [{ snapshot: dark, expected, gatheredInMs: 0 }]);
    const passed = assessment.targets[0]?.outcomes.filter((outcome) => outcome.status === 'pass');
    expect(passed?.map((outcome) => outcome.checkId)).toEqual([]);
    expect(assessment.totals.unknown).toBeGreaterThan(20);
  });

  it('judges a stock server without a fault of its own', () => {
    const outcomes = stockAssessment.targets.flatMap((target) => target.outcomes);
    expect(outcomes.filter((outcome) => outcome.why?.includes('failed to run'))).toEqual([]);
    expect(stockAssessment.targets[0]?.totals.failBySeverity.critical).toBeGreaterThan(0);
    expect(stockAssessment.totals.all).toBe(CATALOGUE.length * 2);
  });

  it('is what runCheck answers, too', () => {
    const { snapshot, expected } = makeTarget('one');
    const check: Check = makeCheck('NET-001', { status: 'pass' });
    const context = { expected, now: NOW, siblings: [] } as unknown as Parameters<typeof runCheck>[2];
    expect(runCheck(check, snapshot, context)).toEqual({ status: 'pass' });
  });
});

function idOf(index: number): string {
  return `NET-${String(index + 901)}`;
}
