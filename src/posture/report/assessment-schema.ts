/** The published contract of the JSON report. `schemas/assessment.schema.json` is printed from it. */

import { z } from 'zod';
import { AREAS, SEVERITIES } from '../check.ts';

const severity = z.enum(SEVERITIES);
const count = z.int().min(0);

const totals = z.strictObject({
  pass: count,
  fail: count,
  manual: count,
  notApplicable: count,
  unknown: count,
  waived: count,
  all: count.describe('The sum of the six before.'),
  failBySeverity: z.strictObject({ critical: count, high: count, medium: count, low: count, info: count }),
});

const provenance = z
  .looseObject({ kind: z.enum(['command', 'file', 'default', 'probe', 'host']) })
  .describe('Where it was seen: a command on a node, a file and line, a default, a probe, or the host.');

const outcome = z.strictObject({
  checkId: z.string().regex(/^[A-Z]+-[0-9]{3}$/),
  area: z.enum(AREAS),
  title: z.string(),
  subject: z.string(),
  status: z.enum(['pass', 'fail', 'manual', 'not-applicable', 'unknown', 'waived']),
  severity,
  severityBecause: z.string().optional(),
  underlying: z
    .enum(['fail', 'manual', 'unknown'])
    .optional()
    .describe('What the check said before the waiver.'),
  evidence: z.array(z.strictObject({ text: z.string(), from: provenance.optional() })),
  risk: z.string().optional(),
  fix: z.array(z.looseObject({ kind: z.string(), text: z.string() })),
  why: z.string().optional(),
  look: z.string().optional().describe('Where to find the answer instead.'),
  reason: z
    .enum(['denied', 'missing', 'blocked', 'not-asked', 'unreachable', 'failed'])
    .optional()
    .describe('Why the fact is missing; not-asked is what this source can never tell.'),
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .describe('Stable across runs: check and subject.'),
  waiver: z.strictObject({ reason: z.string(), owner: z.string(), expires: z.string() }).optional(),
  baseline: z.enum(['new', 'unchanged']).optional(),
});

const target = z.strictObject({
  subject: z.string(),
  origin: z.enum(['live', 'files']),
  server: z.string(),
  mode: z.string(),
  login: z.string(),
  transport: z.string(),
  request: z.looseObject({ level: z.string(), exposure: z.string(), frameworks: z.array(z.string()) }),
  durationMs: z.number().min(0),
  outcomes: z.array(outcome),
  totals,
  fixed: z.array(z.strictObject({ checkId: z.string(), fingerprint: z.string(), title: z.string() })),
});

export const assessmentSchema = z.strictObject({
  schemaVersion: z.literal('1'),
  tool: z.strictObject({ name: z.literal('wardis'), version: z.string() }),
  generatedAt: z.string().describe('ISO 8601 UTC.'),
  advisoriesAsOf: z.string(),
  targets: z.array(target),
  unreachable: z.array(
    z.strictObject({ subject: z.string(), code: z.string(), message: z.string(), next: z.string() }),
  ),
  totals,
  notes: z.array(z.string()),
});

/** The contract as JSON Schema, draft 2020-12. */
export function assessmentJsonSchema(): object {
  return { title: 'Assessment by wardis audit', ...z.toJSONSchema(assessmentSchema) };
}
