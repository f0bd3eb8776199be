/**
 * One writer at a time in `tls/`: a file `lock` that says who holds it, for the short time of a change. Others wait.
 * It appears whole or not at all (a link to a finished file); one whose process is gone on this host is taken over.
 */

import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { writeSynced } from '../disk/index.ts';
import { FILES, unwritten } from './folder.ts';
import { PkiError } from './pki-error.ts';

const HOLDER = z.object({
  pid: z.int().positive(),
  host: z.string(),
  since: z.string(),
  birth: z.string().optional(),
});
type Holder = z.infer<typeof HOLDER>;

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
    await acquire(path, waitMsMax);
    try {
      return await work();
    } finally {
      rmSync(path, { force: true });
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

async function acquire(path: string, waitMsMax: number): Promise<void> {
  const deadline = performance.now() + waitMsMax;
  for (;;) {
    const content = tryTake(path);
    if (content === undefined) return;
    const holder = readHolder(content);
    if (holder !== undefined && isGone(holder)) {
      removeStale(path, content);
      continue;
    }
    if (performance.now() >= deadline) throw lockedBy(path, holder);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS * (0.5 + Math.random())));
  }
}

/** Undefined when it is ours; else what the lock says, or nothing at all when it was given back in between. */
function tryTake(path: string): string | undefined {
  const birth = birthOf(process.pid);
  const us: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    ...(birth === undefined ? {} : { birth }),
  };
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeSynced(temporary, `${JSON.stringify(us)}\n`);
    try {
      linkSync(temporary, path);
      return undefined;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      return readIfThere(path);
    } finally {
      rmSync(temporary, { force: true });
    }
  } catch (error) {
    throw unwritten(path, error);
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return '';
    throw error;
  }
}

function readHolder(content: string): Holder | undefined {
  try {
    return HOLDER.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}

/** Of another host nothing is known. A process number may have been given again: its birth tells them apart. */
function isGone(holder: Holder): boolean {
  if (holder.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return isCode(error, 'ESRCH');
  }
  const birth = birthOf(holder.pid);
  return holder.birth !== undefined && birth !== undefined && holder.birth !== birth;
}

/** When a process started, in clock ticks since the boot, and which boot (proc(5)); undefined elsewhere. */
function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return ticks === undefined ? undefined : `${boot}:${ticks}`;
  } catch {
    return undefined;
  }
}

/** Only the very lock that was found stale: another may have taken it over meanwhile. */
function removeStale(path: string, content: string): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw unwritten(path, error);
  }
  try {
    if (readFileSync(aside, 'utf8') !== content) linkSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}

function lockedBy(path: string, holder: Holder | undefined): PkiError {
  const who =
    holder === undefined ? 'somebody' : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new PkiError('locked', path, `another process writes here: ${who}`, {
    next:
      holder?.host === hostname()
        ? 'wait for it to end'
        : `wait for it to end; if it is surely gone, remove ${path}`,
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
