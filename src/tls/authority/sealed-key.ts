// Private keys under a passphrase: PKCS #8 with PBES2 (RFC 8018), PBKDF2 with HMAC-SHA-256 and AES-256-CBC, as openssl
// reads it. Node's own export stops at 2048 rounds, which a card tries by the million; OWASP asks for 600,000 (2023).
import { Buffer } from 'node:buffer';
import { createCipheriv, createPrivateKey, pbkdf2Sync, randomBytes } from 'node:crypto';
import { readNodes, readOid, readSmallInteger, TAG } from '../certificate/der.ts';
import type { DerNode } from '../certificate/der.ts';
import { writeInteger, writeNode, writeOid } from './der-writing.ts';

/** Some tenths of a second for who knows the passphrase. */
export const SEAL_ROUNDS = 600_000;
/** More is not tried: a file could keep us busy for hours. */
export const SEAL_ROUNDS_MAX = 10_000_000;

/** PKCS #8 PEM under a passphrase, from any PEM that is under none. */
export function sealPrivateKey(keyPem: string, passphrase: string): string {
  const plain = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' });
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const key = pbkdf2Sync(passphrase, salt, SEAL_ROUNDS, KEY_BYTES, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  for (const secret of [plain, key]) secret.fill(0);
  const derivation = sequence(
    writeOid(PBKDF2),
    sequence(octets(salt), writeInteger(BigInt(SEAL_ROUNDS)), sequence(writeOid(HMAC_SHA256), NULL)),
  );
  const scheme = sequence(derivation, sequence(writeOid(AES_256_CBC), octets(iv)));
  const der = sequence(sequence(writeOid(PBES2), scheme), octets(sealed));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${lines.join('\n')}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
}

/** How many rounds of PBKDF2 a sealed key asks for; undefined where it is not sealed in this way. */
export function readSealRounds(keyPem: string): number | undefined {
  const body = /-----BEGIN ENCRYPTED PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END/.exec(keyPem)?.[1];
  if (body === undefined) return undefined;
  try {
    const [whole] = readNodes(Buffer.from(body, 'base64'));
    const [scheme, parameters] = childrenOf(childrenOf(whole)[0]);
    const [name, settings] = childrenOf(childrenOf(parameters)[0]);
    if (!isOid(scheme, PBES2) || !isOid(name, PBKDF2)) return undefined;
    const rounds = childrenOf(settings)[1];
    return rounds?.tag === TAG.integer ? readSmallInteger(rounds.content) : undefined;
  } catch {
    return undefined;
  }
}

const SALT_BYTES = 16;
const IV_BYTES = 16;
const KEY_BYTES = 32;
const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const HMAC_SHA256 = '1.2.840.113549.2.9';
const AES_256_CBC = '2.16.840.1.101.3.4.1.42';
const NULL = Buffer.from([0x05, 0x00]);

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return writeNode(TAG.sequence, ...parts);
}

function octets(bytes: Uint8Array): Buffer {
  return writeNode(TAG.octetString, bytes);
}

function childrenOf(node: DerNode | undefined): readonly DerNode[] {
  return node === undefined ? [] : readNodes(node.content);
}

function isOid(node: DerNode | undefined, dotted: string): boolean {
  return node?.tag === TAG.oid && readOid(node.content) === dotted;
}
