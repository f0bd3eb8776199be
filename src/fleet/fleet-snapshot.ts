/**
 * Snapshots of many servers: a bounded number at a time, one failure per server, order kept. Nodes share their
 * command tables, so that a thousand of them fit in memory.
 */

import { CONCURRENCY_DEFAULT, forEachAtOnce } from './at-once.ts';
import { FleetError } from './fleet-error.ts';
import { snapshotLive, type LiveOptions } from './live-snapshot.ts';
import { createSharedFacts } from './shared-facts.ts';
import type { Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';

export type NodeResult =
  | { readonly target: Target; readonly ok: true; readonly snapshot: Snapshot }
  | { readonly target: Target; readonly ok: false; readonly error: FleetError };

export interface FleetOptions extends LiveOptions {
  /** 1 to 256; default 16. */
  readonly concurrency?: number;
  /** Called after each server, in the order in which they finish. */
  readonly onProgress?: (done: number, total: number, last: NodeResult) => void;
}

/** One result per target, in the order of the targets. Rejects only on a bug. */
export async function snapshotAll(
  targets: readonly Target[],
  options: FleetOptions = {},
): Promise<readonly NodeResult[]> {
  const results: NodeResult[] = [];
  await snapshotEach(targets, options, (result, place) => {
    results[place] = result;
  });
  return results;
}

/**
 * Each result as soon as it is there, with the place of its target in `targets`; nothing is kept, so that a fleet of
 * any size takes the memory of the servers that are asked at the same time. Rejects only on a bug.
 */
export async function snapshotEach(
  targets: readonly Target[],
  options: FleetOptions,
  onResult: (result: NodeResult, place: number) => void,
): Promise<void> {
  const { concurrency = CONCURRENCY_DEFAULT, onProgress, ...live } = options;
  const shared = live.shared ?? createSharedFacts();
  let done = 0;
  await forEachAtOnce(targets, concurrency, async (target, place) => {
    const result = await snapshotOne(target, { ...live, shared });
    onResult(result, place);
    done += 1;
    onProgress?.(done, targets.length, result);
  });
}

async function snapshotOne(target: Target, options: LiveOptions): Promise<NodeResult> {
  try {
    return { target, ok: true, snapshot: await snapshotLive(target, options) };
  } catch (error) {
    if (error instanceof FleetError) return { target, ok: false, error };
    throw error;
  }
}
