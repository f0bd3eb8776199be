/** The assessment as data: one document, or one line per outcome. `schemas/assessment.schema.json` is the contract. */

import { printChange } from '../../policy/index.ts';
import type { Assessment, Outcome } from '../outcome.ts';
import { printSafeJson } from './safe-text.ts';

/** One JSON document, a part a target, so that a large fleet never stands in memory as one text. */
export function* jsonParts(assessment: Assessment): Generator<string> {
  const frame = printSafeJson({ ...assessment, targets: [] }, 2);
  if (assessment.targets.length === 0) return yield `${frame}\n`;
  // At this indent there is one such key, and inside of strings its quotes would be escaped.
  const [before, after = ''] = frame.split('\n  "targets": []');
  yield `${before}\n  "targets": [`;
  for (const [index, target] of assessment.targets.entries()) {
    const text = printSafeJson({ ...target, outcomes: target.outcomes.map(dataOf) }, 2);
    yield `${index === 0 ? '' : ','}\n    ${text.replaceAll('\n', '\n    ')}`;
  }
  yield `\n  ]${after}\n`;
}

/** One JSON object per outcome, then one summary object; a part a target. */
export function* ndjsonParts(assessment: Assessment): Generator<string> {
  for (const target of assessment.targets) {
    yield linesOf(
      target.outcomes.map((outcome) => ({
        schemaVersion: '1',
        type: 'outcome',
        server: target.server,
        ...dataOf(outcome),
      })),
    );
  }
  for (const { subject, fixed } of assessment.targets) {
    yield linesOf(fixed.map((gone) => ({ schemaVersion: '1', type: 'fixed', subject, ...gone })));
  }
  yield linesOf(
    assessment.unreachable.map((target) => ({ schemaVersion: '1', type: 'unreachable', ...target })),
  );
  const { tool, generatedAt, advisoriesAsOf, totals, notes } = assessment;
  const servers = assessment.targets.length;
  const unreachable = assessment.unreachable.length;
  yield linesOf([
    {
      schemaVersion: '1',
      type: 'summary',
      tool,
      generatedAt,
      advisoriesAsOf,
      servers,
      unreachable,
      totals,
      notes,
    },
  ]);
}

function linesOf(objects: readonly object[]): string {
  return objects.map((object) => `${printSafeJson(object, 0)}\n`).join('');
}

/** The outcome with each fix also as the text that people read. */
function dataOf(outcome: Outcome): object {
  return { ...outcome, fix: outcome.fix.map((change) => ({ ...change, text: printChange(change) })) };
}
