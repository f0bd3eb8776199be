// Keys and signatures of an authority, by WebCrypto: making keys, opening an authority to sign with it, and the library
// that writes the ASN.1.
import { Buffer } from 'node:buffer';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { X509Certificate } from '@peculiar/x509';
import { describeKey } from '../certificate/certificate.ts';
import { pairMatches } from '../certificate/private-key.ts';
import { IssueError } from './issue-error.ts';

/** PEM in, PEM out: an authority read back from two files is the same value. `keyPem` is a secret: wrap it or write it 0600. */
export interface Authority {
  readonly certPem: string;
  readonly keyPem: string;
}

export type IssuedKeyType = 'ec-p256' | 'ec-p384' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'ed25519';

export type X509 = typeof import('@peculiar/x509');

export type SigningAlgorithm = (
  webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | webcrypto.Algorithm
) & { readonly hash?: string };

/** An authority that is ready to sign. */
export interface Signer {
  readonly certificate: X509Certificate;
  readonly key: webcrypto.CryptoKey;
  readonly algorithm: SigningAlgorithm;
}

/** Loaded on first use: the library costs about 150 ms, and reads metadata that must be there before it. */
export async function loadX509(): Promise<X509> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

export function algorithmOf(keyType: IssuedKeyType | undefined): SigningAlgorithm {
  return ALGORITHMS[keyType ?? 'ec-p256'];
}

export async function generateKeys(algorithm: SigningAlgorithm): Promise<webcrypto.CryptoKeyPair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return keys as webcrypto.CryptoKeyPair;
}

/** PKCS #8 PEM, not encrypted. */
export async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

/** Throws {@link IssueError} (`bad-authority`) where certificate and key do not belong together or cannot sign. */
export async function openSigner(x509: X509, authority: Authority): Promise<Signer> {
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

/** 16 random bytes; the first bit is cleared to stay positive, the second set to keep the length. */
export function createSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

const EXPONENT = new Uint8Array([1, 0, 1]);
const ALGORITHMS: Readonly<Record<IssuedKeyType, SigningAlgorithm>> = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'ec-p384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  ed25519: { name: 'Ed25519' },
};
/** Of authorities that were made elsewhere. */
const P521: SigningAlgorithm = { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' };

function rsa(modulusLength: number): SigningAlgorithm {
  return { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent: EXPONENT, hash: 'SHA-256' };
}

function signingAlgorithm(key: KeyObject): SigningAlgorithm {
  const { keyType, keyBits, curve } = describeKey(key);
  if (keyType === 'ed25519') return ALGORITHMS.ed25519;
  if (keyType === 'ec' && curve === 'prime256v1') return ALGORITHMS['ec-p256'];
  if (keyType === 'ec' && curve === 'secp384r1') return ALGORITHMS['ec-p384'];
  if (keyType === 'ec' && curve === 'secp521r1') return P521;
  if (keyType === 'rsa') return rsa(keyBits ?? 0);
  throw new IssueError(
    'bad-authority',
    `an authority with a key of type ${curve ?? keyType} cannot sign here`,
  );
}
