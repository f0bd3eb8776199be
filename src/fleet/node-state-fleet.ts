/**
 * The states of many nodes: a bounded number at a time, one failure per node, each handed over as soon as it is there,
 * so that whoever keeps less than the whole state needs no memory for the fleet.
 */

import { CONCURRENCY_DEFAULT, forEachAtOnce } from './at-once.ts';
import { FleetError } from './fleet-error.ts';
import { readNodeState, type NodeStateOptions } from './node-state-live.ts';
import type { NodeState } from './node-state.ts';
import { createSharedFacts } from './shared-facts.ts';
import type { FleetNode } from './topology.ts';

/** As much of a node as reading its state takes. */
export type NodeAddress = Pick<FleetNode, 'id' | 'target' | 'role' | 'reachable'>;

export type NodeStateResult =
  | { readonly node: string; readonly ok: true; readonly state: NodeState }
  | { readonly node: string; readonly ok: false; readonly error: FleetError };

export interface NodeStatesOptions extends Omit<NodeStateOptions, 'node' | 'expect'> {
  /** 1 to 256; default 16. */
  readonly concurrency?: number;
  /** Called after each node, in the order in which they finish. */
  readonly onProgress?: (done: number, total: number, last: NodeStateResult) => void;
}

/**
 * A node that answered just now and is late with this is busy, most often with us. Seen on real servers: Redis 7.0.15
 * takes 2 ms a user, one by one, for the first ACL LIST since the users changed, and answers the next one at once.
 */
const BUSY_RETRIES_MAX = 1;

/** One result per node, in the order of the nodes. Rejects only on a bug. */
export async function readNodeStates(
  nodes: readonly NodeAddress[],
  options: NodeStatesOptions = {},
): Promise<readonly NodeStateResult[]> {
  const results: NodeStateResult[] = [];
  await readEachNodeState(nodes, options, (result, place) => {
    results[place] = result;
  });
  return results;
}

/** Each result as soon as it is there, with its place in `nodes`; nothing is kept. Rejects only on a bug. */
export async function readEachNodeState(
  nodes: readonly NodeAddress[],
  options: NodeStatesOptions,
  onResult: (result: NodeStateResult, place: number) => void,
): Promise<void> {
  const { concurrency = CONCURRENCY_DEFAULT, onProgress, ...live } = options;
  const shared = live.shared ?? createSharedFacts();
  let done = 0;
  await forEachAtOnce(nodes, concurrency, async (node, place) => {
    const result = await readOne(node, { ...live, shared });
    onResult(result, place);
    done += 1;
    onProgress?.(done, nodes.length, result);
  });
}

/** A node that did not answer before is tried again: it may be back. Refused credentials are not sent a second time. */
async function readOne(node: NodeAddress, options: NodeStateOptions): Promise<NodeStateResult> {
  const { id, target, role, reachable } = node;
  if (reachable === 'unasked') {
    const error = new FleetError('unreachable', id, `no address is known for ${id}`);
    return { node: id, ok: false, error };
  }
  if (reachable !== 'yes' && (reachable.code === 'wrongpass' || reachable.code === 'noauth')) {
    return { node: id, ok: false, error: reachable };
  }
  for (let tries = 0; ; tries += 1) {
    try {
      const expect = role === 'sentinel' ? 'sentinel' : 'data';
      return { node: id, ok: true, state: await readNodeState(target, { ...options, node: id, expect }) };
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      const isBusy = error.code === 'timeout' && reachable === 'yes' && tries < BUSY_RETRIES_MAX;
      if (!isBusy) return { node: id, ok: false, error };
    }
  }
}
