/** Whose connections are ended. Ourselves and the links of servers are left alone, the latter unless they are asked for. Pure. */

import { namesOf, type InventoryEntry } from '../../pki/index.ts';
import type { ClientSight } from './reconnect-sight.ts';

export type ReconnectWhom =
  | { readonly kind: 'all' }
  | { readonly kind: 'user'; readonly user: string }
  /** A name, serial number or fingerprint of a certificate, or the user of that name. */
  | { readonly kind: 'name'; readonly name: string }
  /** `10.0.1.7` or `10.0.1.7:51234`. */
  | { readonly kind: 'address'; readonly address: string }
  /** Ids of CLIENT LIST; of one node only, since each node counts for itself. */
  | { readonly kind: 'ids'; readonly ids: readonly string[] };

export interface ReconnectChoice {
  readonly chosen: readonly ClientSight[];
  /** Links of servers that would have been chosen. */
  readonly linksLeft: number;
}

/** Of connections in plaintext and by unix socket none is chosen: there is no handshake to make anew. */
export function chooseClients(
  sights: readonly ClientSight[],
  whom: ReconnectWhom,
  links: 'leave' | 'include',
): ReconnectChoice {
  const wanted = sights.filter(
    (sight) =>
      sight.link !== 'ourselves' &&
      // The other end of it is the client.
      sight.link !== 'primary' &&
      (sight.transport === 'tls' || sight.transport === 'unknown') &&
      isWanted(sight, whom),
  );
  const clients = wanted.filter(({ link }) => link === 'none');
  return links === 'include'
    ? { chosen: wanted, linksLeft: 0 }
    : { chosen: clients, linksLeft: wanted.length - clients.length };
}

function isWanted({ session, certificate }: ClientSight, whom: ReconnectWhom): boolean {
  switch (whom.kind) {
    case 'all':
      return true;
    case 'user':
      return session.user === whom.user;
    case 'name':
      if (session.user === whom.name) return true;
      return (
        certificate.kind === 'matched' && certificate.entries.some((entry) => isCalled(entry, whom.name))
      );
    case 'address':
      return session.address === whom.address || session.address.replace(/:\d+$/, '') === whom.address;
    case 'ids':
      return whom.ids.includes(session.id);
  }
}

function isCalled(entry: InventoryEntry, name: string): boolean {
  const digits = name.replaceAll(':', '').toLowerCase();
  return (
    namesOf(entry).includes(name) ||
    entry.subject === name ||
    entry.serial.toLowerCase() === digits ||
    entry.fingerprintSha256 === digits
  );
}
