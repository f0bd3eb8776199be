/**
 * A lock as a file that says who holds it. It appears whole or not at all (a link to a finished file). One whose process
 * is gone is taken over, by one process at a time: a second lock is held while the first is looked at and removed, so
 * that nobody removes what another has just taken. Only who holds a lock, or holds that second one, ever removes it.
 */

import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { writeSynced } from './durable.ts';

/** Who holds it. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** What for. */
  readonly what: string;
}

export type LockAttempt =
  /** `release` twice is once, and removes no other lock than this. */
  | { readonly state: 'taken'; readonly release: () => void }
  /** Absent: nobody can read who. */
  | { readonly state: 'busy'; readonly holder?: LockHolder };

/** Takes the lock at `path` or says who has it; never waits. Throws what the file system throws. */
export function tryLock(path: string, what: string, now: Date = new Date()): LockAttempt {
  return attempt(path, { what, startedAt: now.toISOString() }, 0);
}

interface Holder extends LockHolder {
  readonly birth?: string;
  readonly space?: string;
  readonly token?: string;
}

/** A lock on taking over, and one on taking that over. */
const DEPTH_MAX = 2;
const TRIES_MAX = 3;
const held = new Set<string>();

function attempt(path: string, about: Pick<Holder, 'what' | 'startedAt'>, depth: number): LockAttempt {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const found = readIfThere(path);
    if (found === undefined) {
      const token = randomBytes(16).toString('hex');
      const content = `${JSON.stringify({ ...ownHolder(), ...about, token })}\n`;
      if (take(path, content)) return { state: 'taken', release: hold(path, content, token) };
      continue;
    }
    const holder = readHolder(found);
    if (holder === undefined || !isGone(holder)) return busy(holder);
    if (depth >= DEPTH_MAX || !takeOver(path, found, about, depth)) return busy(holder);
  }
  return { state: 'busy' };
}

function busy(holder: Holder | undefined): LockAttempt {
  return holder === undefined ? { state: 'busy' } : { state: 'busy', holder };
}

/** Removes the very lock that was found stale. False where another process is at it. */
function takeOver(
  path: string,
  stale: string,
  about: Pick<Holder, 'what' | 'startedAt'>,
  depth: number,
): boolean {
  const over = attempt(`${path}.takeover`, about, depth + 1);
  if (over.state === 'busy') return false;
  try {
    if (readIfThere(path) === stale) rmSync(path, { force: true });
    return true;
  } finally {
    over.release();
  }
}

function hold(path: string, content: string, token: string): () => void {
  held.add(token);
  return () => {
    if (held.delete(token) && readIfThere(path) === content) rmSync(path, { force: true });
  };
}

function take(path: string, content: string): boolean {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeSynced(temporary, content);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function ownHolder(): Pick<Holder, 'pid' | 'host' | 'birth' | 'space'> {
  const birth = birthOf(process.pid);
  const space = ownSpace();
  return {
    pid: process.pid,
    host: hostname(),
    ...(birth === undefined ? {} : { birth }),
    ...(space === undefined ? {} : { space }),
  };
}

function readHolder(content: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, host, startedAt, what, birth, space, token } = value as Record<string, unknown>;
    if (!Number.isSafeInteger(pid) || Number(pid) < 1) return undefined;
    if (typeof host !== 'string' || typeof startedAt !== 'string' || typeof what !== 'string')
      return undefined;
    return {
      pid: Number(pid),
      host,
      startedAt,
      what,
      ...(typeof birth === 'string' ? { birth } : {}),
      ...(typeof space === 'string' ? { space } : {}),
      ...(typeof token === 'string' ? { token } : {}),
    };
  } catch {
    return undefined;
  }
}

/**
 * Of another host nothing is known, and of another space of process numbers (a container) only that it ended with a boot
 * before this one. A number may have been given again: its birth tells them apart.
 */
function isGone(holder: Holder): boolean {
  if (holder.host !== hostname()) return false;
  const own = birthOf(process.pid);
  if (holder.birth !== undefined && own !== undefined && bootOf(holder.birth) !== bootOf(own)) return true;
  const space = ownSpace();
  if (holder.space !== undefined && space !== undefined && holder.space !== space) return false;
  if (holder.pid === process.pid) return holder.token === undefined || !held.has(holder.token);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return isCode(error, 'ESRCH');
  }
  const birth = birthOf(holder.pid);
  return holder.birth !== undefined && birth !== undefined && holder.birth !== birth;
}

function bootOf(birth: string): string {
  return birth.slice(0, birth.lastIndexOf(':'));
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

/** Where process numbers mean what they mean here (pid_namespaces(7)). */
function ownSpace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
