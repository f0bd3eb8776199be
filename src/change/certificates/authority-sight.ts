/**
 * A fleet as a change of its authority sees it: what each node trusts and serves, who lets whom in, which client
 * certificates are known, and what we ourselves trust and show. Read from files, handshakes and the inventory each time,
 * never from a memory of ours, so that another machine can go on.
 */

import type { FleetNode } from '../../fleet/index.ts';

/** The authorities that a server or a client takes. */
export type TrustFact =
  | { readonly kind: 'file'; readonly path: string; readonly pem: string; readonly sha256: string }
  /** `tls-ca-cert-dir`: hashed names that a person places. */
  | { readonly kind: 'folder'; readonly path: string }
  /** It names a file that cannot be read from here, or one that is not of authorities. `next`: what would help. */
  | { readonly kind: 'unread'; readonly path: string; readonly why: string; readonly next?: string }
  /** It names none, or speaks no TLS. */
  | { readonly kind: 'none' };

/** What came of a handshake with a short-lived client certificate of an authority. */
export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'refused' }
  /** No such certificate could be made here, the node asks for none, or it did not answer. */
  | { readonly kind: 'untried'; readonly why: string };

/** What one port showed. */
export type ServedFact =
  | { readonly port: string; readonly chain: readonly string[] }
  | { readonly port: string; readonly why: string };

export interface AuthorityNode {
  readonly id: string;
  readonly role: FleetNode['role'];
  readonly trust: TrustFact;
  readonly admits: { readonly old: Admission; readonly next: Admission };
  readonly served: readonly ServedFact[];
  /** The certificate of `tls-client-cert-file` with its chain, where it is another than the served one. */
  readonly shows?: { readonly path: string; readonly keyPath?: string; readonly chain: readonly string[] };
  /** Why the files of what speaks TLS there are not known (a proxy before it): only handshakes tell, and a person acts. */
  readonly outside?: string;
  /** Why it could not be asked at all. */
  readonly away?: string;
}

/** A client certificate that somebody may come with. */
export interface KnownClient {
  /** Common name, else subject. */
  readonly name: string;
  readonly fingerprintSha256: string;
  readonly chain: readonly string[];
  /** Where it lies on this machine, if it does. */
  readonly files?: { readonly certificate: string; readonly key?: string };
  /** Our own authority can issue the next one. */
  readonly ours: boolean;
  /** Of a node, which shows it where it dials: a person places it there. */
  readonly node?: string;
}

/** A client that has a certificate of the new authority, and may still show the one that it had when it was started. */
export interface RenewedClient {
  readonly name: string;
  readonly fingerprintSha256: string;
  /** End of the old one, ISO 8601 UTC. */
  readonly until: string;
}

/** A node that is none of this fleet and was given a certificate by an authority of ours. */
export interface NodeElsewhere {
  readonly id: string;
  readonly chain: readonly string[];
  /** Whether a `trust` phase towards the new authority was done there. */
  readonly trusts: 'next' | 'unknown';
}

/** This machine: what it trusts when it dials, and what it shows. */
export interface OwnTls {
  /** `fleet.prod.tls.ca`, `--cacert`: each file by which nodes or Sentinels are dialled. */
  readonly trust: readonly TrustFact[];
  readonly shows: readonly KnownClient[];
}

export interface AuthoritySight {
  readonly nodes: readonly AuthorityNode[];
  /** Of the inventory: neither superseded, nor revoked, nor expired, and not our own. */
  readonly clients: readonly KnownClient[];
  readonly renewed?: readonly (RenewedClient & {
    readonly from: readonly string[];
    readonly to: readonly string[];
  })[];
  readonly elsewhere?: readonly NodeElsewhere[];
  readonly own: OwnTls;
}
