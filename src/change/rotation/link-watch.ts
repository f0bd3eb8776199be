/** Counting sessions with the links of replicas sorted: for that the other end of each link is asked as well. */

import type { WaitOutcome } from './ports.ts';
import { watchOf, type Progress } from './progress.ts';
import { sortLinks } from './replica-links.ts';
import type { RotationNode } from './rotation-node.ts';
import { countAll, viewAll } from './session-watch.ts';

/** A replica that is about to link again shows its side a moment later. */
const TRIES_MAX = 8;
const TRY_MS = 500;

/** `nodes`: everybody who may have a link, also those without the new password. */
export async function countLinks(
  progress: Progress,
  nodes: readonly Pick<RotationNode, 'node'>[],
): Promise<Pick<WaitOutcome, 'counts' | 'unseen'>> {
  const watch = watchOf(progress);
  const ids = new Set([
    ...progress.journal.run.nodes.filter(({ role }) => role !== 'sentinel').map(({ id }) => id),
    ...nodes.filter(({ node }) => node.role !== 'sentinel').map(({ node }) => node.id),
  ]);
  for (let tries = 1; ; tries += 1) {
    const { counts, unseen } = await countAll(watch, progress.record().marks ?? []);
    const { views, away } = await viewAll(watch, [...ids]);
    const sorted = sortLinks(counts, views, away);
    const isOpen = away.length === 0 && sorted.some(({ unsure }) => unsure.length > 0);
    if (!isOpen || tries >= TRIES_MAX) return { counts: sorted, unseen };
    await watch.sleep(TRY_MS);
  }
}
