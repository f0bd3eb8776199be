/** The assessment as data: one document, or one line per outcome. `schemas/assessment.schema.json` is the contract. */

import { printChange } from '../../policy/index.ts';
import type { Assessment, Outcome } from '../outcome.ts';
import { printSafeJson } from './safe-text.ts';

/** One JSON document. */
export function printJson(assessment: Assessment): string {
  const targets = assessment.targets.map((target) => ({ ...target, outcomes: target.outcomes.map(dataOf) }));
  return `${printSafeJson({ ...assessment, targets }, 2)}\n`;
}

/** One JSON object per outcome, then one summary object. */
export function printNdjson(assessment: Assessment): string {
  const lines = assessment.targets.flatMap((target) =>
    target.outcomes.map((outcome) =>
      printSafeJson({ schemaVersion: '1', type: 'outcome', server: target.server, ...dataOf(outcome) }, 0),
    ),
  );
  const failed = assessment.unreachable.map((target) =>
    printSafeJson({ schemaVersion: '1', type: 'unreachable', ...target }, 0),
  );
  const fixed = assessment.targets.flatMap((target) =>
    target.fixed.map((gone) =>
      printSafeJson({ schemaVersion: '1', type: 'fixed', subject: target.subject, ...gone }, 0),
    ),
  );
  const summary = {
    schemaVersion: '1',
    type: 'summary',
    tool: assessment.tool,
    generatedAt: assessment.generatedAt,
    advisoriesAsOf: assessment.advisoriesAsOf,
    servers: assessment.targets.length,
    unreachable: assessment.unreachable.length,
    totals: assessment.totals,
    notes: assessment.notes,
  };
  return `${[...lines, ...fixed, ...failed, printSafeJson(summary, 0)].join('\n')}\n`;
}

/** The outcome with each fix also as the text that people read. */
function dataOf(outcome: Outcome): object {
  return { ...outcome, fix: outcome.fix.map((change) => ({ ...change, text: printChange(change) })) };
}
