/**
 * Where a rotation stands, as the nodes themselves say: who has the new password, who still has the old ones. Two
 * passwords on a user are a rotation in progress, whether this state folder knows of it or not. Pure.
 */

import { hashPassword } from '../../acl/index.ts';
import { userOf } from './refusal.ts';
import type { RotationFacts } from './request.ts';
import { isRead, isSentinel, type RotationNode } from './rotation-node.ts';

export interface NodePasswords {
  readonly node: string;
  readonly role: RotationNode['node']['role'];
  /** `absent`: the user is not there. `unread`: the node could not be asked. */
  readonly holds: 'old' | 'both' | 'new' | 'neither' | 'absent' | 'unread';
  /** Passwords of the user there; 0 where not known. */
  readonly passwords: number;
}

export interface RotationStatus {
  readonly user: string;
  readonly phase:
    /** One password everywhere, and no run is open. */
    | 'none'
    /** Somebody gave it a second password, not from here. */
    | 'elsewhere'
    /** The new one is not on every node yet. */
    | 'adding'
    /** Both are good everywhere: clients move over. */
    | 'waiting'
    /** The old one is gone from some nodes. */
    | 'removing'
    | 'finished';
  readonly nodes: readonly NodePasswords[];
}

/** `facts` of the run that is open; undefined: none is. */
export function readStatus(
  user: string,
  nodes: readonly RotationNode[],
  facts: Pick<RotationFacts, 'newSecret' | 'oldHashes'> | undefined,
): RotationStatus {
  const seen = nodes
    .map((node) => readPasswords(user, node, facts))
    // Sentinels have users of their own: one that does not have this user is no part of it.
    .filter(({ holds, role }) => holds !== 'absent' || role !== 'sentinel');
  return { user, phase: phaseOf(seen, facts !== undefined), nodes: seen };
}

function readPasswords(
  user: string,
  node: RotationNode,
  facts: Pick<RotationFacts, 'newSecret' | 'oldHashes'> | undefined,
): NodePasswords {
  const place = { node: node.node.id, role: node.node.role };
  if (!isRead(node) || (!node.state.users.known && !isSentinel(node))) {
    return { ...place, holds: 'unread', passwords: 0 };
  }
  const held = userOf(node, user)?.passwords;
  if (held === undefined) return { ...place, holds: 'absent', passwords: 0 };
  const passwords = held.length;
  if (facts === undefined) return { ...place, holds: passwords > 1 ? 'both' : 'old', passwords };
  const isNew = held.includes(hashPassword(facts.newSecret.reveal()));
  const isOld = facts.oldHashes.some((hash) => held.includes(hash.reveal()));
  return { ...place, holds: isNew ? (isOld ? 'both' : 'new') : isOld ? 'old' : 'neither', passwords };
}

function phaseOf(nodes: readonly NodePasswords[], isOurs: boolean): RotationStatus['phase'] {
  const are = (...holds: readonly NodePasswords['holds'][]): boolean =>
    nodes.every((node) => holds.includes(node.holds));
  const any = (...holds: readonly NodePasswords['holds'][]): boolean =>
    nodes.some((node) => holds.includes(node.holds));
  if (!isOurs) return any('both') ? 'elsewhere' : 'none';
  if (are('new')) return 'finished';
  if (any('new')) return 'removing';
  return are('both') ? 'waiting' : 'adding';
}
