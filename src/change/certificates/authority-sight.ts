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
  readonly shows?: { readonly path: string; readonly chain: readonly string[] };
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
  readonly own: OwnTls;
}
