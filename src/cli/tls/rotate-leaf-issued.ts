/** Fresh certificates for nodes where it was decided already that they get them, as a timer does: checked, issued, rotated. */

import type { LeafObjection } from '../../change/index.ts';
import type { Topology } from '../../fleet/index.ts';
import type { AuthorityHandle } from '../../pki/index.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import type { CommandContext } from '../context.ts';
import { planLeaves, type LeafPlan } from './rotate-leaf-plan.ts';
import { executeLeafRun, type LeafRunEnd } from './rotate-leaf-run.ts';
import { lookAtLeaves } from './rotate-leaf-scene.ts';
import { issuePairs } from './rotate-leaf-source.ts';

export interface IssuedRotationRequest {
  readonly authority: AuthorityHandle;
  readonly days: number;
  /** Ids; those that share their files with a node among them must be named too. Empty: every node. */
  readonly nodes: readonly string[];
  readonly canary?: string;
  readonly noise: 'progress' | 'silent';
}

export type IssuedRotation =
  | { readonly kind: 'ran'; readonly end: LeafRunEnd; readonly plan: LeafPlan }
  /** Nothing was touched. */
  | { readonly kind: 'refused'; readonly objections: readonly LeafObjection[]; readonly plan: LeafPlan };

/** Asks nobody. Throws a `CommandFailure` or a `ChangeError`. */
export async function rotateIssued(
  entry: FleetEntry,
  topology: Topology,
  request: IssuedRotationRequest,
  context: CommandContext,
): Promise<IssuedRotation> {
  const { authority, days, nodes, canary, noise } = request;
  const quiet = noise === 'silent';
  const scene = await lookAtLeaves(entry, topology, { node: nodes, quiet }, context);
  const source = { kind: 'issue', authority, days } as const;
  const about = { canary, now: context.now() };
  const before = await planLeaves(scene, source, about);
  if (isRefused(before)) return { kind: 'refused', objections: refusalsOf(before), plan: before };
  const pairs = await issuePairs(scene.reading.sights, source);
  const plan = await planLeaves(scene, { kind: 'pairs', files: 'place', pairs }, about);
  if (isRefused(plan)) return { kind: 'refused', objections: refusalsOf(plan), plan };
  const end = await executeLeafRun(plan, { entry, topology, flags: { quiet } }, context);
  return { kind: 'ran', end, plan };
}

export function isRefused(plan: LeafPlan): boolean {
  return refusalsOf(plan).length > 0;
}

function refusalsOf({ objections }: LeafPlan): readonly LeafObjection[] {
  return objections.filter(({ severity }) => severity === 'refused');
}
