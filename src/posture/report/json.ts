/** The assessment as data: one document, or one line per outcome. `schemas/assessment.schema.json` is the contract. */

import { printChange } from '../../policy/index.ts';
import type { Assessment, Outcome, TargetAssessment } from '../outcome.ts';
import { printSafeJson } from '../../text/index.ts';

/** One JSON document, a part an outcome, so that a large fleet never stands in memory as one text. */
export function* jsonParts(assessment: Assessment): Generator<string> {
  yield* withList({ ...assessment, targets: [] }, 'targets', '', targetParts(assessment));
  yield '\n';
}

function* targetParts({ targets }: Assessment): Generator<Generator<string>> {
  for (const target of targets) {
    yield withList({ ...target, outcomes: [] }, 'outcomes', '    ', outcomeParts(target));
  }
}

function* outcomeParts({ outcomes }: TargetAssessment): Generator<Generator<string>> {
  for (const outcome of outcomes) yield onePart(indented(dataOf(outcome), '        '));
}

function* onePart(text: string): Generator<string> {
  yield text;
}

/** An object whose list `key` is printed item by item. `indent` is what stands before the object's own lines. */
function* withList(
  frame: object,
  key: string,
  indent: string,
  items: Iterable<Iterable<string>>,
): Generator<string> {
  // At the object's own indent there is one such key, and inside of strings its quotes would be escaped.
  const place = `\n${indent}  "${key}": [`;
  const text = indented(frame, indent);
  const at = text.indexOf(`${place}]`) + place.length;
  yield text.slice(0, at);
  let before = '';
  for (const item of items) {
    yield `${before}\n${indent}    `;
    yield* item;
    before = ',';
  }
  yield `${before === '' ? '' : `\n${indent}  `}${text.slice(at)}`;
}

/** JSON at a depth: the first line stands where it is put, the others get `indent`. */
export function indented(value: object, indent: string): string {
  return printSafeJson(value, 2).replaceAll('\n', `\n${indent}`);
}

/** One JSON object per outcome, then one summary object; a part a line. */
export function* ndjsonParts(assessment: Assessment): Generator<string> {
  for (const { server, outcomes } of assessment.targets) {
    for (const outcome of outcomes) yield lineOf('outcome', { server, ...dataOf(outcome) });
  }
  for (const { subject, fixed } of assessment.targets) {
    for (const gone of fixed) yield lineOf('fixed', { subject, ...gone });
  }
  for (const target of assessment.unreachable) yield lineOf('unreachable', target);
  const { tool, generatedAt, advisoriesAsOf, totals, notes } = assessment;
  const servers = assessment.targets.length;
  const unreachable = assessment.unreachable.length;
  yield lineOf('summary', { tool, generatedAt, advisoriesAsOf, servers, unreachable, totals, notes });
}

function lineOf(type: string, value: object): string {
  return `${printSafeJson({ schemaVersion: '1', type, ...value }, 0)}\n`;
}

/** The outcome with each fix also as the text that people read. */
function dataOf(outcome: Outcome): object {
  return { ...outcome, fix: outcome.fix.map((change) => ({ ...change, text: printChange(change) })) };
}
