/**
 * Sealing of secrets at rest: AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits, bound to its run by the
 * additional data, under a key that lies in the state folder for its owner alone. Whoever copies a journal without the
 * key has nothing. Padding hides how long a secret is, up to 64 bytes.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, linkSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../conf/index.ts';
import { ChangeError } from '../change-error.ts';
import { syncFolder, writeSynced } from '../../disk/index.ts';

/** Seals and opens the secrets of one run. */
export interface Seal {
  /** `v1:` and base64 of nonce, ciphertext and tag. Different each time. */
  readonly seal: (secret: Secret) => string;
  /** Throws a `ChangeError` (`seal`) when the text was not sealed for this run by this key. */
  readonly open: (sealed: string) => Secret;
}

export const SEAL_KEY_FILE = 'seal.key';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PAD_CHARS = 64;
const PREFIX = 'v1:';
const OTHERS = 0o077;

/** The seal of a run, with the key of the state folder, which is made when there is none. */
export function openSeal(stateFolder: string, runId: string): Seal {
  return sealWith(readKey(stateFolder, 'make'), runId);
}

/** The same for reading: a key that is not there is an error, since what it sealed cannot be read without it. */
export function openExistingSeal(stateFolder: string, runId: string): Seal {
  return sealWith(readKey(stateFolder, 'expect'), runId);
}

function sealWith(key: Buffer, runId: string): Seal {
  const additional = Buffer.from(runId, 'utf8');
  return {
    seal: (secret) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(additional);
      // JSON keeps lone surrogates, which stand for bytes that are not UTF-8; blanks after it change nothing.
      const text = JSON.stringify(secret.reveal());
      const padded = text.padEnd(Math.ceil(text.length / PAD_CHARS) * PAD_CHARS);
      const parts = [nonce, cipher.update(padded, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return PREFIX + Buffer.concat(parts).toString('base64');
    },
    open: (sealed) => new Secret(unseal(sealed, key, additional, runId)),
  };
}

function unseal(sealed: string, key: Buffer, additional: Buffer, runId: string): string {
  const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64');
  try {
    if (!sealed.startsWith(PREFIX) || bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('not sealed');
    const tagAt = bytes.length - TAG_BYTES;
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), options);
    decipher.setAAD(additional).setAuthTag(bytes.subarray(tagAt));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
    return JSON.parse(text.toString('utf8')) as string;
  } catch (error) {
    throw new ChangeError(
      'seal',
      runId,
      `a secret of run ${runId} cannot be opened with this ${SEAL_KEY_FILE}`,
      {
        next: `put the ${SEAL_KEY_FILE} that made the run back into the state folder`,
        cause: error,
      },
    );
  }
}

function readKey(stateFolder: string, absent: 'make' | 'expect'): Buffer {
  const path = join(stateFolder, SEAL_KEY_FILE);
  try {
    return readTrusted(path);
  } catch (error) {
    if (!isMissing(error)) throw explainKeyError(path, error);
    if (absent === 'expect') throw explainKeyError(path, error);
  }
  try {
    makeKey(path);
    syncFolder(stateFolder);
    return readTrusted(path);
  } catch (error) {
    throw explainKeyError(path, error);
  }
}

/** Written whole under another name first: whoever is faster wins, and nobody reads half a key. */
function makeKey(path: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeSynced(temporary, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readTrusted(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { mode, uid } = fstatSync(file);
    const self = process.getuid?.();
    if (self !== undefined && uid !== self) throw refuseKey(path, 'it belongs to somebody else');
    if (self !== undefined && (mode & OTHERS) !== 0) throw refuseKey(path, 'others may read or change it');
    const buffer = Buffer.alloc(KEY_BYTES * 4);
    const text = buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
    const key = Buffer.from(text.trim(), 'base64');
    if (key.length !== KEY_BYTES) throw refuseKey(path, 'it is not a key');
    return key;
  } finally {
    closeSync(file);
  }
}

function refuseKey(path: string, why: string): ChangeError {
  return new ChangeError('seal', path, `the key that seals secrets is not used: ${why}`, {
    next: `chmod 600 ${path}, and think whether its secrets must be rotated`,
  });
}

function explainKeyError(path: string, error: unknown): ChangeError {
  if (error instanceof ChangeError) return error;
  const why = isMissing(error) ? 'it is not there' : error instanceof Error ? error.message : 'unknown';
  return new ChangeError('seal', path, `the key that seals secrets cannot be read: ${why}`, {
    next: `put back the ${SEAL_KEY_FILE} that lay there`,
    cause: error,
  });
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
