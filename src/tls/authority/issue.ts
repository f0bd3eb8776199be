// A minimal certificate authority: one self-signed root that issues leaves. Enough for the demo, the tests and the
// TLS plan of a compiled policy. Keys are ECDSA P-256 unless asked otherwise.
import { Buffer } from 'node:buffer';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import type { KeyUsageFlags, Name, SubjectAlternativeNameExtension, X509Certificate } from '@peculiar/x509';
import { describeKey } from '../certificate/certificate.ts';
import { pairMatches } from '../certificate/private-key.ts';

/** PEM in, PEM out: an authority read back from two files is the same value. `keyPem` is a secret: wrap it or write it 0600. */
export interface Authority {
  readonly certPem: string;
  readonly keyPem: string;
}

export type IssuedKeyType = 'ec-p256' | 'ec-p384' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'ed25519';

export interface AuthorityRequest {
  /** Common name of the root. */
  readonly name: string;
  readonly days: number;
  /** Start of validity; default now, less five minutes for slow clocks. */
  readonly at?: Date;
  readonly keyType?: IssuedKeyType;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
  /** `node` is server and client in one, as replicas and cluster nodes need. */
  readonly usage: 'server' | 'client' | 'node';
  /** The certificate never outlives its authority: a longer time is cut to it. */
  readonly days: number;
  /** Start of validity; default now, less five minutes for slow clocks. */
  readonly at?: Date;
  readonly keyType?: IssuedKeyType;
}

export interface IssuedCertificate {
  readonly certPem: string;
  /** PKCS #8, not encrypted. A secret: wrap it or write it 0600. */
  readonly keyPem: string;
  readonly caPem: string;
}

export type IssueErrorCode = 'bad-name' | 'bad-time' | 'bad-authority';

/** A certificate that cannot be made from what was asked. */
export class IssueError extends Error {
  override readonly name = 'IssueError';
  readonly code: IssueErrorCode;
  constructor(code: IssueErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Makes a root: CA true, path length 0, keyCertSign and cRLSign. Throws {@link IssueError}. */
export async function createAuthority(request: AuthorityRequest): Promise<Authority> {
  const x509 = await loadX509();
  const algorithm = ALGORITHMS[request.keyType ?? 'ec-p256'];
  const keys = await generateKeys(algorithm);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: createSerial(),
    name: commonName(x509, request.name),
    ...readPeriod(request),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: toPem(certificate), keyPem: await exportKey(keys.privateKey) };
}

/** Makes a key and a certificate for it, signed by the authority. Throws {@link IssueError}. */
export async function issueCertificate(
  authority: Authority,
  request: CertificateRequest,
): Promise<IssuedCertificate> {
  const x509 = await loadX509();
  const algorithm = ALGORITHMS[request.keyType ?? 'ec-p256'];
  const keys = await generateKeys(algorithm);
  const issuer = await openAuthority(x509, authority);
  const { notBefore, notAfter } = readPeriod(request);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: createSerial(),
    subject: commonName(x509, request.commonName),
    issuer: issuer.certificate.subjectName,
    notBefore,
    notAfter: notAfter < issuer.certificate.notAfter ? notAfter : issuer.certificate.notAfter,
    publicKey: keys.publicKey,
    signingKey: issuer.key,
    signingAlgorithm: issuer.algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(keyUsage(x509, algorithm), true),
      new x509.ExtendedKeyUsageExtension(USAGES[request.usage]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
      ...alternativeNames(x509, request),
    ],
  });
  return { certPem: toPem(certificate), keyPem: await exportKey(keys.privateKey), caPem: authority.certPem };
}

type X509 = typeof import('@peculiar/x509');
type IssuedAlgorithm = (webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | webcrypto.Algorithm) & {
  readonly hash?: string;
};

const BACKDATE_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
const EXPONENT = new Uint8Array([1, 0, 1]);
const ALGORITHMS: Readonly<Record<IssuedKeyType, IssuedAlgorithm>> = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'ec-p384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  ed25519: { name: 'Ed25519' },
};
const USAGES: Readonly<Record<CertificateRequest['usage'], string[]>> = {
  server: ['1.3.6.1.5.5.7.3.1'],
  client: ['1.3.6.1.5.5.7.3.2'],
  node: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
};

function rsa(modulusLength: number): IssuedAlgorithm {
  return { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent: EXPONENT, hash: 'SHA-256' };
}

/** Loaded on first use: the library costs about 150 ms, and reads metadata that must be there before it. */
async function loadX509(): Promise<X509> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

async function generateKeys(algorithm: IssuedAlgorithm): Promise<webcrypto.CryptoKeyPair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return keys as webcrypto.CryptoKeyPair;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

async function openAuthority(
  x509: X509,
  authority: Authority,
): Promise<{ certificate: X509Certificate; key: webcrypto.CryptoKey; algorithm: IssuedAlgorithm }> {
  if (!pairMatches(authority.certPem, authority.keyPem)) {
    throw new IssueError(
      'bad-authority',
      "the authority's certificate and key do not belong together or cannot be read",
    );
  }
  const key = createPrivateKey(authority.keyPem);
  const algorithm = signingAlgorithm(key);
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return {
    certificate: new x509.X509Certificate(authority.certPem),
    key: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
    algorithm,
  };
}

function signingAlgorithm(key: KeyObject): IssuedAlgorithm {
  const { keyType, keyBits, curve } = describeKey(key);
  if (keyType === 'ed25519') return ALGORITHMS.ed25519;
  if (keyType === 'ec' && curve === 'prime256v1') return ALGORITHMS['ec-p256'];
  if (keyType === 'ec' && curve === 'secp384r1') return ALGORITHMS['ec-p384'];
  if (keyType === 'rsa') return rsa(keyBits ?? 0);
  throw new IssueError(
    'bad-authority',
    `an authority with a key of type ${curve ?? keyType} cannot sign here`,
  );
}

function readPeriod({ at, days }: { readonly at?: Date; readonly days: number }): {
  notBefore: Date;
  notAfter: Date;
} {
  const start = at?.getTime() ?? Date.now() - BACKDATE_MS;
  const notAfter = new Date((at?.getTime() ?? Date.now()) + days * DAY_MS);
  if (!(days > 0) || Number.isNaN(notAfter.getTime())) {
    throw new IssueError('bad-time', `a certificate cannot be valid for ${days} days`);
  }
  return { notBefore: new Date(start), notAfter };
}

/** Given as data, not as text: a comma or a plus in the name stays a part of the name. */
function commonName(x509: X509, name: string): Name {
  if (name === '' || name.length > 64 || /\p{Cc}/u.test(name)) {
    throw new IssueError(
      'bad-name',
      `a common name has 1 to 64 printable characters: ${JSON.stringify(name)}`,
    );
  }
  return new x509.Name([{ CN: [{ utf8String: name }] }]);
}

function keyUsage(x509: X509, algorithm: IssuedAlgorithm): KeyUsageFlags {
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  if (!algorithm.name.startsWith('RSA')) return digitalSignature;
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- flags are meant to be combined
  return digitalSignature | keyEncipherment;
}

function alternativeNames(
  x509: X509,
  request: CertificateRequest,
): readonly SubjectAlternativeNameExtension[] {
  const { dnsNames = [], ipAddresses = [], uris = [] } = request;
  const badAddress = ipAddresses.find((address) => isIP(address) === 0);
  if (badAddress !== undefined)
    throw new IssueError('bad-name', `not an IP address: ${JSON.stringify(badAddress)}`);
  const badName = dnsNames.find((name) => isIP(name) !== 0 || !/^(\*\.)?[\w-]+(\.[\w-]+)*$/.test(name));
  if (badName !== undefined) throw new IssueError('bad-name', `not a host name: ${JSON.stringify(badName)}`);
  const badUri = uris.find((uri) => !URL.canParse(uri));
  if (badUri !== undefined) throw new IssueError('bad-name', `not a URI: ${JSON.stringify(badUri)}`);
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
    ...uris.map((value) => ({ type: 'url' as const, value })),
  ];
  return names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)];
}

/** 16 random bytes; the first bit is cleared to stay positive, the second set to keep the length. */
function createSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function toPem(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}
