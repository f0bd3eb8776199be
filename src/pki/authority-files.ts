/**
 * What the inventory says of our own authorities, after files of theirs were renamed or removed: where each lies is read
 * from the folder, so that doing it again after a crash changes nothing.
 */

import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readCertificates } from '../tls/index.ts';
import { FILES, readPem } from './folder.ts';
import type { InventoryEntry } from './inventory.ts';
import { changeInventoryHeld, readInventory } from './inventory-file.ts';

/**
 * For who holds the lock. `dropped`: fingerprint of a root that is trusted no more; it and its intermediates are
 * superseded by what issues now. An inventory that cannot be read is left for who mends it.
 */
export function recordAuthorityFiles(folder: string, dropped?: string): void {
  const stateFolder = dirname(folder);
  if (readInventory(stateFolder).state !== 'read') return;
  const names = namesByFingerprint(folder);
  const current = (name: string): string | undefined => [...names].find(([, found]) => found === name)?.[0];
  const root = current(FILES.root.certificate);
  const successors = { root, issuer: current(FILES.issuer.certificate) ?? root };
  changeInventoryHeld(stateFolder, (known) =>
    known.map((entry) => {
      if (entry.usage !== 'authority' && entry.usage !== 'intermediate') return entry;
      const by = dropped === undefined ? undefined : successorOf(entry, folder, dropped, successors);
      const placed = place(entry, folder, names.get(entry.fingerprintSha256));
      return by === undefined || by === entry.fingerprintSha256 ? placed : { ...placed, supersededBy: by };
    }),
  );
}

/** An intermediate of that root that never lay here is somebody else's. */
function successorOf(
  entry: InventoryEntry,
  folder: string,
  dropped: string,
  { root, issuer }: { readonly root: string | undefined; readonly issuer: string | undefined },
): string | undefined {
  if (entry.fingerprintSha256 === dropped) return root;
  const ours = entry.issuerFingerprintSha256 === dropped && liesIn(entry, folder);
  return ours && entry.usage === 'intermediate' ? issuer : undefined;
}

function place(entry: InventoryEntry, folder: string, name: string | undefined): InventoryEntry {
  if (name !== undefined) {
    const certificate = resolve(folder, name);
    return entry.files?.certificate === certificate ? entry : { ...entry, files: { certificate } };
  }
  if (!liesIn(entry, folder)) return entry;
  const { files: _gone, ...rest } = entry;
  return rest;
}

function liesIn({ files }: InventoryEntry, folder: string): boolean {
  return files !== undefined && resolve(dirname(files.certificate)) === resolve(folder);
}

/** Of root and intermediate, the current ones, the next ones, and those before. */
function namesByFingerprint(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder).filter((name) =>
    /^(?:ca|issuer)(?:\.next|\.old-[0-9a-f]{16})?\.crt$/.test(name),
  );
  return new Map(
    names.flatMap((name) => {
      const [fact] = readCertificates(readPem(join(folder, name)) ?? '').certificates;
      return fact === undefined ? [] : [[fact.fingerprintSha256, name] as const];
    }),
  );
}
