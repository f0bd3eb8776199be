/**
 * Files that a person places: nothing is sent to the host. What is to be placed is written to a folder of this machine
 * that only we may read, and listed; the server's own word tells later whether it was placed (see `shown.ts`).
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { explainFileError, HostError } from './host-error.ts';
import {
  examinePlacement,
  NEW_FILE_MODE,
  type HandItem,
  type HostAccess,
  type Placed,
  type Placement,
} from './host-access.ts';
import { openLocalAccess } from './local-access.ts';

/** An access that collects. `folder`: absolute; each host gets a folder of its own below it. */
export function openHandAccess(host: string, folder: string): HostAccess {
  const refuse = (path: string): Promise<never> =>
    Promise.reject(
      new HostError('failed', `${host}:${path}`, `files of ${host} are placed by a person (via: none)`),
    );
  return {
    via: 'none',
    host,
    read: refuse,
    place: (placement) => collectItem(host, folder, placement),
    restore: ({ path }) => refuse(path),
    run: ([program = '']) =>
      Promise.reject(
        new HostError('failed', host, `${program} is not run on ${host}: a person does that (via: none)`),
      ),
    removeBackup: () => Promise.resolve(),
    removeOtherBackups: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** What to do with the items, as lines for a person. */
export function printHandItems(items: readonly HandItem[]): readonly string[] {
  return items.flatMap(({ host, path, mode, sha256, bytes, source }) => [
    `${host}:${path}   ${bytes} bytes, mode ${mode.toString(8).padStart(4, '0')}, sha256 ${sha256}`,
    `  from ${source}`,
  ]);
}

async function collectItem(host: string, folder: string, placement: Placement): Promise<Placed> {
  const { sha256, bytes } = examinePlacement(host, placement);
  const source = join(folder, host.replace(/[^0-9A-Za-z_.-]/g, '_'), placement.path);
  try {
    mkdirSync(join(source, '..'), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainFileError(error, source);
  }
  const local = openLocalAccess();
  const old = await local.read(source);
  await local.place({
    path: source,
    runId: placement.runId,
    beforeSha256: old?.sha256 ?? 'absent',
    content: placement.content,
    mode: 0o600,
  });
  // What an earlier try collected is no backup of anything.
  await local.removeBackup(source, placement.runId);
  const mode = placement.mode ?? NEW_FILE_MODE;
  const item = { host, path: placement.path, mode, sha256, bytes: bytes.length, source };
  return { outcome: 'by-hand', sha256, item };
}
