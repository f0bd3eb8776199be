/** A plan as JSON and back. A plan file shows what was agreed to; steps are made anew from the live nodes. */

import { printSafeJson } from '../../text/index.ts';
import type { Difference, NodePlan, Plan } from '../plan.ts';
import { summarizePlan } from './summary.ts';

/** What reading gave: the plan, or why the text is none. */
export type ParsedPlan =
  { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly problem: string };

/** Longer text is no plan. */
export const PLAN_BYTES_MAX = 256 * 1024 * 1024;

export function printPlan(plan: Plan): string {
  const { madeAt, fleet, kind, revision, nodes, unreadable, refusals, warnings, notes } = plan;
  const summary = summarizePlan(plan);
  return `${printSafeJson(
    {
      schemaVersion: '1',
      madeAt,
      fleet: fleet ?? null,
      kind,
      revision,
      summary,
      nodes: nodes.map((node) => ({
        ...node,
        marker: node.marker ?? null,
        differences: node.differences.map(writeDifference),
      })),
      unreadable,
      refusals,
      warnings,
      notes,
    },
    2,
  )}\n`;
}

/** Reads a plan file. */
export async function parsePlan(input: string): Promise<ParsedPlan> {
  if (input.length > PLAN_BYTES_MAX) return { ok: false, problem: 'it is longer than any plan' };
  let data: unknown;
  try {
    data = JSON.parse(input);
  } catch {
    return { ok: false, problem: 'it is not JSON' };
  }
  // The schema is slow to load, and most commands read no plan.
  const { planSchema } = await import('./plan-schema.ts');
  const parsed = planSchema.safeParse(data);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    return { ok: false, problem: `${where === '' ? 'its shape' : where} is not as wardis plan writes it` };
  }
  const { fleet, nodes, schemaVersion: _version, summary: _summary, ...rest } = parsed.data;
  const plan = {
    ...rest,
    fleet: fleet ?? undefined,
    nodes: nodes.map(({ marker, differences, ...node }): NodePlan => ({
      ...node,
      marker: marker ?? undefined,
      differences: differences.map(
        (each) =>
          Object.fromEntries(
            Object.entries(each).map(([key, value]) => [key, value ?? undefined]),
          ) as unknown as Difference,
      ),
    })),
  };
  return { ok: true, plan: plan as Plan };
}

/** Settings that are secret, and markers that are not there, are null. */
function writeDifference(difference: Difference): object {
  switch (difference.kind) {
    case 'setting':
      return { ...difference, from: difference.from ?? null, to: difference.to ?? null };
    case 'revision':
      return { ...difference, from: difference.from ?? null };
    case 'add-user':
    case 'change-user':
    case 'remove-user':
    case 'persistence':
      return difference;
  }
}
