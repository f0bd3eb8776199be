/**
 * A file whose only line is the secret: whole or not at all (written beside it, synced, renamed), mode 0600 when new,
 * mode and owner kept when it was there. A link is followed to the file that it stands for.
 */

import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { secret, type Secret } from '../../conf/index.ts';
import { syncFolder, writeSynced } from '../../disk/index.ts';
import { undelivered, type Delivery, type Examination } from './surroundings.ts';

/** A longer file holds more than a secret. */
const FILE_BYTES_MAX = 64 * 1024;

/** Whether the file can be replaced, and the secret that it holds. Throws a ChangeError `delivery`. */
export function examineFile(path: string): Examination {
  try {
    const real = placeOf(path);
    accessSync(dirname(real), constants.W_OK | constants.X_OK);
    if (!existsSync(real)) return { detail: 'is not there yet' };
    const previous = readOnlyLine(real);
    const open = (statSync(real).mode & 0o077) !== 0;
    return {
      ...(previous === '' ? {} : { previous: secret(previous) }),
      detail: open ? 'is there, and others than its owner may read it' : 'is there',
    };
  } catch (error) {
    throw unwritten(path, error);
  }
}

/** Writes it; what is there keeps its mode and owner. */
export function deliverToFile(path: string, value: Secret): Delivery {
  let temporary: string | undefined;
  try {
    const real = placeOf(path);
    const there = existsSync(real) ? statSync(real) : undefined;
    if (there !== undefined) readOnlyLine(real);
    temporary = join(dirname(real), `.wardis-${randomBytes(6).toString('hex')}.tmp`);
    writeSynced(temporary, `${value.reveal()}\n`);
    if (there !== undefined) {
      const own = statSync(temporary);
      if (own.uid !== there.uid || own.gid !== there.gid) chownSync(temporary, there.uid, there.gid);
      chmodSync(temporary, there.mode & 0o7777);
    }
    renameSync(temporary, real);
    syncFolder(dirname(real));
    return { detail: there === undefined ? 'written, mode 0600' : 'replaced, mode and owner kept' };
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    throw unwritten(path, error);
  }
}

function placeOf(path: string): string {
  const whole = resolve(path);
  if (!existsSync(whole)) return whole;
  const real = realpathSync(whole);
  if (!statSync(real).isFile()) throw new Error('this is not a regular file');
  return real;
}

/** A file with more in it, such as an environment file, is not ours to replace by one line. */
function readOnlyLine(path: string): string {
  if (statSync(path).size > FILE_BYTES_MAX) throw new Error('it holds more than a secret');
  const [line = '', ...more] = readFileSync(path, 'utf8').split(/\r?\n/);
  if (more.some((text) => text !== '')) throw new Error('it holds more than one line, so more than a secret');
  return line;
}

function unwritten(path: string, error: unknown): Error {
  const cause = error instanceof Error ? error.message : 'unknown';
  return undelivered(`file ${path}`, `the secret was not written: ${cause}`, {
    next: 'check the file, its folder, the permissions and the free space',
    cause: error,
  });
}
