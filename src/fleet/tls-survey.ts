/**
 * What TLS shows of a fleet from outside: each port that speaks it, what it serves, accepts and asks for, by whose
 * clock, under which names clients are sent there, and what each link between nodes uses. Facts only; judged elsewhere.
 */

import type { ServerVersion } from '../conf/index.ts';
import type { ClientAuthentication, TlsInspection, TlsVersion } from '../tls/index.ts';
import type { Fact } from './fact.ts';
import type { FleetError } from './fleet-error.ts';
import type { CertificateFileFact, ClockFact, Snapshot } from './snapshot.ts';
import type { FleetNode } from './topology.ts';

/** Who connects to a port: clients (replicas and Sentinels among them), other nodes of a Cluster, or clients of a Sentinel. */
export type TlsPurpose = 'clients' | 'bus' | 'sentinel';

/** One port that speaks TLS. */
export interface TlsPort {
  readonly purpose: TlsPurpose;
  readonly host: string;
  readonly port: number;
}

/** What a port offers, each tried alone with a handshake of its own. */
export interface TlsOffer {
  readonly versions: Readonly<Record<TlsVersion, 'accepted' | 'refused' | 'unknown'>>;
  /** OpenSSL's names of the suites that were accepted, by version (1.2 and 1.3), in the order in which they were tried. */
  readonly suites: Readonly<Partial<Record<TlsVersion, readonly string[]>>>;
  /**
   * Suites of which nothing is known: our own library does not have them or refuses to offer them, or no try of them came
   * to an end. They may be accepted all the same.
   */
  readonly untried: readonly string[];
}

/** Whether a second handshake may reuse the first one: then no certificate is looked at again. */
export type ResumptionFact =
  | { readonly kind: 'resumed'; readonly version: TlsVersion }
  | { readonly kind: 'not-resumed'; readonly version: TlsVersion; readonly why: 'no-ticket' | 'refused' }
  | { readonly kind: 'unknown'; readonly version: TlsVersion; readonly why: string };

export interface TlsPortFact extends TlsPort {
  /** One handshake with our own certificate, if we have one. */
  readonly handshake: TlsInspection;
  readonly clientAuthentication: ClientAuthentication;
  /** Only where it was asked for: each try is a line in the server's log. */
  readonly offer?: TlsOffer;
  /** One for each version, 1.3 and 1.2, that the port accepts; only where the offer was asked for. */
  readonly resumption?: readonly ResumptionFact[];
}

/** What a connection between nodes uses, as the settings say. */
export interface LinkFact {
  readonly link: 'replication' | 'bus' | 'sentinel';
  readonly transport: 'plaintext' | 'tls' | 'unknown';
  /** Path of the certificate that this node shows there as a client: `tls-client-cert-file`, else `tls-cert-file`. */
  readonly shows?: string;
}

/** An address under which clients or other nodes are sent to this node, and who says so. */
export interface ToldAddress {
  readonly host: string;
  readonly port: number;
  readonly by: 'seed' | 'cluster' | 'sentinel' | 'primary' | 'policy';
}

/** One node. */
export interface NodeTls {
  readonly node: FleetNode;
  readonly server: ServerVersion | undefined;
  readonly ports: readonly TlsPortFact[];
  /** The server's clock from INFO, else from TIME, against the middle of the round trip; unknown where neither is told. */
  readonly clock: Fact<ClockFact>;
  /** `tls-*`, `port`, `dir` and what announces addresses; of a Sentinel from its file, where it can be read. */
  readonly settings: Snapshot['settings'];
  /** By path as the settings write it, where the files of the host can be read. Keys: only whether they match. */
  readonly files: ReadonlyMap<string, Fact<CertificateFileFact>>;
  readonly told: readonly ToldAddress[];
  readonly links: readonly LinkFact[];
  /** INFO replication: whether a replica's link is up, since when it is not. */
  readonly replicaLink?: {
    readonly primary: string;
    readonly state: 'up' | 'down';
    /** 0 while it is up; -1 where it never was. */
    readonly downSeconds: number;
  };
  /** Why the node itself could not be asked; its ports may have been tried all the same. */
  readonly unreachable?: FleetError;
}

/** Every node of a fleet. */
export interface TlsSurvey {
  /** ISO 8601 UTC. */
  readonly takenAt: string;
  readonly nodes: readonly NodeTls[];
  readonly notes: readonly string[];
}
