/** The assessment as data: one document, or one line per outcome. `schemas/assessment.schema.json` is the contract. */

import { printChange } from '../../policy/index.ts';
import type { Assessment, Outcome } from '../outcome.ts';

/** One JSON document. */
export function printJson(assessment: Assessment): string {
  const targets = assessment.targets.map((target) => ({ ...target, outcomes: target.outcomes.map(dataOf) }));
  return `${JSON.stringify({ ...assessment, targets }, null, 2)}\n`;
}

/** One JSON object per outcome, then one summary object. */
export function printNdjson(assessment: Assessment): string {
  const lines = assessment.targets.flatMap((target) =>
    target.outcomes.map((outcome) =>
      JSON.stringify({ schemaVersion: '1', type: 'outcome', server: target.server, ...dataOf(outcome) }),
    ),
  );
  const failed = assessment.unreachable.map((target) =>
    JSON.stringify({ schemaVersion: '1', type: 'unreachable', ...target }),
  );
  const summary = JSON.stringify({
    schemaVersion: '1',
    type: 'summary',
    generatedAt: assessment.generatedAt,
    totals: assessment.totals,
    notes: assessment.notes,
  });
  return `${[...lines, ...failed, summary].join('\n')}\n`;
}

/** The outcome with each fix also as the text that people read. */
function dataOf(outcome: Outcome): object {
  return { ...outcome, fix: outcome.fix.map((change) => ({ ...change, text: printChange(change) })) };
}
