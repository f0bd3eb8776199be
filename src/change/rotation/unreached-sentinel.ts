/**
 * Sentinels that log in as the user and are not among the nodes of the rotation: nobody would tell them the new secret.
 * Seen on Redis 7.0.15 and Valkey 9.1.2: seconds after the old one is gone they take every server for down, and nothing
 * fails over any more. CLIENT LIST of the servers shows each of them by the first eight digits of its id.
 */

import { isSentinels } from './sessions.ts';
import { isRead, isSentinel, type RotationNode } from './rotation-node.ts';

export interface UnreachedSentinels {
  /** Different Sentinels that are logged in as the user. */
  readonly watching: number;
  /** Sentinels that the rotation will tell, those that are away for now included: it waits for them. */
  readonly told: number;
  /** Servers where they are logged in. */
  readonly seenAt: readonly string[];
}

/** Undefined: every Sentinel that logs in as the user takes part. */
export function findUnreachedSentinels(
  user: string,
  nodes: readonly RotationNode[],
): UnreachedSentinels | undefined {
  const ids = new Set<string>();
  const seenAt = nodes.filter((node) => {
    if (!isRead(node) || isSentinel(node) || !node.state.clients.known) return false;
    const own = node.state.clients.value.filter((session) => session.user === user && isSentinels(session));
    for (const { name } of own) ids.add(name.slice('sentinel-'.length).slice(0, 8));
    return own.length > 0;
  });
  const told = nodes.filter((node) => isSentinel(node) && node.state !== 'unasked').length;
  return ids.size <= told
    ? undefined
    : { watching: ids.size, told, seenAt: seenAt.map(({ node }) => node.id) };
}
