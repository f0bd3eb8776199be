// Chain building and checking as OpenSSL does it for Redis: the path must end in a self-signed certificate of the CA
// file (no partial chains), no CRL, no OCSP.
import type { CertificateFact } from './certificate.ts';

export type ChainProblemCode =
  | 'no-certificate'
  | 'unreadable-certificate'
  | 'issuer-not-found'
  | 'self-signed-untrusted'
  | 'partial-chain'
  | 'issuer-not-ca'
  | 'path-length-exceeded'
  | 'chain-too-long'
  | 'expired'
  | 'not-yet-valid';

export interface ChainProblem {
  readonly code: ChainProblemCode;
  readonly message: string;
  /** Subject of the certificate concerned. */
  readonly subject?: string;
  readonly help?: string;
}

/** `path` runs from the leaf to the trust anchor as far as it could be built. */
export interface ChainVerdict {
  readonly ok: boolean;
  readonly path: readonly CertificateFact[];
  readonly problems: readonly ChainProblem[];
}

/** `chain`: PEM texts, leaf first (one text may hold several); `caPems`: what `tls-ca-cert-file` holds. */
export function verifyChain(chain: readonly string[], caPems: readonly string[], at: Date): ChainVerdict {
  throw new Error(`not written: ${chain.length}${caPems.length}${at.getTime()}`);
}
