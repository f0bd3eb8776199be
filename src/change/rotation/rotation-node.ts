/**
 * What a rotation knows of one node: its state, and for a Sentinel what it logs in to the other Sentinels with, which
 * `SENTINEL CONFIG GET` shows from 6.2 on (seen on Redis 7.0.15 and Valkey 9.1.2; 6.0 has no such command).
 */

import type { Secret } from '../../conf/index.ts';
import type { FleetError, FleetNode, NodeState } from '../../fleet/index.ts';

/** A node and everything that was read of it. */
export interface RotationNode {
  readonly node: Pick<FleetNode, 'id' | 'role' | 'primary' | 'group'>;
  /** The error where it could not be read: the node counts, and is pending. */
  readonly state: NodeState | FleetError | 'unasked';
  /** Only of a Sentinel that answered. */
  readonly sentinel?: SentinelLogin;
}

/** What a Sentinel itself logs in with. */
export interface SentinelLogin {
  /** Names of the groups that it watches. */
  readonly groups: readonly string[];
  /** What it says to other Sentinels; undefined where it does not show it. */
  readonly peer: { readonly user: string; readonly password: Secret } | undefined;
}

/** A node that answered. */
export interface ReadNode extends RotationNode {
  readonly state: NodeState;
}

export function isRead(node: RotationNode): node is ReadNode {
  return node.state !== 'unasked' && 'takenAt' in node.state;
}

export function isSentinel({ node }: RotationNode): boolean {
  return node.role === 'sentinel';
}
