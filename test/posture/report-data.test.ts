/** JSON, NDJSON and CSV: complete, parseable, by contract, and harmless to look at or to open in a spreadsheet. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { assessmentJsonSchema, renderReport } from '../../src/posture/index.ts';
import {
  ACTING,
  HOSTILE,
  hostileAssessment,
  hostileChecks,
  optionsFor,
  samples,
} from './assessment-sample.ts';

const schema = assessmentJsonSchema();
const validate = new Ajv2020({ strict: true }).compile(schema);

describe.each(samples)('of $name', ({ assessment, checks }) => {
  const outcomes = assessment.targets.flatMap((target) => target.outcomes);
  const fixed = assessment.targets.flatMap((target) => target.fixed);

  it('JSON keeps its published contract', () => {
    const report: unknown = JSON.parse(renderReport('json', assessment, optionsFor(checks)));
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('JSON is the assessment itself, with the fix also as text', () => {
    const report = JSON.parse(renderReport('json', assessment, optionsFor(checks))) as Report;
    const fixes = report.targets.flatMap((target) => target.outcomes.flatMap((outcome) => outcome.fix));
    expect(fixes.filter((fix) => typeof fix.text !== 'string' || fix.text === '')).toEqual([]);
    for (const fix of fixes) delete fix.text;
    expect(report).toEqual(JSON.parse(JSON.stringify(assessment)));
  });

  it('NDJSON has a line for every outcome, fixed finding and lost server, and a summary at the end', () => {
    const text = renderReport('ndjson', assessment, optionsFor(checks));
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; schemaVersion: string });
    const count = (type: string) => lines.filter((line) => line.type === type).length;
    expect(count('outcome')).toBe(outcomes.length);
    expect(count('fixed')).toBe(fixed.length);
    expect(count('unreachable')).toBe(assessment.unreachable.length);
    expect(lines.at(-1)).toMatchObject({
      type: 'summary',
      totals: assessment.totals,
      notes: assessment.notes,
    });
    expect(lines.every((line) => line.schemaVersion === '1')).toBe(true);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('CSV reads back, a line for each outcome, fixed finding and lost server', () => {
    const [head = [], ...rows] = parseCsv(renderReport('csv', assessment, optionsFor(checks)));
    expect(rows).toHaveLength(outcomes.length + fixed.length + assessment.unreachable.length);
    expect(rows.every((row) => row.length === head.length)).toBe(true);
    const column = (name: string) => rows.map((row) => row[head.indexOf(name)]);
    expect(column('status').filter((status) => status === 'fail')).toHaveLength(assessment.totals.fail);
    expect(column('fingerprint').filter((print) => print !== '')).toHaveLength(
      outcomes.length + fixed.length,
    );
  });

  it('CSV has no cell that a spreadsheet would run', () => {
    const cells = parseCsv(renderReport('csv', assessment, optionsFor(checks))).flat();
    expect(cells.filter((cell) => /^\s*[=+\-@＝＋－＠]/u.test(cell))).toEqual([]);
  });

  it.each(['json', 'ndjson', 'csv'] as const)('%s holds no character that acts on a terminal', (format) => {
    const text = renderReport(format, assessment, optionsFor(checks));
    expect(ACTING.exec(text.replaceAll('\r\n', '\n'))).toBeNull();
  });
});

describe('CSV', () => {
  it('keeps a formula as text behind a mark, and quotes and commas as they are', () => {
    const [head = [], ...rows] = parseCsv(renderReport('csv', hostileAssessment, optionsFor(hostileChecks)));
    const subjects = rows.map((row) => row[head.indexOf('subject')]);
    expect(subjects).toContain(`'${HOSTILE.formula}`);
    expect(subjects).toContain(`'${HOSTILE.wideFormula}`);
    expect(subjects).toContain(HOSTILE.comma);
    expect(subjects).toContain(HOSTILE.attribute);
  });

  it('ends every line as RFC 4180 says', () => {
    const text = renderReport('csv', hostileAssessment, optionsFor(hostileChecks));
    expect(text.replaceAll('\r\n', '').includes('\n')).toBe(false);
  });

  it('tells waivers', () => {
    const [head = [], ...rows] = parseCsv(renderReport('csv', hostileAssessment, optionsFor(hostileChecks)));
    const waived = rows.filter((row) => row[head.indexOf('status')] === 'waived');
    expect(waived).toHaveLength(3);
    expect(waived[0]?.[head.indexOf('waiver_expires')]).toBe('2027-01-31');
    expect(waived[0]?.[head.indexOf('waiver_owner')]).toBe(HOSTILE.script);
  });
});

describe('the schema', () => {
  it.each([
    [
      'an unknown status',
      (report: Report) => ({
        ...report,
        targets: report.targets.map((t) => ({
          ...t,
          outcomes: t.outcomes.map((o) => ({ ...o, status: 'fine' })),
        })),
      }),
    ],
    [
      'a number that is missing',
      (report: Report) => ({ ...report, totals: { ...report.totals, unknown: undefined } }),
    ],
    ['a field of its own', (report: Report) => ({ ...report, score: 100 })],
  ])('refuses %s', (_what, spoil) => {
    const report = JSON.parse(renderReport('json', hostileAssessment, optionsFor(hostileChecks))) as Report;
    expect(validate(report)).toBe(true);
    expect(validate(JSON.parse(JSON.stringify(spoil(report))))).toBe(false);
  });
});

interface Report {
  readonly totals: object;
  readonly targets: readonly {
    readonly outcomes: readonly { readonly fix: readonly { text?: string }[] }[];
  }[];
}

/** RFC 4180, strictly. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null) throw new Error(`no CSV at ${at}: ${text.slice(at, at + 60)}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
