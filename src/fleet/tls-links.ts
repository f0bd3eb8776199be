/**
 * How the nodes of a cluster see their links to one another: CLUSTER NODES of each, whose last column but the slots says
 * whether the link to that node is connected. It is the one place where the state of the bus shows. Read-only.
 */

import { CONCURRENCY_DEFAULT, forEachAtOnce } from './at-once.ts';
import { openConnection, type ConnectionLimits } from './connection.ts';
import { FleetError } from './fleet-error.ts';
import { readCluster } from './topology-replies.ts';
import type { FleetNode } from './topology.ts';

/** What one node says of its link to another. */
export interface BusLink {
  /** `id` of the node that says it. */
  readonly from: string;
  /** `id` of the other, as far as it is among the nodes. */
  readonly to: string;
  readonly state: 'up' | 'down';
}

export interface BusLinkOptions {
  readonly limits?: ConnectionLimits;
  /** Nodes at the same time, 1 to 256; default 16. */
  readonly concurrency?: number;
}

/** Every pair that some node speaks of; a node that cannot be asked says nothing. Rejects only on a bug. */
export async function readBusLinks(
  nodes: readonly FleetNode[],
  options: BusLinkOptions = {},
): Promise<readonly BusLink[]> {
  const asked = nodes.filter(({ reachable, role }) => reachable === 'yes' && role !== 'sentinel');
  const byIdentity = new Map(
    nodes.flatMap(({ id, identity }) => (identity === undefined ? [] : [[identity, id]])),
  );
  const found: BusLink[][] = [];
  await forEachAtOnce(asked, options.concurrency ?? CONCURRENCY_DEFAULT, async (node, place) => {
    found[place] = (await readOwn(node, options.limits)).flatMap(({ id, flags, linkUp }) => {
      const to = byIdentity.get(id);
      if (to === undefined || to === node.id || flags.includes('myself')) return [];
      return [{ from: node.id, to, state: linkUp ? ('up' as const) : ('down' as const) }];
    });
  });
  return found.flat();
}

type Entry = NonNullable<ReturnType<typeof readCluster>>['nodes'][number];

async function readOwn(node: FleetNode, limits: ConnectionLimits | undefined): Promise<readonly Entry[]> {
  try {
    const connection = await openConnection(node.target, limits);
    try {
      const [reply = null] = await connection.send([['CLUSTER', 'NODES']]);
      return readCluster(undefined, reply)?.nodes ?? [];
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof FleetError) return [];
    throw error;
  }
}
