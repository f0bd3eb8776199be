/**
 * The moment in which a new root takes the old one's place. Several files change their names, so a note of all of them
 * lies on disk before the first and goes after the last: whoever comes next, after a crash, finishes it. In between
 * every root stays under some name, so that nobody reads less trust than there is.
 */

import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readPlainFile, syncFolder } from '../disk/index.ts';
import { recordAuthorityFiles } from './authority-files.ts';
import { FILES, folderOf, openFolder, replaceFile, unwritten } from './folder.ts';
import { whileLocked } from './lock.ts';
import { PkiError, whyOf } from './pki-error.ts';

const fileName = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/);
const NOTE = z.object({
  schemaVersion: z.literal(1),
  moves: z.array(z.object({ from: fileName, to: fileName })),
});
const NOTE_BYTES_MAX = 64 * 1024;
type Moves = z.infer<typeof NOTE>['moves'];

/** How the files of a root that was replaced are called. */
export function oldNameOf(fingerprintSha256: string, part: 'ca' | 'issuer', kind: 'crt' | 'key'): string {
  return `${part}.old-${fingerprintSha256.slice(0, 16)}.${kind}`;
}

/** The last revocation list of a root that was replaced. */
export function oldListOf(fingerprintSha256: string): string {
  return `crl.old-${fingerprintSha256.slice(0, 16)}.pem`;
}

/** Finishes a swap that was begun; does nothing where there is none. Throws {@link PkiError}. */
export async function settleSuccession(stateFolder: string): Promise<void> {
  const folder = folderOf(stateFolder);
  if (!existsSync(join(folder, FILES.succession))) return;
  await whileLocked(openFolder(stateFolder), () => {
    const moves = readNote(join(folder, FILES.succession));
    if (moves !== undefined) moveAll(folder, moves);
  });
}

/** For who holds the lock: what is current gets its old name, and what is next becomes current. */
export function swapHeld(folder: string, oldRootFingerprint: string): void {
  const moves: Moves = [];
  for (const [part, current, next] of [
    ['issuer', FILES.issuer, FILES.nextIssuer],
    ['ca', FILES.root, FILES.nextRoot],
  ] as const) {
    for (const [kind, side] of [
      ['key', 'key'],
      ['crt', 'certificate'],
    ] as const) {
      const old = oldNameOf(oldRootFingerprint, part, kind);
      if (existsSync(join(folder, current[side]))) moves.push({ from: current[side], to: old });
      if (existsSync(join(folder, next[side]))) moves.push({ from: next[side], to: current[side] });
    }
  }
  // Its own issuer's list would be written over by the next one's.
  if (existsSync(join(folder, FILES.revocationList))) {
    moves.push({ from: FILES.revocationList, to: oldListOf(oldRootFingerprint) });
  }
  refuseTaken(folder, moves);
  replaceFile(join(folder, FILES.succession), `${JSON.stringify({ schemaVersion: 1, moves })}\n`);
  moveAll(folder, moves);
}

/** A move that was made is not made again: its new name is taken, or its old one is free. */
function moveAll(folder: string, moves: Moves): void {
  try {
    for (const { from, to } of moves) {
      if (existsSync(join(folder, from)) && !existsSync(join(folder, to))) {
        renameSync(join(folder, from), join(folder, to));
      }
    }
    syncFolder(folder);
    recordAuthorityFiles(folder);
    rmSync(join(folder, FILES.succession), { force: true });
    syncFolder(folder);
  } catch (error) {
    throw error instanceof PkiError ? error : unwritten(folder, error);
  }
}

function refuseTaken(folder: string, moves: Moves): void {
  const left = new Set(moves.map(({ from }) => from));
  const taken = moves.find(({ to }) => !left.has(to) && existsSync(join(folder, to)));
  if (taken === undefined) return;
  throw new PkiError('exists', join(folder, taken.to), 'the file is there; nothing was overwritten');
}

function readNote(path: string): Moves | undefined {
  try {
    return NOTE.parse(JSON.parse(readPlainFile(path, NOTE_BYTES_MAX).toString('utf8'))).moves;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new PkiError(
      'unreadable',
      path,
      `a change of roots was begun and its note cannot be read: ${whyOf(error)}`,
      { next: 'put tls/ back from its copy' },
    );
  }
}
