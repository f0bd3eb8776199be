/**
 * The nodes of a fleet as they were found from its seeds. ACLs are local to a node: nothing about users travels on
 * replication links, the cluster bus or between Sentinels, so that every node here is a target of its own.
 */

import type { FleetError } from './fleet-error.ts';
import type { Target } from './target.ts';

/** How the nodes hang together. `replicated`: a primary and its replicas without Sentinels. */
export type TopologyKind = 'standalone' | 'replicated' | 'sentinel' | 'cluster';

/** One server or Sentinel. */
export interface FleetNode {
  /** What reports call it: the address that we dial, `10.0.0.5:6379`. Unique in a topology. */
  readonly id: string;
  readonly target: Target;
  readonly role: 'primary' | 'replica' | 'sentinel' | 'unknown';
  /** `id` of the primary that a replica follows, as far as it is a node of this topology. */
  readonly primary?: string;
  /** Name of the monitored primary for the nodes behind Sentinels. */
  readonly group?: string;
  /** run_id, or the node id of a cluster; the same server found by two addresses is one node. */
  readonly identity?: string;
  /** What the others say of it: `fail`, `fail?`, `noaddr`, `handshake`, `s_down`, `o_down`. */
  readonly flags: readonly string[];
  /** `unasked`: known from the others only, for example without an address. */
  readonly reachable: 'yes' | 'unasked' | FleetError;
}

export interface Topology {
  readonly kind: TopologyKind;
  /** Primaries first, then replicas, then Sentinels; by address within each. */
  readonly nodes: readonly FleetNode[];
  /** What could not be seen, and what a person should know, as sentences. */
  readonly notes: readonly string[];
}
