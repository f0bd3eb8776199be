// X.509 certificates as facts (RFC 5280). Node 20 hides the signature algorithm, the key usages and exact names
// behind escaped strings, so the few fields it lacks are read from the DER that OpenSSL has already accepted.
import { Buffer } from 'node:buffer';
import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readBody } from './extension.ts';

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
  const certificates: CertificateFact[] = [];
  const problems: CertificateFileProblem[] = [];
  const { blocks, unfinished } = splitBlocks(pem);
  for (const [index, block] of blocks.slice(0, CERTIFICATES_MAX).entries()) {
    try {
      certificates.push(readCertificate(Buffer.from(block, 'base64')));
    } catch {
      problems.push(unreadable(`certificate ${index + 1} of the file cannot be decoded`));
    }
  }
  if (unfinished) problems.push(unreadable('a certificate begins and has no END CERTIFICATE line'));
  if (blocks.length > CERTIFICATES_MAX) {
    const message = `${blocks.length} certificates; only the first ${CERTIFICATES_MAX} were read`;
    problems.push({ code: 'too-many-certificates', message });
  }
  if (certificates.length === 0 && problems.length === 0) {
    problems.push({
      code: 'no-certificate',
      message: 'there is no CERTIFICATE block in this text',
      ...PEM_HELP,
    });
  }
  return { certificates, problems };
}

/**
 * Problems of a file that a server presents as its own (`tls-cert-file`): the first certificate is served and the
 * others only as its chain, so a second leaf ("dual certificate") is never used. Seen on Redis 6.0 to Valkey 9.1.
 */
export function checkCertificateOrder(
  certificates: readonly CertificateFact[],
): readonly CertificateFileProblem[] {
  const problems: CertificateFileProblem[] = [];
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1];
    if (issuer === undefined || isIssuedBy(certificate, issuer)) continue;
    problems.push({
      code: 'unrelated-certificate',
      message: `certificate ${index + 2} (${issuer.subject}) did not issue certificate ${index + 1} (${certificate.subject}): the server presents only the first as its own`,
      help: 'keep one server certificate in the file, followed by its intermediates in order; put CAs in tls-ca-cert-file',
    });
  }
  return problems;
}

/** The same for one DER certificate, as a handshake delivers it. Throws what `X509Certificate` throws. */
export function readCertificate(der: Uint8Array): CertificateFact {
  const parsed = new X509Certificate(der);
  const body = readBody(parsed.raw);
  return {
    ...body,
    serial: parsed.serialNumber,
    fingerprintSha256: parsed.fingerprint256.replaceAll(':', '').toLowerCase(),
    ...readKey(parsed),
    isCa: parsed.ca,
    selfSigned: isSelfSigned(parsed),
    pem: parsed.toString(),
  };
}

/** Type and size of a public or private key. */
export function describeKey(key: KeyObject): { keyType: KeyType; keyBits?: number; curve?: string } {
  const details = key.asymmetricKeyDetails ?? {};
  const type = KEY_TYPES.find((name) => name === key.asymmetricKeyType) ?? 'other';
  if (type !== 'ec') return { keyType: type, ...bits(details.modulusLength ?? FIXED_BITS[type]) };
  const curve = details.namedCurve;
  return curve === undefined ? { keyType: type } : { keyType: type, curve, ...bits(CURVE_BITS[curve]) };
}

const PEM_HELP = {
  help: 'a PEM certificate starts with -----BEGIN CERTIFICATE-----; openssl x509 -inform der converts DER',
};
const KEY_TYPES: readonly KeyType[] = ['rsa', 'rsa-pss', 'ec', 'ed25519', 'ed448', 'dsa'];
const FIXED_BITS: Readonly<Partial<Record<KeyType, number>>> = { ed25519: 256, ed448: 456 };
const CURVE_BITS: Readonly<Record<string, number>> = {
  prime192v1: 192,
  secp224r1: 224,
  prime256v1: 256,
  secp256k1: 256,
  brainpoolP256r1: 256,
  secp384r1: 384,
  brainpoolP384r1: 384,
  brainpoolP512r1: 512,
  secp521r1: 521,
};

function bits(count: number | undefined): { keyBits?: number } {
  return count === undefined ? {} : { keyBits: count };
}

function unreadable(message: string): CertificateFileProblem {
  return { code: 'unreadable-certificate', message, ...PEM_HELP };
}

/** Base64 between the marks. A walk with indexOf: linear whatever the text holds. */
function splitBlocks(pem: string): { blocks: readonly string[]; unfinished: boolean } {
  const blocks: string[] = [];
  const marks = /-----(BEGIN|END) (?:TRUSTED |X509 )?CERTIFICATE-----/g;
  let start = -1;
  for (const mark of pem.matchAll(marks)) {
    if (mark[1] === 'BEGIN') {
      if (start !== -1) blocks.push('');
      start = mark.index + mark[0].length;
    } else if (start !== -1) {
      blocks.push(pem.slice(start, mark.index));
      start = -1;
    }
  }
  return { blocks, unfinished: start !== -1 };
}

function readKey(parsed: X509Certificate): ReturnType<typeof describeKey> {
  try {
    return describeKey(parsed.publicKey);
  } catch {
    return { keyType: 'other' };
  }
}

function isSelfSigned(parsed: X509Certificate): boolean {
  if (parsed.subject !== parsed.issuer) return false;
  try {
    return parsed.verify(parsed.publicKey);
  } catch {
    return false;
  }
}

/** The signature verifies with the key of the other one, whatever their names. */
export function isSignedBy(certificate: CertificateFact, issuer: CertificateFact): boolean {
  try {
    return new X509Certificate(certificate.pem).verify(new X509Certificate(issuer.pem).publicKey);
  } catch {
    return false;
  }
}

/** Both hold one public key. */
export function sharesKey(one: CertificateFact, other: CertificateFact): boolean {
  try {
    return new X509Certificate(one.pem).publicKey.equals(new X509Certificate(other.pem).publicKey);
  } catch {
    return false;
  }
}

/** Names match, key identifiers do not contradict, and the signature verifies. */
export function isIssuedBy(certificate: CertificateFact, issuer: CertificateFact): boolean {
  try {
    const child = new X509Certificate(certificate.pem);
    const parent = new X509Certificate(issuer.pem);
    return child.checkIssued(parent) && child.verify(parent.publicKey);
  } catch {
    return false;
  }
}
