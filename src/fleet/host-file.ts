/**
 * Files of this host, read with a limit and without ever throwing: what cannot be read is a fact of its own.
 */

import { closeSync, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { known, type Fact } from './fact.ts';
import type { PathFact } from './snapshot.ts';

/** Configuration, ACL and certificate files; the largest ACL file that was tried (50,000 users) has 6 MB. */
export const FILE_BYTES_MAX = 32 * 1024 * 1024;

/** Where this host keeps what is read; tests give a directory of their own. Default `/`. */
export type HostRoot = string;

/** A file's bytes. Only regular files, and what the kernel shows as such, are read: a pipe could wait for ever. */
export function readHostFile(path: string, bytesMax = FILE_BYTES_MAX): Fact<Buffer> {
  let file: number | undefined;
  try {
    if (!statSync(path).isFile()) return unreadable(path, 'it is not a file');
    file = openSync(path, 'r');
    const size = fstatSync(file).size;
    if (size > bytesMax) return unreadable(path, `it has more than ${bytesMax} bytes`);
    return known(readUpTo(file, bytesMax), { kind: 'file', path });
  } catch (error) {
    return unreadable(path, codeOf(error));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A file's text, or undefined; for the kernel's and the system's own files. */
export function readSystemText(path: string): string | undefined {
  const bytes = readHostFile(path);
  return bytes.known ? bytes.value.toString('utf8') : undefined;
}

/** Mode, owner and size; links are followed, as the server does. */
export function readPathFact(path: string, names: OwnerNames): Fact<PathFact> {
  try {
    const stats = statSync(path);
    return known(
      {
        kind: kindOf(stats),
        mode: stats.mode & 0o7777,
        owner: names.user(stats.uid),
        group: names.group(stats.gid),
        bytes: stats.size,
      },
      { kind: 'host', what: `stat ${path}` },
    );
  } catch (error) {
    return unreadable(path, codeOf(error));
  }
}

/** Names of users and groups; a number without a name stays a number. */
export interface OwnerNames {
  readonly user: (uid: number) => string;
  readonly group: (gid: number) => string;
}

export function readOwnerNames(root: HostRoot = '/'): OwnerNames {
  const users = readIds(`${root}/etc/passwd`);
  const groups = readIds(`${root}/etc/group`);
  return {
    user: (uid) => users.get(uid) ?? String(uid),
    group: (gid) => groups.get(gid) ?? String(gid),
  };
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

function readUpTo(file: number, bytesMax: number): Buffer {
  // Files under /proc say that they are empty, so their size is not trusted.
  const chunks: Buffer[] = [];
  for (let total = 0; total < bytesMax;) {
    const chunk = Buffer.alloc(Math.min(64 * 1024, bytesMax - total));
    const length = readSync(file, chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return Buffer.concat(chunks);
}

function readIds(path: string): ReadonlyMap<number, string> {
  const text = readSystemText(path) ?? '';
  return new Map(
    text.split('\n').flatMap((line): readonly (readonly [number, string])[] => {
      const [name, , id] = line.split(':');
      return name === undefined || id === undefined ? [] : [[Number(id), name]];
    }),
  );
}

function kindOf(stats: Stats): PathFact['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSocket() ? 'socket' : 'other';
}

function unreadable(path: string, why: string): Extract<Fact<never>, { known: false }> {
  const look = `run wardis as a user who may read ${path}, or look at it with ls -l`;
  return { known: false, reason: 'unreachable', detail: `${path} cannot be read: ${why}`, look };
}
