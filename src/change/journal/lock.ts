/** One run at a time for a state folder: a file `lock` that says who holds it; see the disk room for how it is taken. */

import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { tryLock, type LockAttempt, type LockHolder } from '../../disk/index.ts';
import { ChangeError } from '../change-error.ts';

/** Holding it is what allows to begin or to go on with a run. */
export interface StateLock {
  readonly folder: string;
  /** Twice is once. */
  readonly release: () => void;
}

export const LOCK_FILE = 'lock';

/**
 * Takes the lock of a state folder, which is made when it is not there. `what` is what for: `apply`. Throws a
 * `ChangeError` (`locked`) that names who holds it.
 */
export function lockState(folder: string, what: string, now: Date = new Date()): StateLock {
  const path = join(folder, LOCK_FILE);
  const lock = attempt(folder, path, what, now);
  if (lock.state === 'busy') throw lockedBy(folder, path, lock.holder);
  return { folder, release: lock.release };
}

function attempt(folder: string, path: string, what: string, now: Date): LockAttempt {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return tryLock(path, what, now);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    throw new ChangeError('journal', folder, `the state folder cannot be locked: ${why}`, {
      next: 'check the folder, its permissions and the free space; or name another by --state DIR',
      cause: error,
    });
  }
}

function lockedBy(folder: string, path: string, holder: LockHolder | undefined): ChangeError {
  const who =
    holder === undefined
      ? 'somebody'
      : `${holder.what}, process ${holder.pid} on ${holder.host} since ${holder.startedAt}`;
  return new ChangeError('locked', folder, `another run holds the state folder: ${who}`, {
    next:
      holder !== undefined && holder.host === hostname()
        ? 'wait for it to end'
        : `wait for it to end; if it is surely gone, remove ${path}`,
  });
}
