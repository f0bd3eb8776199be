/**
 * What is known of certificates outside of servers: issued by our authority, or adopted from another one. Public data
 * only; keys are files of their own. Kept in `tls/inventory.json` of the state folder.
 */

/** Where a certificate came from. */
export type CertificateOrigin =
  /** Our own authority. */
  | { readonly kind: 'issued' }
  /** Made elsewhere: cert-manager, step-ca, Vault, openssl. `by`: the issuer's name as the certificate has it. */
  | { readonly kind: 'adopted'; readonly by: string };

/** One certificate. */
export interface InventoryEntry {
  /** SHA-256 of the certificate, lower-case hex; unique. */
  readonly fingerprintSha256: string;
  /** Upper-case hex. */
  readonly serial: string;
  readonly subject: string;
  readonly commonName?: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly usage: 'authority' | 'intermediate' | 'server' | 'client' | 'node';
  /** ISO 8601 UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly issuer: string;
  /** Of the certificate that signed it, as far as it is known here. */
  readonly issuerFingerprintSha256?: string;
  readonly origin: CertificateOrigin;
  /** When it got in here, ISO 8601 UTC. */
  readonly recordedAt: string;
  /** Files of this machine that hold it and its key: `tls renew` writes the next one there. */
  readonly files?: { readonly certificate: string; readonly key?: string };
  /** `id` of the node that serves it. */
  readonly node?: string;
  /** Fingerprint of the certificate that took its place. */
  readonly supersededBy?: string;
  readonly revoked?: { readonly at: string; readonly reason: RevocationReason };
  /** Of an authority of ours: the number of the last revocation list that it signed here. */
  readonly revocationListNumber?: number;
  readonly pem: string;
}

/** RFC 5280, 5.3.1. */
export type RevocationReason =
  | 'unspecified'
  | 'key-compromise'
  | 'ca-compromise'
  | 'affiliation-changed'
  | 'superseded'
  | 'cessation-of-operation';

export interface Inventory {
  readonly schemaVersion: 1;
  readonly certificates: readonly InventoryEntry[];
}
