/**
 * What else the person may know: a revocation closes one name, and people know passwords, shared accounts and hold
 * certificates. Pure; hashes are compared here and go no further.
 */

import { z } from 'zod';
import { alsoKnownSchema, type AlsoKnown } from '../receipt/receipt.ts';
import { isOpen } from './account.ts';
import type { IssuedCertificate } from './certificate-inventory.ts';
import { hostOf, isPrimaryLink, isReplicaLink, isSentinelLink, type Session } from './session-list.ts';
import type { Standing } from './standing.ts';

/** A node by its name, and how it stood before. */
export interface NodeStanding {
  readonly node: string;
  readonly standing: Standing;
}

/** Addresses of one finding; the rest is not listed. */
const ADDRESSES_MAX = 1000;

/** Other ways in, over all nodes together: the same password, no password at all, the same address, a like name, a certificate. */
export function findAlsoKnown(
  user: string,
  nodes: readonly NodeStanding[],
  certificates: readonly IssuedCertificate[],
): readonly AlsoKnown[] {
  return [
    ...samePassword(user, nodes),
    ...noPassword(user, nodes),
    ...sameAddress(user, nodes),
    ...lookAlike(user, nodes),
    ...byCertificate(user, nodes, certificates),
  ];
}

/** What an earlier run of the same revocation found, as its journal has it; what cannot be read is left out. */
export function readAlsoKnown(facts: unknown): readonly AlsoKnown[] {
  return z.array(alsoKnownSchema).catch([]).parse(facts);
}

/** Both, without repeats: a user that is deleted on some nodes by now shows less than it did. */
export function joinAlsoKnown(now: readonly AlsoKnown[], before: readonly AlsoKnown[]): readonly AlsoKnown[] {
  const keyOf = (known: AlsoKnown): string =>
    JSON.stringify([known.kind, known.kind === 'certificate' ? known.serial : known.user]);
  const seen = new Set(before.map(keyOf));
  return [...before, ...now.filter((known) => !seen.has(keyOf(known)))];
}

function samePassword(user: string, nodes: readonly NodeStanding[]): readonly AlsoKnown[] {
  const own = new Set(
    nodes.flatMap(({ standing }) =>
      standing.accounts.filter(({ name }) => name === user).flatMap(({ hashes }) => hashes.map(reveal)),
    ),
  );
  const found = gather(nodes, ({ standing }) =>
    standing.accounts
      .filter(({ name, hashes }) => name !== user && hashes.some((hash) => own.has(hash.reveal())))
      .map(({ name }) => name),
  );
  return [...found].map(([name, at]) => ({ kind: 'same-password', user: name, nodes: at }));
}

function noPassword(user: string, nodes: readonly NodeStanding[]): readonly AlsoKnown[] {
  const found = gather(nodes, ({ standing }) =>
    standing.accounts
      .filter((each) => each.name !== user && each.nopass && isOpen(each))
      .map(({ name }) => name),
  );
  return [...found].map(([name, at]) => ({ kind: 'no-password-needed', user: name, nodes: at }));
}

/** Other users that were logged in from where the person was logged in from. Links between servers are nobody's. */
function sameAddress(user: string, nodes: readonly NodeStanding[]): readonly AlsoKnown[] {
  const hosts = new Set(
    nodes.flatMap(({ standing }) =>
      standing.sessions.filter((each) => each.user === user).map(({ address }) => hostOf(address)),
    ),
  );
  const found = new Map<string, { readonly nodes: Set<string>; readonly addresses: Set<string> }>();
  for (const { node, standing } of nodes) {
    for (const session of standing.sessions) {
      const { user: other, address } = session;
      if (other === user || other === standing.login || isLink(session) || !hosts.has(hostOf(address)))
        continue;
      const entry = found.get(other) ?? { nodes: new Set<string>(), addresses: new Set<string>() };
      entry.nodes.add(node);
      if (entry.addresses.size < ADDRESSES_MAX) entry.addresses.add(hostOf(address));
      found.set(other, entry);
    }
  }
  return [...found].map(([name, at]) => ({
    kind: 'same-address',
    user: name,
    addresses: [...at.addresses],
    nodes: [...at.nodes],
  }));
}

/** Names are bytes to a server: `Bob`, and `bob` with a no-break space, are users of their own beside `bob`. */
function lookAlike(user: string, nodes: readonly NodeStanding[]): readonly AlsoKnown[] {
  const own = fold(user);
  const found = gather(nodes, ({ standing }) =>
    standing.accounts.filter(({ name }) => name !== user && fold(name) === own).map(({ name }) => name),
  );
  return [...found].map(([name, at]) => ({ kind: 'look-alike', user: name, nodes: at }));
}

/** A name as the eye takes it, without blanks and what nobody sees: compatible characters and capitals are one. */
function fold(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[\s\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/gu, '');
}

function byCertificate(
  user: string,
  nodes: readonly NodeStanding[],
  certificates: readonly IssuedCertificate[],
): readonly AlsoKnown[] {
  const taking = nodes.filter(({ standing }) => standing.certificateLogin).map(({ node }) => node);
  return certificates
    .filter(({ names }) => names.includes(user))
    .map(({ serial, subject, notAfter }) => ({
      kind: 'certificate',
      serial,
      subject,
      notAfter,
      nodes: taking,
    }));
}

function gather(
  nodes: readonly NodeStanding[],
  names: (node: NodeStanding) => readonly string[],
): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  for (const each of nodes) {
    for (const name of names(each)) found.set(name, [...(found.get(name) ?? []), each.node]);
  }
  return found;
}

function isLink(session: Session): boolean {
  return isReplicaLink(session) || isPrimaryLink(session) || isSentinelLink(session);
}

function reveal(hash: { readonly reveal: () => string }): string {
  return hash.reveal();
}
