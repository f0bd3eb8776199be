/**
 * `tls/` of the state folder: what lies where, and when it is not trusted. Keys are for their owner alone; one that
 * others may read is refused, as ssh refuses it. Files appear whole, and never in place of another key.
 */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { replaceSynced, syncFolder, writeSynced } from '../disk/index.ts';
import { PkiError, whyOf } from './pki-error.ts';

/** Files of `tls/`. `next` is the authority that is being brought in. */
export const FILES = {
  root: { certificate: 'ca.crt', key: 'ca.key' },
  issuer: { certificate: 'issuer.crt', key: 'issuer.key' },
  nextRoot: { certificate: 'ca.next.crt', key: 'ca.next.key' },
  nextIssuer: { certificate: 'issuer.next.crt', key: 'issuer.next.key' },
  revocationList: 'crl.pem',
  inventory: 'inventory.json',
  succession: 'succession.json',
  lock: 'lock',
} as const;

/** Certificates and keys are small; anything larger is something else. */
const PEM_BYTES_MAX = 1024 * 1024;
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

export function folderOf(stateFolder: string): string {
  return join(stateFolder, 'tls');
}

/** The folder, made where it is not there. Throws {@link PkiError} (`permissions`, `write`). */
export function openFolder(stateFolder: string): string {
  const folder = folderOf(stateFolder);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new PkiError('write', folder, `the folder cannot be made: ${whyOf(error)}`, { cause: error });
  }
  distrustFolder(folder);
  return folder;
}

/** Throws {@link PkiError} (`permissions`) where somebody else could put a key of theirs in; a missing folder holds nothing. */
export function distrustFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) throw new PkiError('permissions', folder, 'this is not a folder');
  const self = process.getuid?.();
  if (self === undefined) return;
  if ((found.uid === self || found.uid === 0) && (found.mode & OTHERS_WRITE) === 0) return;
  throw new PkiError('permissions', folder, 'others than you may change what is in this folder', {
    next: `chmod 700 ${folder}, and look who made it`,
  });
}

/** Undefined where there is none. Throws {@link PkiError} (`unreadable`). */
export function readPem(path: string): string | undefined {
  return read(path, 'public');
}

/** The same for a key. Throws {@link PkiError} (`permissions`) where others may read it. */
export function readKeyPem(path: string): string | undefined {
  return read(path, 'private');
}

/** Files that must not be there yet, all or none; returns what takes them back. Throws {@link PkiError} (`exists`, `write`). */
export function writeNew(
  folder: string,
  files: readonly (readonly [name: string, content: string])[],
): () => void {
  for (const [name] of files) {
    if (existsSync(join(folder, name))) {
      throw new PkiError('exists', join(folder, name), 'the file is there; nothing was overwritten');
    }
  }
  const temporary: string[] = [];
  const made: string[] = [];
  const takeBack = (): void => {
    for (const path of made) rmSync(path, { force: true });
  };
  try {
    for (const [name, content] of files) {
      const path = join(folder, `.${name}.${randomBytes(6).toString('hex')}.tmp`);
      writeSynced(path, content);
      temporary.push(path);
    }
    for (const [at, [name]] of files.entries()) {
      linkSync(String(temporary[at]), join(folder, name));
      made.push(join(folder, name));
    }
    syncFolder(folder);
    return takeBack;
  } catch (error) {
    takeBack();
    throw unwritten(folder, error);
  } finally {
    for (const path of temporary) rmSync(path, { force: true });
  }
}

/** A public file, in place of the one before. Throws {@link PkiError} (`write`). */
export function replaceFile(path: string, content: string): void {
  try {
    replaceSynced(path, content);
  } catch (error) {
    throw unwritten(path, error);
  }
}

export function unwritten(path: string, error: unknown): PkiError {
  return new PkiError('write', path, `it could not be written: ${whyOf(error)}; nothing was changed`, {
    next: 'check the folder, its permissions and the free space, then run the command again',
    cause: error,
  });
}

function read(path: string, kind: 'public' | 'private'): string | undefined {
  let handle: number;
  try {
    // A pipe in its place is not waited for.
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new PkiError('unreadable', path, `it cannot be read: ${whyOf(error)}`, { cause: error });
  }
  try {
    const found = fstatSync(handle);
    const { mode, uid, size } = found;
    if (!found.isFile()) throw new PkiError('unreadable', path, 'it is not a plain file');
    if (size > PEM_BYTES_MAX) {
      throw new PkiError('unreadable', path, `it has ${size} bytes; no certificate or key is that large`);
    }
    if (kind === 'private') refuseOpenKey(path, mode, uid);
    return readFileSync(handle, 'utf8');
  } catch (error) {
    if (error instanceof PkiError) throw error;
    throw new PkiError('unreadable', path, `it cannot be read: ${whyOf(error)}`, { cause: error });
  } finally {
    closeSync(handle);
  }
}

function refuseOpenKey(path: string, mode: number, uid: number): void {
  const self = process.getuid?.();
  if (self === undefined) return;
  if (uid !== self && uid !== 0) {
    throw new PkiError('permissions', path, 'the private key belongs to another user: it was not used', {
      next: `look who made it; then chown ${self} ${path}`,
    });
  }
  if ((mode & OTHERS) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  throw new PkiError(
    'permissions',
    path,
    `permissions ${shown} let others read this private key: it was not used`,
    { next: `chmod 600 ${path}; if others had access to this host, make a new authority` },
  );
}
