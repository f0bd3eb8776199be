/**
 * One run at a time for a state folder: a file `lock` that says who holds it. It appears whole or not at all (a link
 * to a finished file), and one whose process is gone on this host is taken over.
 */

import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ChangeError } from '../change-error.ts';
import { writeSynced } from '../../disk/index.ts';

/** Holding it is what allows to begin or to go on with a run. */
export interface StateLock {
  readonly folder: string;
  /** Twice is once. */
  readonly release: () => void;
}

export const LOCK_FILE = 'lock';
const TRIES_MAX = 3;

const HOLDER = z.object({
  pid: z.int().positive(),
  host: z.string(),
  startedAt: z.string(),
  what: z.string(),
  birth: z.string().optional(),
});
type Holder = z.infer<typeof HOLDER>;

const held = new Set<string>();

/**
 * Takes the lock of a state folder, which is made when it is not there. `what` is what for: `apply`. Throws a
 * `ChangeError` (`locked`) that names who holds it.
 */
export function lockState(folder: string, what: string, now: Date = new Date()): StateLock {
  const path = join(folder, LOCK_FILE);
  const birth = birthOf(process.pid);
  const us: Holder = {
    pid: process.pid,
    host: hostname(),
    startedAt: now.toISOString(),
    what,
    ...(birth === undefined ? {} : { birth }),
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      if (take(path, us)) return hold(folder, path);
      const content = readIfThere(path);
      if (content === undefined) continue;
      const holder = readHolder(content);
      if (holder === undefined || !isGone(holder, path)) throw lockedBy(folder, path, holder);
      removeStale(path, content);
    }
  } catch (error) {
    if (error instanceof ChangeError) throw error;
    const why = error instanceof Error ? error.message : 'unknown';
    throw new ChangeError('journal', folder, `the state folder cannot be locked: ${why}`, {
      next: 'check the folder, its permissions and the free space; or name another by --state DIR',
      cause: error,
    });
  }
  throw lockedBy(folder, path, undefined);
}

function hold(folder: string, path: string): StateLock {
  held.add(path);
  return {
    folder,
    release: () => {
      if (held.delete(path)) rmSync(path, { force: true });
    },
  };
}

function take(path: string, us: Holder): boolean {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeSynced(temporary, `${JSON.stringify(us)}\n`);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
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
function isGone(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) return false;
  if (holder.pid === process.pid) return !held.has(path);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
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
  renameSync(path, aside);
  try {
    if (readFileSync(aside, 'utf8') !== content) linkSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}

function lockedBy(folder: string, path: string, holder: Holder | undefined): ChangeError {
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
