/**
 * A new secret of somebody's own that a server could not keep in a file. Seen on real servers: Sentinels write `auth-pass`
 * without quotes and do not start again with a blank or a quote in it (Redis 6.0.16 and 7.0.15).
 */

import type { Secret } from '../../conf/index.ts';
import type { RotationRefusal } from './refusal.ts';
import { isRead, isSentinel, type ReadNode, type RotationNode } from './rotation-node.ts';
import { findUse } from './user-use.ts';

const UNSAFE = /[\s"'\\\p{Cc}]/u;

/** Refused where Sentinels, replicas or a `requirepass` would have to keep it; empty: nothing speaks against it. */
export function refuseSecret(
  user: string,
  nodes: readonly RotationNode[],
  newSecret: Secret,
): readonly RotationRefusal[] {
  if (!UNSAFE.test(newSecret.reveal())) return [];
  const { watchedAs, peers, replication } = findUse(user, nodes);
  const sentinels = watchedAs.length > 0 ? nodes.filter(isSentinel) : peers;
  const required = user === 'default' ? nodes.filter(isRead).filter(hasRequirepass) : [];
  const where = [...new Set([...sentinels, ...replication, ...required].map(({ node }) => node.id))];
  if (where.length === 0) return [];
  return [
    {
      code: 'unsafe-secret',
      message: `${where.join(', ')}: the new secret has to stand in a file there, and a blank, quote, backslash or control character in it could keep the server from its next start.`,
      next: 'give another one, or none for a new one of 256 bits',
      override: 'never',
    },
  ];
}

function hasRequirepass({ state }: ReadNode): boolean {
  const held = state.secrets.get('requirepass');
  return held?.known === true && !held.value.isEmpty();
}
