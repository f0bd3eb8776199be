/**
 * Certificates that our own authority would never make: of any dates, any hash, any key, with or without names, usages
 * and key identifiers, below any chain. Made by the X.509 library itself, so that no program is needed.
 */
import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface Made {
  readonly certPem: string;
  readonly keyPem: string;
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly algorithm: SigningAlgorithm;
}

export interface Wish {
  readonly name: string;
  /** Default: signs itself. */
  readonly issuer?: Made;
  readonly ca?: true;
  readonly from?: Date;
  readonly until?: Date;
  readonly usage?: readonly ('server' | 'client')[];
  readonly addresses?: readonly string[];
  readonly names?: readonly string[];
  readonly rsaBits?: number;
  readonly hash?: 'SHA-1' | 'SHA-256';
  /** Without them OpenSSL finds an issuer by its name alone. */
  readonly keyIdentifiers?: 'absent';
}

type SigningAlgorithm = webcrypto.Algorithm & { readonly hash: string };

const DAY_MS = 86_400_000;
const USAGES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

export const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY_MS);

/** One certificate with its key. */
export async function make(wish: Wish): Promise<Made> {
  const hash = wish.hash ?? 'SHA-256';
  const algorithm: SigningAlgorithm =
    wish.rsaBits === undefined
      ? ({ name: 'ECDSA', namedCurve: 'P-256', hash } as SigningAlgorithm)
      : ({
          name: 'RSASSA-PKCS1-v1_5',
          modulusLength: wish.rsaBits,
          publicExponent: new Uint8Array([1, 0, 1]),
          hash,
        } as SigningAlgorithm);
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const issuer = wish.issuer;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `40${randomBytes(12).toString('hex')}`,
    subject: `CN=${wish.name}`,
    issuer: issuer === undefined ? `CN=${wish.name}` : issuer.certificate.subjectName,
    notBefore: wish.from ?? daysFromNow(-5),
    notAfter: wish.until ?? daysFromNow(30),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: { ...(issuer?.algorithm ?? algorithm), hash } as webcrypto.EcdsaParams,
    extensions: await listExtensions(wish, keys),
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return {
    certPem: `${certificate.toString('pem').trim()}\n`,
    keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate,
    keys,
    algorithm,
  };
}

/** The same key under a passphrase. */
export function encryptKey({ keyPem }: Made, passphrase: string): string {
  return createPrivateKey(keyPem)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString();
}

async function listExtensions(wish: Wish, keys: webcrypto.CryptoKeyPair): Promise<x509.Extension[]> {
  const { ca, usage, addresses = [], names = [], issuer } = wish;
  const alternative = [
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
    ...names.map((value) => ({ type: 'dns' as const, value })),
  ];
  const identified = wish.keyIdentifiers !== 'absent';
  return [
    new x509.BasicConstraintsExtension(ca === true, undefined, true),
    ...(ca === true ? [new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)] : []),
    ...(usage === undefined ? [] : [new x509.ExtendedKeyUsageExtension(usage.map((side) => USAGES[side]))]),
    ...(alternative.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(alternative)]),
    ...(identified ? [await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)] : []),
    ...(identified && issuer !== undefined
      ? [await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey)]
      : []),
  ];
}
