/**
 * What only a look at the TLS of a whole fleet shows of one node, ready to be judged: whether clients can follow what
 * its ports send, what is recorded of its certificates, and how it and its peers see each other. An audit of single
 * servers does not gather it.
 */

import type { CertificateFact, ClientAuthentication } from '../tls/index.ts';
import type { Fact } from './fact.ts';
import type { ToldAddress, TlsPurpose } from './tls-survey.ts';

/** Whether a client that has only the roots can follow what a port sends. */
export type SentChain =
  | { readonly state: 'complete'; readonly root: string }
  /** `missing`: the name of the authority that is not sent. */
  | { readonly state: 'incomplete'; readonly missing: string }
  | { readonly state: 'unknown'; readonly why: string };

/** What the inventory says of a certificate that is served. */
export type CertificateRecord =
  | { readonly state: 'current' }
  /** Another took its place; `until` is the end of that one, ISO 8601 UTC. */
  | { readonly state: 'superseded'; readonly serial: string; readonly until: string }
  | { readonly state: 'revoked'; readonly at: string; readonly reason: string }
  /** Not in the inventory, which holds another one for this node. */
  | { readonly state: 'another'; readonly serial: string; readonly until: string }
  | { readonly state: 'unrecorded' };

/** One port that showed a certificate. */
export interface TlsLookPort {
  /** `10.0.0.5:16379`. */
  readonly address: string;
  readonly purpose: TlsPurpose;
  readonly leaf: CertificateFact;
  readonly sent: SentChain;
  readonly record: CertificateRecord;
  readonly clientAuthentication: ClientAuthentication;
}

/** A node whose certificate this one has to accept. */
export interface TlsPeer {
  readonly node: string;
  readonly leaf: CertificateFact;
}

/** Nodes that trust the same authorities. */
export interface TrustGroup {
  /** Names of the authorities, sorted. */
  readonly authorities: readonly string[];
  readonly nodes: readonly string[];
}

export interface TlsLookFact {
  readonly ports: readonly TlsLookPort[];
  /** Addresses under which others are sent to this node. */
  readonly told: readonly ToldAddress[];
  /** The other nodes, or all of them: an entry for the node itself says nothing. */
  readonly peers: readonly TlsPeer[];
  /** Peers whose certificate does not lead to what this node trusts. Unknown where its files were not read. */
  readonly distrusted: Fact<readonly { readonly node: string; readonly why: string }[]>;
  /** Nodes of which it is known what they trust, by what that is. */
  readonly trustGroups: readonly TrustGroup[];
}
