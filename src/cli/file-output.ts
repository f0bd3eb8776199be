/** Files that commands write: whole or not at all (temporary file, fsync, rename), with the mode given. */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandFailure } from './failure.ts';

/** Write a file atomically. `mode` is the permission bits, for example 0o600. */
export function writeWhole(path: string, content: string | Uint8Array, mode: number): void {
  writeParts(path, [content], mode);
}

/** The same for content that comes in parts, of which only one is in memory at a time. */
export function writeParts(path: string, parts: Iterable<string | Uint8Array>, mode: number): void {
  const folder = dirname(path);
  const temporary = join(folder, `.wardis-${randomBytes(6).toString('hex')}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    const handle = openSync(temporary, 'wx', mode);
    try {
      for (const part of parts) writeAll(handle, typeof part === 'string' ? Buffer.from(part) : part);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new CommandFailure(
      {
        code: 'E_WRITE',
        what: 'the file could not be written; nothing was changed',
        target: path,
        cause: error instanceof Error ? error.message : 'unknown',
        next: 'check the folder, its permissions and the free space, then run the command again',
      },
      { cause: error },
    );
  }
}

/** Refuse to overwrite what is there, unless told to. */
export function refuseExisting(path: string, overwrite: 'overwrite' | 'keep'): void {
  if (overwrite === 'keep' && existsSync(path)) {
    throw new CommandFailure({
      code: 'E_EXISTS',
      what: 'the file exists and was left as it is',
      target: path,
      next: 'choose another place, or pass --force',
    });
  }
}

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) offset += writeSync(handle, bytes, offset);
}
