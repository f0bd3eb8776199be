/**
 * Whose the replication links are. Anybody who may run PSYNC gets a link, names whatever port it likes by REPLCONF, and
 * goes on receiving every write when its password is gone. A link is one of ours where a node of the fleet shows the
 * other end of it: its own session to the primary has the flag `M` and, from 6.2 on, the address that it dials from as
 * `laddr`. Where nodes do not show that, the links must be as many as the replicas. Pure.
 */

import type { Session, SessionCount, SessionView } from './sessions.ts';

/** A link that belongs to no node of the fleet. */
export interface Stray {
  readonly node: string;
  readonly address: string;
}

/**
 * The counts with the links sorted: those of nodes stay `links` and bear their name, the others are `foreign`, or
 * `unsure` where somebody could not be asked, `unseen`, or does not show its side.
 */
export function sortLinks(
  counts: readonly SessionCount[],
  views: readonly SessionView[],
  unseen: readonly string[],
): readonly SessionCount[] {
  const owners = findOwners(views);
  const all = views.flatMap(({ sessions }) => sessions.filter(isLink));
  const placed = new Set(all.flatMap(({ address }) => owners.get(address) ?? []));
  const open = all.filter(({ address }) => !owners.has(address)).length;
  const silent = views.filter(({ node, link }) => link !== undefined && !placed.has(node));
  const everybody = unseen.length === 0;
  const areTheirs = everybody && silent.length === open && silent.every(({ link }) => link === 'up');
  const isSure = everybody && silent.length === 0;
  return counts.map((count) => {
    const named = [...count.links, ...count.foreign, ...count.unsure].map((session): Session => {
      const replica = owners.get(session.address);
      return replica === undefined ? session : { ...session, replica };
    });
    const isOpen = (session: Session): boolean => isLink(session) && !owners.has(session.address);
    const others = areTheirs ? [] : [...named, ...count.either].filter(isOpen);
    return {
      ...count,
      links: named.filter((session) => !others.includes(session)),
      either: count.either.filter((session) => !others.includes(session)),
      foreign: isSure ? others : [],
      unsure: isSure ? [] : others,
    };
  });
}

export function listStrays(
  counts: readonly SessionCount[],
  kind: 'foreign' | 'unsure',
): readonly (Stray & { readonly id: number })[] {
  return counts.flatMap((count) => count[kind].map(({ id, address }) => ({ node: count.node, address, id })));
}

/** Addresses that links come from, and the nodes that say so. */
function findOwners(views: readonly SessionView[]): ReadonlyMap<string, string> {
  return new Map(
    views
      .filter(({ link }) => link === 'up')
      .flatMap(({ node, sessions }) =>
        sessions.flatMap(({ flags, localAddress = '' }): readonly (readonly [string, string])[] =>
          flags.includes('M') && localAddress !== '' ? [[localAddress, node]] : [],
        ),
      ),
  );
}

function isLink({ flags }: Session): boolean {
  return flags.includes('S');
}
