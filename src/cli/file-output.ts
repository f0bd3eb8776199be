/**
 * Files that commands write: whole or not at all (temporary file, fsync, rename), with the mode given.
 * Devices and pipes are written to as they are.
 */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { holdFile, replaceHeld } from '../disk/index.ts';
import { CommandFailure } from './failure.ts';

/** Write a file atomically. `mode` is the permission bits, for example 0o600. */
export function writeWhole(path: string, content: string | Uint8Array, mode: number): void {
  writeParts(path, [content], mode);
}

/** The same for content that comes in parts, of which only one is in memory at a time. */
export function writeParts(path: string, parts: Iterable<string | Uint8Array>, mode: number): void {
  try {
    if (isStream(path)) return writeStream(path, parts);
    renameSync(stage(path, parts, mode), path);
  } catch (error) {
    throw unwritten(path, error);
  }
}

/** Replace the content of a file that is there, atomically; its mode and owner stay. A link is followed. */
export function rewriteWhole(path: string, content: string | Uint8Array): void {
  try {
    replaceHeld(holdFile(path), content);
  } catch (error) {
    throw unwritten(path, error);
  }
}

export interface FileToWrite {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** Several files, all or none: every byte lies on disk under another name before the first file gets its own. */
export function writeTogether(files: readonly FileToWrite[]): void {
  const staged: { readonly temporary: string; readonly path: string }[] = [];
  const made: string[] = [];
  for (const { path, content, mode } of files) {
    try {
      const folder = mkdirSync(dirname(path), { recursive: true });
      if (folder !== undefined) made.push(folder);
      staged.push({ temporary: stage(path, [content], mode), path });
    } catch (error) {
      for (const { temporary } of staged) rmSync(temporary, { force: true });
      for (const folder of made) rmSync(folder, { recursive: true, force: true });
      throw unwritten(path, error);
    }
  }
  for (const { temporary, path } of staged) {
    try {
      renameSync(temporary, path);
    } catch (error) {
      for (const each of staged) rmSync(each.temporary, { force: true });
      throw unwritten(path, error);
    }
  }
}

/** Make a folder for secrets, closed to others; one that is there stays as it is. */
export function makePrivateFolder(folder: string): void {
  try {
    mkdirSync(dirname(folder), { recursive: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CommandFailure({
      code: 'E_WRITE',
      what: 'the folder could not be made; nothing was changed',
      target: folder,
      cause: error instanceof Error ? error.message : 'unknown',
      next: 'check its parent folder and the permissions, then run the command again',
    });
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

/** The whole content, synced, beside the file that it will be. */
function stage(path: string, parts: Iterable<string | Uint8Array>, mode: number): string {
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
    return temporary;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function unwritten(path: string, error: unknown): CommandFailure {
  return new CommandFailure(
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

/** A device, a pipe, or `/dev/stdout`: replacing it by a file would break it, for everybody when root does it. */
function isStream(path: string): boolean {
  const kind = lstatSync(path, { throwIfNoEntry: false });
  if (kind === undefined || kind.isFile() || kind.isDirectory()) return false;
  if (/^\/(?:dev|proc)\//.test(resolve(path))) return true;
  // Any other symbolic link is replaced and never followed: somebody else may have put it there.
  return !kind.isSymbolicLink() && statSync(path).isFIFO();
}

function writeStream(path: string, parts: Iterable<string | Uint8Array>): void {
  const handle = openSync(path, 'w');
  try {
    for (const part of parts) writeAll(handle, typeof part === 'string' ? Buffer.from(part) : part);
  } finally {
    closeSync(handle);
  }
}

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) offset += writeSync(handle, bytes, offset);
}
