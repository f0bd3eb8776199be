/** A plan as JSON and back. A plan file shows what was agreed to; steps are made anew from the live nodes. */

import { printSafeJson } from '../../text/index.ts';
import type { Difference, NodePlan, Plan } from '../plan.ts';
import { identityOfDifference, summarizePlan } from './summary.ts';

/** What reading gave: the plan, or why the text is none. */
export type ParsedPlan =
  { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly problem: string };

/** Longer text is no plan. */
export const PLAN_BYTES_MAX = 256 * 1024 * 1024;

/** Differences stand once, and nodes name them by their place: nodes of a fleet mostly differ alike. */
export function printPlan(plan: Plan): string {
  const { madeAt, fleet, kind, revision, nodes, unreadable, refusals, warnings, notes } = plan;
  const places = new Map<string, number>();
  const differences: object[] = [];
  const placeOf = (difference: Difference): number => {
    const sessions = difference.kind === 'remove-user' ? `${difference.sessions} ` : '';
    const key = `${sessions}${identityOfDifference(difference)}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, differences.length);
    return differences.push(writeDifference(difference)) - 1;
  };
  const written = nodes.map((node) => ({
    ...node,
    marker: node.marker ?? null,
    differences: node.differences.map(placeOf),
  }));
  const document = {
    schemaVersion: '1',
    madeAt,
    fleet: fleet ?? null,
    kind,
    revision,
    summary: summarizePlan(plan),
    differences,
    nodes: written,
    unreadable,
    refusals,
    warnings,
    notes,
  };
  return `${printSafeJson(document, 2)}\n`;
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
  const { schemaVersion: _version, summary: _summary, differences: written, ...rest } = parsed.data;
  const differences = written.map(readDifference);
  const nodes: NodePlan[] = [];
  for (const { marker, differences: places, ...node } of rest.nodes) {
    const found = places.map((place) => differences[place]).filter((each) => each !== undefined);
    if (found.length < places.length)
      return { ok: false, problem: `node ${node.node} names a difference that is not there` };
    nodes.push({ ...node, marker: marker ?? undefined, differences: found });
  }
  return { ok: true, plan: { ...rest, fleet: rest.fleet ?? undefined, nodes } as Plan };
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

/** The schema has checked every kind. */
function readDifference(written: object): Difference {
  const entries = Object.entries(written).map(([key, value]: [string, unknown]) => [key, value ?? undefined]);
  return Object.fromEntries(entries) as Difference;
}
