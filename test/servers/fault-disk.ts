/**
 * A disk that is full and a folder that cannot be written, under a server that runs: a small file system is laid over
 * its folder, or the folder is made read-only. Takes the rights to mount; where they are missing a test must say so.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, cpSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TopologyNode } from './node.ts';

export interface DiskFault {
  /** Makes room again, or writable again; the server's files are as it left them. */
  readonly mend: () => void;
}

const DISK_BYTES = 512 * 1024;
const BLOCK = Buffer.alloc(4096, 1);
const FILLER = 'filler';

const mounted = new Set<string>();

process.on('exit', () => {
  for (const folder of mounted) umount(folder);
});

/** Whether this machine lets us mount; asked once. */
export function canMount(): boolean {
  known ??= tryMount();
  return known;
}

let known: boolean | undefined;

/** Fills the disk that the folder of a node is on, from now on; `mend()` makes room. */
export function fillDisk({ folder }: TopologyNode): DiskFault {
  const copy = mkdtempSync(join(tmpdir(), 'wardis-disk-'));
  cpSync(folder, copy, { recursive: true });
  mount(['-t', 'tmpfs', '-o', `size=${DISK_BYTES},mode=700`, 'tmpfs', folder]);
  mounted.add(folder);
  cpSync(copy, folder, { recursive: true });
  const filler = join(folder, FILLER);
  const file = openSync(filler, 'w', 0o600);
  for (let full = false; !full;) full = !tryWrite(file);
  closeSync(file);
  return {
    mend: () => {
      if (!mounted.delete(folder)) return;
      rmSync(filler, { force: true });
      rmSync(copy, { recursive: true, force: true });
      cpSync(folder, copy, { recursive: true });
      umount(folder);
      cpSync(copy, folder, { recursive: true });
      rmSync(copy, { recursive: true, force: true });
    },
  };
}

/** Nothing in the folder of a node can be written, replaced or made, from now on. */
export function makeReadOnly({ folder }: TopologyNode): DiskFault {
  mount(['--bind', folder, folder]);
  mounted.add(folder);
  mount(['-o', 'remount,ro,bind', folder]);
  return {
    mend: () => {
      if (mounted.delete(folder)) umount(folder);
    },
  };
}

function tryMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-mount-'));
  try {
    mount(['-t', 'tmpfs', '-o', 'size=4096', 'tmpfs', folder]);
    umount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tryWrite(file: number): boolean {
  try {
    return writeSync(file, BLOCK) > 0;
  } catch {
    return false;
  }
}

function mount(args: readonly string[]): void {
  execFileSync('mount', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Lazily, since a server may hold a file in it open. */
function umount(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
}
