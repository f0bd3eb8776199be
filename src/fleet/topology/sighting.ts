/**
 * The words of discovery: a *call* is a node to be asked, a *witness* is a node that answered, and a *sighting* is what
 * a witness says of another node.
 */

import type { FleetError, FleetErrorCode } from '../fleet-error.ts';
import type { Target } from '../target.ts';
import type { FleetNode } from '../topology.ts';
import type { AnnouncedAddress } from './announced-address.ts';

export type NodeMode = 'data' | 'cluster' | 'sentinel';

/** What a witness says of another node. */
export interface Sighting {
  /** `id` of the witness. */
  readonly by: string;
  /** How the witness is reached from here. */
  readonly vantage: 'loopback' | 'remote';
  readonly mode: NodeMode;
  /** Best first; empty when none is known. */
  readonly addresses: readonly AnnouncedAddress[];
  /** run_id, cluster node id, or a Sentinel's own id. */
  readonly identity: string | undefined;
  readonly role: FleetNode['role'];
  /** The primary that it follows: by identity in a cluster, else by announced address. */
  readonly follows: string | undefined;
  readonly group: string | undefined;
  readonly flags: readonly string[];
}

/** A node that is to be asked. */
export interface Call {
  /** Tried one after another. */
  readonly targets: readonly [Target, ...Target[]];
  /** Failures after which the next target is tried. */
  readonly nextOn: ReadonlySet<FleetErrorCode>;
  /** `unknown`: a seed. */
  readonly expect: NodeMode | 'unknown';
  /** Ask for the whole of CLUSTER NODES; otherwise for the node's own id only. */
  readonly view: 'whole' | 'own';
  /** Groups that a Sentinel is asked about in the first pipeline. */
  readonly groups: readonly string[];
  /** Ask a primary whether Sentinels listen to it. */
  readonly watchers: 'ask' | 'leave-out';
}

/** A node that answered. */
export interface Witness {
  readonly target: Target;
  readonly mode: NodeMode;
  readonly role: FleetNode['role'];
  /** INFO run_id; undefined where INFO is withheld. */
  readonly runId: string | undefined;
  /** Its own id in a cluster or among Sentinels; else `runId`. */
  readonly identity: string | undefined;
  /** Announced address of the primary that it follows. */
  readonly follows: string | undefined;
  readonly sightings: readonly Sighting[];
  /** Ids of the nodes that its CLUSTER NODES names, itself included; undefined when it was not asked for them. */
  readonly view: ReadonlySet<string> | undefined;
  /** Sentinels that listen to this primary; undefined when it was not asked. */
  readonly watchers: number | undefined;
  readonly roundTrips: number;
  readonly notes: readonly string[];
}

/** How a call went. */
export type Visit =
  | { readonly call: Call; readonly ok: true; readonly witness: Witness }
  | { readonly call: Call; readonly ok: false; readonly error: FleetError };
