/** Writing that outlasts a power cut: content is on disk before its name is, and the name before we go on (fsync(2)). */

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const PRIVATE_MODE = 0o600;

/** A new file for its owner alone, on disk when this returns. Throws when there is one of that name. */
export function writeSynced(path: string, content: string): void {
  const file = openSync(path, 'wx', PRIVATE_MODE);
  try {
    const bytes = Buffer.from(content, 'utf8');
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** The same under its own name only when it is whole; one of that name is replaced. */
export function replaceSynced(path: string, content: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeSynced(temporary, content);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Names in a folder outlast a power cut once the folder is on disk. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
