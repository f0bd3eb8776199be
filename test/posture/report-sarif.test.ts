/** SARIF 2.1.0: valid by the schema of the standard, and what code scanning needs to follow a finding over time. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { describe, expect, it } from 'vitest';

import {
  CATALOGUE,
  renderReport,
  type Assessment,
  type Check,
  type ReportOptions,
} from '../../src/posture/index.ts';
import {
  ACTING,
  hostileAssessment,
  hostileChecks,
  judge,
  makeCheck,
  optionsFor,
  samples,
  stockAssessment,
  stockChecks,
} from './assessment-sample.ts';

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly baselineState?: string;
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions: readonly { readonly justification: string }[];
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string };
      readonly region: { readonly startLine: number };
    };
  }[];
}

interface Run {
  readonly tool: {
    readonly driver: {
      readonly rules: readonly {
        readonly id: string;
        readonly properties: { readonly tags: readonly string[]; readonly 'security-severity': string };
      }[];
    };
  };
  readonly invocations: readonly {
    readonly executionSuccessful: boolean;
    readonly toolExecutionNotifications: readonly {
      readonly level: string;
      readonly message: { readonly text: string };
    }[];
  }[];
  readonly results: readonly Result[];
}

const schema = JSON.parse(
  readFileSync(new URL('../schemas/sarif-2.1.0-rtm.5.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;
// Draft-04 calls it `id`; see the README beside the schema.
const { id, $schema: _draft, ...body } = schema;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, formats: fullFormats });
const validate = ajv.compile({ ...body, $id: String(id) });

const runOf = (
  assessment: Assessment,
  checks: readonly Check[],
  change: Partial<ReportOptions> = {},
): Run => {
  const log = JSON.parse(renderReport('sarif', assessment, optionsFor(checks, change))) as { runs: Run[] };
  const [run] = log.runs;
  if (run === undefined) throw new Error('no run');
  return run;
};

describe.each(samples)('SARIF of $name', ({ assessment, checks }) => {
  const text = renderReport('sarif', assessment, optionsFor(checks));
  const run = runOf(assessment, checks);

  it('is valid', () => {
    validate(JSON.parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has a result for every finding, waived ones too', () => {
    const wanted = assessment.targets
      .flatMap((target) => target.outcomes)
      .filter((outcome) => (outcome.underlying ?? outcome.status) === 'fail')
      .map((outcome) => outcome.fingerprint);
    expect(run.results).toHaveLength(wanted.length);
    expect(new Set(run.results.map((result) => result.partialFingerprints['wardis/v1']))).toEqual(
      new Set(wanted),
    );
  });

  it('leads every result to its rule and to one place', () => {
    for (const result of run.results) {
      expect(run.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
      expect(result.locations).toHaveLength(1);
      expect(result.locations[0]?.physicalLocation.region.startLine).toBeGreaterThanOrEqual(1);
    }
  });

  it('names what could not be answered or reached', () => {
    const notifications = run.invocations[0]?.toolExecutionNotifications ?? [];
    const { unknown, manual } = assessment.totals;
    const count = (level: string) => notifications.filter((each) => each.level === level).length;
    expect(count('warning')).toBe(unknown);
    expect(count('error')).toBe(assessment.unreachable.length);
    expect(count('note')).toBeGreaterThanOrEqual(manual + assessment.notes.length);
    expect(run.invocations[0]?.executionSuccessful).toBe(assessment.unreachable.length === 0);
  });

  it('stays inside the limits of code scanning', () => {
    for (const rule of run.tool.driver.rules) {
      expect(rule.properties.tags.length).toBeLessThanOrEqual(20);
      expect(Number(rule.properties['security-severity'])).toBeGreaterThan(0);
      expect(Number(rule.properties['security-severity'])).toBeLessThanOrEqual(10);
    }
  });

  it('holds no character that acts on a terminal', () => {
    expect(ACTING.exec(text)).toBeNull();
  });
});

describe('SARIF', () => {
  it('would be refused by the schema if it were wrong', () => {
    const log = JSON.parse(renderReport('sarif', stockAssessment, optionsFor(stockChecks))) as {
      runs: { results: { level: string }[] }[];
    };
    const [result] = log.runs[0]?.results ?? [];
    if (result !== undefined) result.level = 'critical';
    expect(validate(log)).toBe(false);
  });

  it('gives the worst findings the highest score', () => {
    const run = runOf(stockAssessment, CATALOGUE);
    const scores = new Map(
      run.tool.driver.rules.map((rule) => [rule.id, rule.properties['security-severity']]),
    );
    expect(Number(scores.get('AUTH-001'))).toBeGreaterThanOrEqual(9);
    expect(new Set(scores.values()).size).toBeGreaterThan(3);
  });

  it('marks a waived finding as suppressed, and every other one as not', () => {
    const run = runOf(hostileAssessment, hostileChecks);
    const suppressed = run.results.filter((result) => result.suppressions.length > 0);
    expect(new Set(suppressed.map((result) => result.ruleId))).toEqual(new Set(['LIM-001']));
    expect(suppressed[0]?.suppressions[0]?.justification).toContain('until 2027-01-31');
  });

  it('says what is new since the baseline', () => {
    expect(
      runOf(hostileAssessment, hostileChecks).results.map((result) => result.baselineState),
    ).not.toContain(undefined);
    expect(runOf(stockAssessment, stockChecks).results.map((result) => result.baselineState)).not.toContain(
      'new',
    );
  });

  it('fingerprints a finding alike when its line moves', () => {
    const at = (line: number) =>
      runOf(
        judge([
          makeCheck('NET-901', {
            status: 'fail',
            evidence: [{ text: `line ${line}`, from: { kind: 'file', path: '/a.conf', line } }],
            fix: [],
          }),
        ]),
        [makeCheck('NET-901', { status: 'pass' })],
      ).results[0];
    expect(at(3)?.partialFingerprints).toEqual(at(90)?.partialFingerprints);
    expect(at(90)?.locations[0]?.physicalLocation.region.startLine).toBe(90);
  });

  it.each([
    ['/srv/tree/deploy/redis.conf', 'deploy/redis.conf'],
    ['./deploy/redis.conf', 'deploy/redis.conf'],
    ['deploy/my redis#1.conf', 'deploy/my%20redis%231.conf'],
    ['/srv/tree-2/redis.conf', 'file:///srv/tree-2/redis.conf'],
    ['/etc/redis/redis.conf', 'file:///etc/redis/redis.conf'],
    ['c:redis.conf', 'c%3Aredis.conf'],
  ])('points from a checkout in /srv/tree at %s as %s', (path, uri) => {
    const check = makeCheck('NET-901', {
      status: 'fail',
      evidence: [{ text: 'x', from: { kind: 'file', path, line: 2 } }],
      fix: [],
    });
    const run = runOf(judge([check]), [check], { baseDirectory: '/srv/tree/' });
    expect(run.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(uri);
  });

  it('points a live finding at the policy, and without one names the server', () => {
    const check = makeCheck('NET-901', { status: 'fail', evidence: [{ text: 'x' }], fix: [] });
    const uri = (change: Partial<ReportOptions>) =>
      runOf(judge([check]), [check], change).results[0]?.locations[0]?.physicalLocation.artifactLocation.uri;
    expect(uri({ policyPath: '/srv/tree/wardis.yaml', baseDirectory: '/srv/tree' })).toBe('wardis.yaml');
    expect(uri({})).toBe('servers/10.0.0.5%3A6379');
  });

  it('leaves no placeholder or link in a message', () => {
    const text = runOf(hostileAssessment, hostileChecks).results[0]?.message.text ?? '';
    expect(text).toContain('{{0}} \\[text](1) {tenant}:*');
  });

  it('says how many findings were too many', () => {
    const check = makeCheck('NET-901', { status: 'fail', evidence: [], fix: [] });
    const one = judge([check]);
    const [target] = one.targets;
    const outcome = target?.outcomes[0];
    if (target === undefined || outcome === undefined) throw new Error('no outcome');
    const many = {
      ...one,
      targets: [{ ...target, outcomes: Array.from({ length: 25_007 }, () => outcome) }],
    };
    const run = runOf(many, [check]);
    expect(run.results).toHaveLength(25_000);
    expect(run.invocations[0]?.toolExecutionNotifications.map((each) => each.message.text).join()).toContain(
      '7 lesser findings',
    );
  });
});
