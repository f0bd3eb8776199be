/** OSCAL assessment-results: valid by NIST's schema (an excerpt of it, see test/schemas), coherent, and modest. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { describe, expect, it } from 'vitest';

import { renderReport, type Assessment, type Check } from '../../src/posture/index.ts';
import {
  ACTING,
  hostileAssessment,
  hostileChecks,
  judge,
  makeCheck,
  makeTarget,
  optionsFor,
  samples,
} from './assessment-sample.ts';

interface Result {
  readonly uuid: string;
  readonly title: string;
  readonly observations?: readonly {
    readonly uuid: string;
    readonly methods: readonly string[];
    readonly props: readonly { readonly name: string; readonly value: string }[];
  }[];
  readonly findings?: readonly {
    readonly uuid: string;
    readonly target: { readonly status: { readonly state: string }; readonly remarks?: string };
    readonly 'related-observations': readonly { readonly 'observation-uuid': string }[];
  }[];
}

interface Document {
  readonly 'assessment-results': {
    readonly results: readonly Result[];
    readonly 'import-ap': { readonly href: string };
    readonly 'back-matter': { readonly resources: readonly { readonly uuid: string }[] };
  };
}

const schema = JSON.parse(
  readFileSync(
    new URL('../schemas/oscal-assessment-results-1.0.4-excerpt.schema.json', import.meta.url),
    'utf8',
  ),
) as object;
const validate = new Ajv({ allErrors: true, formats: fullFormats }).compile(schema);

const print = (assessment: Assessment, checks: readonly Check[]): Document =>
  JSON.parse(renderReport('oscal', assessment, optionsFor(checks))) as Document;

describe.each(samples)('OSCAL of $name', ({ assessment, checks }) => {
  const document = print(assessment, checks);
  const { results, 'import-ap': plan, 'back-matter': matter } = document['assessment-results'];

  it('is valid', () => {
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has a result for every server, reached or not', () => {
    expect(results).toHaveLength(Math.max(1, assessment.targets.length + assessment.unreachable.length));
  });

  it('has an observation for every outcome that says something', () => {
    const { all, notApplicable } = assessment.totals;
    expect(results.flatMap((result) => result.observations ?? [])).toHaveLength(all - notApplicable);
  });

  it('calls satisfied what passed and nothing else', () => {
    const states = results
      .flatMap((result) => result.findings ?? [])
      .map((finding) => finding.target.status.state);
    expect(states.filter((state) => state === 'satisfied')).toHaveLength(assessment.totals.pass);
    const refused = assessment.targets
      .flatMap((target) => target.outcomes)
      .filter((outcome) => (outcome.underlying ?? outcome.status) === 'fail');
    expect(states.filter((state) => state === 'not-satisfied')).toHaveLength(refused.length);
  });

  it('uses every id once and refers to none that is not there', () => {
    const observations = results.flatMap((result) => result.observations ?? []).map((each) => each.uuid);
    const findings = results.flatMap((result) => result.findings ?? []);
    const ids = [
      ...results.map((result) => result.uuid),
      ...observations,
      ...findings.map((each) => each.uuid),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const finding of findings)
      for (const related of finding['related-observations'])
        expect(observations).toContain(related['observation-uuid']);
    expect(matter.resources.map((resource) => `#${resource.uuid}`)).toContain(plan.href);
  });

  it('holds no character that acts on a terminal', () => {
    expect(ACTING.exec(renderReport('oscal', assessment, optionsFor(checks)))).toBeNull();
  });
});

describe('OSCAL', () => {
  it('is the same document for the same assessment', () => {
    expect(print(hostileAssessment, hostileChecks)).toEqual(print(hostileAssessment, hostileChecks));
  });

  it('keeps ids apart when two servers have one name', () => {
    const check = makeCheck('NET-901', { status: 'fail', evidence: [{ text: 'x' }], fix: [] });
    const { results } = print(judge([check], {}, [makeTarget('same'), makeTarget('same')]), [check])[
      'assessment-results'
    ];
    expect(new Set(results.map((result) => result.uuid)).size).toBe(2);
  });

  it('does not claim that a person was asked', () => {
    const check = makeCheck('NET-901', { status: 'manual', instruction: 'look' });
    const [result] = print(judge([check]), [check])['assessment-results'].results;
    expect(result?.observations?.[0]?.methods).toEqual(['UNKNOWN']);
    expect(result?.findings).toBeUndefined();
  });

  it('tells who accepted a waived finding, which stays unsatisfied', () => {
    const findings = print(hostileAssessment, hostileChecks)['assessment-results'].results.flatMap(
      (result) => result.findings ?? [],
    );
    const waived = findings.filter(
      (finding) => finding.target.remarks?.includes('until 2027-01-31') === true,
    );
    expect(waived).toHaveLength(3);
    expect(new Set(waived.map((finding) => finding.target.status.state))).toEqual(new Set(['not-satisfied']));
  });

  it('would be refused by the schema if it were wrong', () => {
    const document = print(hostileAssessment, hostileChecks);
    const { 'import-ap': _plan, ...rest } = document['assessment-results'];
    expect(validate({ 'assessment-results': rest })).toBe(false);
    expect(validate({ 'assessment-results': { ...document['assessment-results'], results: [] } })).toBe(
      false,
    );
    expect(validate({ 'assessment-results': { ...document['assessment-results'], uuid: 'x' } })).toBe(false);
  });
});
