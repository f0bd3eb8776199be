/**
 * A certificate that no user has the name of: servers do not tell who showed it, so that nobody of its name being
 * connected says nothing about it. Pure.
 */

import type { ReconnectChoice } from '../../change/index.ts';
import { namesOf, type InventoryEntry } from '../../pki/index.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import type { ClientFleet } from './clients-fleet.ts';
import type { ReconnectRequest } from './reconnect-request.ts';

const USERS_SHOWN_MAX = 8;

/** Throws a {@link CommandFailure} where nobody was chosen by name, and others may have the certificate all the same. */
export function refuseUnknowable(
  { whom }: ReconnectRequest,
  { chosen, linksLeft }: ReconnectChoice,
  fleet: Pick<ClientFleet, 'nodes' | 'sights' | 'inventory'>,
): void {
  if (whom.kind !== 'name' || chosen.length > 0 || linksLeft > 0) return;
  const others = fleet.sights.filter(
    ({ link, transport, certificate }) =>
      link === 'none' && transport !== 'plaintext' && transport !== 'unix' && certificate.kind !== 'none',
  );
  const names = namesAnswering(whom.name, fleet.inventory.certificates);
  const hasUser = fleet.nodes.some(
    ({ state }) => state.users.known && state.users.value.some(({ user }) => names.has(user.name)),
  );
  if (others.length === 0 || hasUser) return;
  const blind = fleet.nodes.some(({ state }) => !state.users.known);
  throw new CommandFailure({
    code: 'E_RECONNECT',
    what: 'which connections use this certificate cannot be known here; nothing was changed',
    target: whom.name,
    cause: `${blind ? 'no user that could be read has this name' : 'no user has this name'}, and servers do not tell certificates; by TLS are connected: ${describeUsers(others)}`,
    next: 'wardis tls reconnect --of USER where you know its user, or --all',
    exit: EXIT.incomplete,
  });
}

/** A name, serial number or fingerprint, and the names of certificates that it stands for. */
function namesAnswering(name: string, entries: readonly InventoryEntry[]): ReadonlySet<string> {
  const digits = name.replaceAll(':', '').toLowerCase();
  const meant = entries.filter(
    (entry) =>
      entry.subject === name ||
      entry.serial.toLowerCase() === digits ||
      entry.fingerprintSha256 === digits ||
      namesOf(entry).includes(name),
  );
  return new Set([name, ...meant.flatMap(namesOf)]);
}

function describeUsers(sights: ClientFleet['sights']): string {
  const users = new Map<string, number>();
  for (const { session } of sights) users.set(session.user, (users.get(session.user) ?? 0) + 1);
  const named = [...users].slice(0, USERS_SHOWN_MAX).map(([user, times]) => `${user} (${times})`);
  const rest = users.size - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${rest} users more` : ''}`;
}
