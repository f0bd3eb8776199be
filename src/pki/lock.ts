/** One writer at a time in `tls/`, for the short time of a change: a file `lock` that says who. Others wait. */

import { hostname } from 'node:os';
import { join } from 'node:path';
import { tryLock, type LockAttempt, type LockHolder } from '../disk/index.ts';
import { FILES, unwritten } from './folder.ts';
import { PkiError } from './pki-error.ts';

/** Making an RSA key of 4096 bits takes seconds; signing and writing do not. */
export const LOCK_WAIT_MS_MAX = 20_000;
const POLL_MS = 20;

/** Work of this process goes one after the other, so that it never waits for itself. */
const queues = new Map<string, Promise<unknown>>();

/** Runs `work` while nobody else writes in the folder. Throws {@link PkiError} (`locked`, `write`), or what `work` throws. */
export async function whileLocked<T>(
  folder: string,
  work: () => Promise<T> | T,
  waitMsMax: number = LOCK_WAIT_MS_MAX,
): Promise<T> {
  const path = join(folder, FILES.lock);
  const turn = (queues.get(path) ?? Promise.resolve()).then(async () => {
    const release = await acquire(path, waitMsMax);
    try {
      return await work();
    } finally {
      release();
    }
  });
  const settled = turn.then(
    () => undefined,
    () => undefined,
  );
  queues.set(path, settled);
  try {
    return await turn;
  } finally {
    if (queues.get(path) === settled) queues.delete(path);
  }
}

async function acquire(path: string, waitMsMax: number): Promise<() => void> {
  const deadline = performance.now() + waitMsMax;
  for (;;) {
    const lock = attempt(path);
    if (lock.state === 'taken') return lock.release;
    if (performance.now() >= deadline) throw lockedBy(path, lock.holder);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS * (0.5 + Math.random())));
  }
}

function attempt(path: string): LockAttempt {
  try {
    return tryLock(path, 'tls');
  } catch (error) {
    throw unwritten(path, error);
  }
}

function lockedBy(path: string, holder: LockHolder | undefined): PkiError {
  const who =
    holder === undefined ? 'somebody' : `process ${holder.pid} on ${holder.host} since ${holder.startedAt}`;
  return new PkiError('locked', path, `another process writes here: ${who}`, {
    next:
      holder?.host === hostname()
        ? 'wait for it to end'
        : `wait for it to end; if it is surely gone, remove ${path}`,
  });
}
