// X.509 certificates as facts (RFC 5280). Node 20 hides the signature algorithm, the key usages and exact names
// behind escaped strings, so the few fields it lacks are read from the DER that OpenSSL has already accepted.
import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** How the public key works; `other` is anything that Node cannot name. */
export type KeyType = 'rsa' | 'rsa-pss' | 'ec' | 'ed25519' | 'ed448' | 'dsa' | 'other';

/** An extended key usage: the dotted OID, and its usual name when it has one (`serverAuth`). */
export interface ExtendedKeyUsage {
  readonly oid: string;
  readonly name?: string;
}

/** One certificate. Everything here is public; `pem` lets a fact be checked again later. */
export interface CertificateFact {
  /** RFC 4514 style, in the certificate's order; control bytes are escaped (`CN=app\00`). */
  readonly subject: string;
  /** The last common name, whole: an embedded NUL is kept, never cut at. */
  readonly subjectCommonName?: string;
  readonly issuer: string;
  /** Upper-case hex, as OpenSSL prints it. */
  readonly serial: string;
  /** Lower-case hex, no colons. */
  readonly fingerprintSha256: string;
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  /** ISO 8601, UTC. */
  readonly notAfter: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly keyType: KeyType;
  /** RSA and DSA modulus, or the curve's size. */
  readonly keyBits?: number;
  /** OpenSSL's name: `prime256v1`, `secp384r1`. */
  readonly curve?: string;
  /** `ecdsa-with-SHA256`, `sha256WithRSAEncryption`, or the OID when unknown. */
  readonly signatureAlgorithm: string;
  /** The hash under the signature, lower case (`sha256`); absent where the algorithm has none of its own. */
  readonly signatureHash?: string;
  readonly isCa: boolean;
  readonly pathLength?: number;
  /** Issuer equals subject and the signature verifies with its own key. */
  readonly selfSigned: boolean;
  /** RFC 5280 names (`digitalSignature`); empty when the extension is absent: then every use is allowed. */
  readonly keyUsages: readonly string[];
  /** Empty when the extension is absent: then every purpose is allowed. */
  readonly extendedKeyUsages: readonly ExtendedKeyUsage[];
  readonly pem: string;
}

export type CertificateFileProblemCode =
  'no-certificate' | 'unreadable-certificate' | 'too-many-certificates' | 'unrelated-certificate';

export interface CertificateFileProblem {
  readonly code: CertificateFileProblemCode;
  readonly message: string;
  readonly help?: string;
}

/** `certificates` in file order; a server presents the first as its own and the rest as its chain. */
export interface CertificateFile {
  readonly certificates: readonly CertificateFact[];
  readonly problems: readonly CertificateFileProblem[];
}

/** More blocks than this in one file are not read. System bundles hold about 150. */
export const CERTIFICATES_MAX = 1000;

/** Reads every certificate of a PEM text; what cannot be read becomes a problem, never an exception. */
export function readCertificates(pem: string): CertificateFile {
  throw new Error(`not written: ${pem.length}`);
}

/** The same for one DER certificate, as a handshake delivers it. Throws what `X509Certificate` throws. */
export function readCertificate(der: Uint8Array): CertificateFact {
  throw new Error(`not written: ${new X509Certificate(der).subject}`);
}

export type { KeyObject };
