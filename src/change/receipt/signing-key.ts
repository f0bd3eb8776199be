/**
 * The key pair that signs receipts: Ed25519 (RFC 8032), `receipt.key` (PKCS#8 PEM, mode 0600) and `receipt.pub` (SPKI
 * PEM) in the state folder, made at first use. A key is called by the first 16 hexadecimal digits of SHA-256 of its SPKI
 * DER. The private key never leaves its file but to sign.
 */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ChangeError } from '../change-error.ts';

export const PRIVATE_KEY_FILE = 'receipt.key';
export const PUBLIC_KEY_FILE = 'receipt.pub';
const KEY_ID_DIGITS = 16;
const KEY_BYTES_MAX = 16 * 1024;
const OTHERS = 0o077;

/** Signs receipts. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  /** Made by this call: people must be told where it is and that its public half is worth keeping elsewhere. */
  readonly made: boolean;
}

/** Checks receipts. */
export interface VerifyingKey {
  readonly id: string;
  readonly publicKey: KeyObject;
}

/** The key pair of a state folder, made if there is none. Throws a {@link ChangeError} with code `receipt`. */
export function openSigningKey(folder: string): SigningKey {
  const path = join(folder, PRIVATE_KEY_FILE);
  const made = !existsSync(path) && makePrivateKey(path);
  const privateKey = readPrivateKey(path);
  const publicKey = createPublicKey(privateKey);
  const id = keyId(publicKey);
  const publicPath = join(folder, PUBLIC_KEY_FILE);
  setAsideOther(folder, publicPath, id);
  // A crash may have come between the two files; the public half follows from the private one.
  if (!existsSync(publicPath)) writeNew(publicPath, publicKey.export({ type: 'spki', format: 'pem' }), 0o644);
  return { id, privateKey, made };
}

/** A public key from a PEM file (SPKI). Throws a {@link ChangeError} with code `receipt`. */
export function readVerifyingKey(path: string): VerifyingKey {
  const publicKey = parse(path, (pem) => {
    // A private key would pass as well: nobody should hand one over to check a receipt.
    if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw new Error('it is not a public key');
    return createPublicKey(pem);
  });
  return { id: keyId(publicKey), publicKey };
}

/** First 16 hexadecimal digits of SHA-256 of the SPKI DER. */
export function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, KEY_ID_DIGITS);
}

/** The public half of an earlier key is kept, since it checks earlier receipts: `receipt-<id>.pub`. */
function setAsideOther(folder: string, path: string, id: string): void {
  if (!existsSync(path)) return;
  const other = readVerifyingKey(path).id;
  if (other !== id) renameSync(path, join(folder, `receipt-${other}.pub`));
}

/** True when this call made it; false when somebody else did at the same time. */
function makePrivateKey(path: string): boolean {
  const { privateKey } = generateKeyPairSync('ed25519');
  return writeNew(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
}

function readPrivateKey(path: string): KeyObject {
  const self = process.getuid?.();
  const { mode, uid } = lstatSync(path);
  if (self !== undefined && ((mode & OTHERS) !== 0 || (uid !== self && uid !== 0))) {
    throw new ChangeError('receipt', path, 'others than you may read or change the key that signs receipts', {
      next: `look who could have read it; then chmod 600 ${path}, or move it away to have a new one made`,
    });
  }
  return parse(path, (pem) => createPrivateKey(pem));
}

function parse(path: string, read: (pem: string) => KeyObject): KeyObject {
  try {
    const pem = readFileSync(path, 'utf8');
    if (pem.length > KEY_BYTES_MAX) throw new Error('it is too large');
    const key = read(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('it is not an Ed25519 key');
    return key;
  } catch (error) {
    // Messages of the parser never hold the key.
    const why = error instanceof Error ? error.message : 'unknown';
    throw new ChangeError('receipt', path, `the key cannot be used: ${why}`, { cause: error });
  }
}

/** Whole or not at all, and never over what is there. */
function writeNew(path: string, text: string | Buffer, mode: number): boolean {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = openSync(temporary, 'wx', mode);
    try {
      writeSync(handle, text.toString());
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    const why = error instanceof Error ? error.message : 'unknown';
    throw new ChangeError('receipt', path, `the key cannot be written: ${why}`, { cause: error });
  } finally {
    rmSync(temporary, { force: true });
  }
}
