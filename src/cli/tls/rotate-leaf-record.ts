/** What a rotation leaves in the inventory: which certificate took the place of which, and which never came to serve. */

import type { RunReport } from '../../change/index.ts';
import { PkiError, readInventory, recordCertificates, type InventoryEntry } from '../../pki/index.ts';

/**
 * Marks what was superseded: the old one where every port shows the new one, the new one where it was taken back.
 * Certificates that are not recorded stay so. Answers with what could not be recorded.
 */
export async function recordOutcome(report: RunReport, stateFolder: string): Promise<readonly string[]> {
  const reading = readInventory(stateFolder);
  if (reading.state === 'unreadable') return [`the inventory was not brought up to date: ${reading.why}`];
  const known = new Map(reading.certificates.map((entry) => [entry.fingerprintSha256, entry]));
  const changed = new Map<string, InventoryEntry>();
  for (const { step, state } of report.steps) {
    if (step.kind !== 'prove-certificate') continue;
    const { before, after } = step.serves;
    const [gone, stays] =
      report.outcome === 'undone'
        ? [after, before]
        : state === 'done' || state === 'unneeded'
          ? [before, after]
          : [];
    if (gone === undefined || stays === undefined || stays === gone) continue;
    const [old, current] = [known.get(gone), known.get(stays)];
    if (old !== undefined && old.supersededBy !== stays) changed.set(gone, { ...old, supersededBy: stays });
    // One that serves again is not superseded: explicitly undefined, since what is absent stays as it was recorded.
    if (current?.supersededBy === gone) {
      changed.set(stays, { ...current, supersededBy: undefined } as unknown as InventoryEntry);
    }
  }
  if (changed.size === 0) return [];
  try {
    await recordCertificates(stateFolder, [...changed.values()]);
    return [];
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return [`the inventory was not brought up to date: ${error.message}`];
  }
}
