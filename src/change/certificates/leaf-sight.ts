/**
 * A node as the rotation of its certificate sees it: the ports that speak TLS and what each of them serves, the files
 * that it reads, by which names it is known, and whose clock it goes by. Facts only; judged in `leaf-check.ts`.
 */

import type { Secret, ServerVersion } from '../../conf/index.ts';
import type { FleetNode, TlsPort } from '../../fleet/index.ts';
import type { CertificateFact } from '../../tls/index.ts';
import type { HostFile } from '../host/host-access.ts';
import type { CertifiedNames } from './leaf-names.ts';
import type { ToldHost } from './leaf-told.ts';

/** One port, and what a handshake showed. */
export type LeafPort = TlsPort & {
  /** Leaf first. Empty: `unseen` says why. */
  readonly chain: readonly CertificateFact[];
  readonly unseen?: string;
};

/** A file of the node's host. */
export type LeafFile =
  | { readonly kind: 'file'; readonly path: string; readonly file: HostFile }
  | { readonly kind: 'absent'; readonly path: string }
  /** `next`: what would help. */
  | { readonly kind: 'unread'; readonly path: string; readonly why: string; readonly next?: string };

export interface LeafSight {
  readonly node: Pick<FleetNode, 'id' | 'role'>;
  readonly server: ServerVersion;
  readonly ports: readonly LeafPort[];
  /** Names the machine and the way to its files: two nodes of one host may share them. */
  readonly host: string;
  /** Nothing can be placed there: a person or another system does. */
  readonly isByHand: boolean;
  readonly certificate: LeafFile;
  /** What the settings hold for the two, as they are written there. */
  readonly settings: { readonly certificate: string; readonly key: string };
  /** The same path as `certificate` where one file holds both. */
  readonly key: LeafFile;
  /** `tls-ca-cert-file`; absent: it names none. */
  readonly trust?: LeafFile;
  /** It trusts a folder of authorities (`tls-ca-cert-dir`), which is not looked into. */
  readonly trustsFolder: boolean;
  /** `tls-key-file-pass`. */
  readonly passphrase?: Secret;
  /** It shows the same certificate where it dials: its primary, the bus, other Sentinels. */
  readonly isDialling: boolean;
  /** Where it dials with another one (`tls-client-cert-file`): its path. */
  readonly clientFile?: string;
  /** Hosts under which clients and other nodes are sent to it. */
  readonly told: readonly ToldHost[];
  /** Names that somebody trusted gave it before; absent: none is known. */
  readonly certified?: CertifiedNames;
  /** Names of other nodes, as `canonicalName` has them, to `id` of the node. */
  readonly taken?: ReadonlyMap<string, string>;
  /** The certificate on its disk is one of our inventory, or leads to our own trust. Absent: not known. */
  readonly isDiskKnown?: boolean;
  /** Its clock less ours, ms; absent: it does not tell. */
  readonly clockOffsetMs?: number;
  /** What the server says against our telling it to read its files anew; absent: nothing, or it does not tell. */
  readonly reloadDenied?: string;
  /** `tls-auto-reload-interval`, seconds; 0: off, or a version without it. */
  readonly autoReloadSeconds: number;
}

/** The certificate that it serves, by the first port that showed one. */
export function servedBy({ ports }: LeafSight): CertificateFact | undefined {
  return ports.find(({ chain }) => chain.length > 0)?.chain[0];
}

/** Nodes with the same name share the file of the certificate. */
export function fileGroupOf({ host, certificate }: LeafSight): string {
  return JSON.stringify([host, certificate.path]);
}
