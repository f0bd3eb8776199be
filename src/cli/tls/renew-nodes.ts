/** Certificates of nodes that are due: rotated as `tls rotate leaf` does it, with its checks, canary, proof and undo. */

import type { DueCertificate, LeafSight } from '../../change/index.ts';
import { safeText } from '../../text/index.ts';
import type { Secret } from '../../conf/index.ts';
import type { Topology } from '../../fleet/index.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import type { CommandContext } from '../context.ts';
import { LEAF_DAYS_MAX, openAuthority } from '../../pki/index.ts';
import { findNodesByPins } from './expired-nodes.ts';
import { planLeaves } from './rotate-leaf-plan.ts';
import { executeLeafRun } from './rotate-leaf-run.ts';
import { lookAtLeaves, type LeafScene } from './rotate-leaf-scene.ts';
import { issuePairs, type LeafSource } from './rotate-leaf-source.ts';
import type { Renewal } from './renew-scene.ts';
import type { RenewalResult } from './renew-show.ts';

const DAY_MS = 86_400_000;

/** Nodes whose certificates live equally long go together. */
export async function renewNodes(
  due: readonly DueCertificate[],
  renewal: Renewal,
  passphrase: Secret | undefined,
  context: CommandContext,
): Promise<readonly RenewalResult[]> {
  const wanted = due.filter(({ way }) => way.kind === 'node');
  const groups = new Map<number, DueCertificate[]>();
  for (const each of wanted) {
    const days = daysOf(each);
    groups.set(days, [...(groups.get(days) ?? []), each]);
  }
  const results: RenewalResult[] = [];
  for (const [days, group] of groups) {
    results.push(...(await renewGroup(group, days, renewal, passphrase, context)));
  }
  return results;
}

async function renewGroup(
  group: readonly DueCertificate[],
  days: number,
  { entry: asked, stateFolder }: Renewal,
  passphrase: Secret | undefined,
  context: CommandContext,
): Promise<readonly RenewalResult[]> {
  if (asked === undefined) return [];
  const left = (detail: string): readonly RenewalResult[] =>
    group.map((due) => ({ due, outcome: 'left', detail }));
  const { entry, topology } = await findNodesByPins(asked, context.now());
  const node = group.flatMap((each) => each.node ?? []);
  const seen = await lookAtLeaves(entry, topology, { node, quiet: true }, context);
  const scene = withoutNewNames(seen, entry, topology);
  const authority = await openAuthority(stateFolder, { passphrase, now: context.now });
  const source: Extract<LeafSource, { readonly kind: 'issue' }> = { kind: 'issue', authority, days };
  const about = { canary: undefined, now: context.now() };
  const draft = refusalsOf(await planLeaves(scene, source, about));
  if (draft !== undefined) return left(draft);
  const pairs = await issuePairs(scene.reading.sights, source);
  const plan = await planLeaves(scene, { kind: 'pairs', files: 'place', pairs }, about);
  const refused = refusalsOf(plan);
  if (refused !== undefined) return left(refused);
  const { report } = await executeLeafRun(plan, { entry, topology, flags: { quiet: true } }, context);
  const reached = new Set(scene.reading.sights.map(({ node: { id } }: LeafSight) => id));
  return group.map((due): RenewalResult => {
    const steps = report.steps.filter(({ step }) => step.node === due.node);
    const open = steps.find(({ state }) => state !== 'done' && state !== 'unneeded');
    if (
      open === undefined &&
      report.outcome !== 'undone' &&
      due.node !== undefined &&
      reached.has(due.node)
    ) {
      return { due, outcome: 'renewed', detail: `run ${report.run.id}` };
    }
    const why = open?.detail ?? report.outcome;
    return { due, outcome: 'left', detail: safeText(`run ${report.run.id}, ${report.outcome}: ${why}`) };
  });
}

/**
 * Nobody looks at the plan: an address at which a node is dialled because other nodes said so is their word, and only
 * what the policy names is ours.
 */
function withoutNewNames(scene: LeafScene, { seeds, sentinels }: FleetEntry, { nodes }: Topology): LeafScene {
  const placeOf = ({ endpoint }: (typeof seeds)[number]): string =>
    endpoint.kind === 'tcp' ? JSON.stringify([endpoint.host, endpoint.port]) : '';
  const ours = new Set([...seeds, ...sentinels].map(placeOf));
  const named = new Set(nodes.filter(({ target }) => ours.has(placeOf(target))).map(({ id }) => id));
  const sights = scene.reading.sights.map((sight): LeafSight => ({
    ...sight,
    told: sight.told.map((each) =>
      each.from === 'dialled' && !named.has(sight.node.id) ? { ...each, from: 'told' } : each,
    ),
  }));
  return { ...scene, reading: { ...scene.reading, sights } };
}

function refusalsOf({ objections }: Awaited<ReturnType<typeof planLeaves>>): string | undefined {
  // A wider use needs somebody who sees it, like a wider choice of names.
  const refused = objections.filter(({ severity, code }) => severity === 'refused' || code === 'wider-usage');
  if (refused.length === 0) return undefined;
  return refused
    .slice(0, REASONS_SHOWN_MAX)
    .map(({ place, cause, next }) => `${place}: ${cause}${next === undefined ? '' : ` (${next})`}`)
    .join('; ');
}

const REASONS_SHOWN_MAX = 3;

/** As long as the old one was made for. */
function daysOf({ entry }: DueCertificate): number {
  if (entry === undefined) return 1;
  const days = Math.round((Date.parse(entry.notAfter) - Date.parse(entry.notBefore)) / DAY_MS);
  return Math.min(LEAF_DAYS_MAX, Math.max(1, days));
}
