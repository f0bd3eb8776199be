// A certificate authority in memory: a root, an intermediate below it, and the leaves that either issues. Profiles are
// RFC 5280's, as `openssl verify -x509_strict` demands them. Keys are ECDSA P-256 unless asked otherwise.
import type { webcrypto } from 'node:crypto';
import type { Extension, KeyUsageFlags, PublicKey, X509Certificate } from '@peculiar/x509';
import { IssueError } from './issue-error.ts';
import { alternativeNames, commonName } from './name.ts';
import type { AlternativeNames } from './name.ts';
import { readRequestKey } from './request.ts';
import { algorithmOf, createSerial, exportKey, generateKeys, loadX509, openSigner } from './signing.ts';
import type { Authority, IssuedKeyType, Signer, X509 } from './signing.ts';

export interface AuthorityRequest {
  /** Common name of the root. */
  readonly name: string;
  readonly days: number;
  /** Start of validity; default now, less five minutes for slow clocks. */
  readonly at?: Date;
  readonly keyType?: IssuedKeyType;
  /** How many authorities may stand between it and a leaf; default 0. */
  readonly pathLength?: number;
}

/** Which sides of a handshake it is for: `node` is both, as replicas and cluster nodes need. */
export type IssuedUsage = 'server' | 'client' | 'node';

interface LeafRequest extends AlternativeNames {
  readonly commonName: string;
  readonly usage: IssuedUsage;
  /** The certificate never outlives its authority: a longer time is cut to it. */
  readonly days: number;
  /** Start of validity; default now, less five minutes for slow clocks. */
  readonly at?: Date;
}

export interface CertificateRequest extends LeafRequest {
  readonly keyType?: IssuedKeyType;
}

/** The public key is the request's; its names and wishes are not taken: whoever signs says what goes in. */
export interface SigningRequest extends LeafRequest {
  /** PKCS #10, PEM. */
  readonly requestPem: string;
}

export interface IssuedCertificate {
  readonly certPem: string;
  /** PKCS #8, not encrypted. A secret: wrap it or write it 0600. */
  readonly keyPem: string;
  readonly caPem: string;
}

/** Makes a root: CA true, path length 0 unless asked otherwise, keyCertSign and cRLSign. Throws {@link IssueError}. */
export async function createAuthority(request: AuthorityRequest): Promise<Authority> {
  const x509 = await loadX509();
  const algorithm = algorithmOf(request.keyType);
  const keys = await generateKeys(algorithm);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: createSerial(),
    name: commonName(x509, request.name),
    ...readPeriod(request),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      ...authorityExtensions(x509, request.pathLength ?? 0),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: toPem(certificate), keyPem: await exportKey(keys.privateKey) };
}

/**
 * Makes an authority below another one, with its own key. It never outlives the one above it. Throws
 * {@link IssueError} (`bad-authority`) where the one above allows none below it.
 */
export async function createIntermediate(
  authority: Authority,
  request: AuthorityRequest,
): Promise<Authority> {
  const x509 = await loadX509();
  const signer = await openSigner(x509, authority);
  const room = signer.certificate.getExtension(x509.BasicConstraintsExtension)?.pathLength;
  if (room === 0) throw new IssueError('bad-authority', 'this authority allows no authority below it');
  const keys = await generateKeys(algorithmOf(request.keyType));
  const certificate = await sign(x509, signer, request, {
    name: request.name,
    publicKey: keys.publicKey,
    extensions: authorityExtensions(x509, request.pathLength ?? 0),
  });
  return { certPem: toPem(certificate), keyPem: await exportKey(keys.privateKey) };
}

/** Makes a key and a certificate for it, signed by the authority. Throws {@link IssueError}. */
export async function issueCertificate(
  authority: Authority,
  request: CertificateRequest,
): Promise<IssuedCertificate> {
  const x509 = await loadX509();
  const keys = await generateKeys(algorithmOf(request.keyType));
  const signer = await openSigner(x509, authority);
  const certificate = await sign(x509, signer, request, {
    name: request.commonName,
    publicKey: keys.publicKey,
    extensions: leafExtensions(x509, request, keys.publicKey.algorithm.name),
  });
  return { certPem: toPem(certificate), keyPem: await exportKey(keys.privateKey), caPem: authority.certPem };
}

/**
 * Signs somebody's request: the public key is the request's, everything else is ours to say. Throws {@link IssueError}
 * (`bad-request`) where its signature does not prove that they hold the key, or the key is too weak.
 */
export async function signRequest(
  authority: Authority,
  request: SigningRequest,
): Promise<{ readonly certPem: string; readonly caPem: string }> {
  const x509 = await loadX509();
  const key = await readRequestKey(x509, request.requestPem);
  const signer = await openSigner(x509, authority);
  const certificate = await sign(x509, signer, request, {
    name: request.commonName,
    publicKey: key,
    extensions: leafExtensions(x509, request, key.algorithm.name),
  });
  return { certPem: toPem(certificate), caPem: authority.certPem };
}

interface Subject {
  readonly name: string;
  readonly publicKey: webcrypto.CryptoKey | PublicKey;
  readonly extensions: readonly Extension[];
}

const BACKDATE_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
const USAGES: Readonly<Record<IssuedUsage, string[]>> = {
  server: ['1.3.6.1.5.5.7.3.1'],
  client: ['1.3.6.1.5.5.7.3.2'],
  node: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
};

/** Below another certificate, whose end it keeps. */
async function sign(
  x509: X509,
  { certificate: issuer, key, algorithm }: Signer,
  request: { readonly at?: Date; readonly days: number },
  { name, publicKey, extensions }: Subject,
): Promise<X509Certificate> {
  const { notBefore, notAfter } = readPeriod(request);
  const end = notAfter < issuer.notAfter ? notAfter : issuer.notAfter;
  if (end <= notBefore)
    throw new IssueError('bad-time', `the authority ended on ${issuer.notAfter.toISOString()}`);
  return x509.X509CertificateGenerator.create({
    serialNumber: createSerial(),
    subject: commonName(x509, name),
    issuer: issuer.subjectName,
    notBefore,
    notAfter: end,
    publicKey,
    signingKey: key,
    signingAlgorithm: algorithm,
    extensions: [
      ...extensions,
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await authorityKeyIdentifier(x509, issuer),
    ],
  });
}

/** The identifier that the issuer's certificate states: other programs hash the key in other ways (RFC 7093). */
export async function authorityKeyIdentifier(x509: X509, issuer: X509Certificate): Promise<Extension> {
  const stated = issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  return stated === undefined
    ? x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey)
    : new x509.AuthorityKeyIdentifierExtension(stated);
}

function authorityExtensions(x509: X509, pathLength: number): readonly Extension[] {
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- flags are meant to be combined
    new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
  ];
}

function leafExtensions(x509: X509, request: LeafRequest, algorithm: string): readonly Extension[] {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(keyUsage(x509, algorithm), true),
    new x509.ExtendedKeyUsageExtension(USAGES[request.usage]),
    ...alternativeNames(x509, request),
  ];
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

function keyUsage(x509: X509, algorithm: string): KeyUsageFlags {
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  if (!algorithm.startsWith('RSA')) return digitalSignature;
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- flags are meant to be combined
  return digitalSignature | keyEncipherment;
}

function toPem(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}
