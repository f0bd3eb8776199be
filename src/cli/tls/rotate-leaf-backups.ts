/**
 * Old private keys on hosts. Each run leaves the files that it replaced beside the new ones, so that it can be taken back;
 * once the next run is done and proved they are of no use to anybody but a thief.
 */

import type { HostAccess, Run, RunReport } from '../../change/index.ts';
import { HostError, listRuns, readRun } from '../../change/index.ts';

/** Removes what earlier runs left of the files of a run that is done. Answers with what could not be removed. */
export async function removeEarlierFiles(
  { run, outcome }: Pick<RunReport, 'run' | 'outcome'>,
  hostOf: (node: string) => HostAccess | undefined,
): Promise<readonly string[]> {
  if (outcome !== 'done') return [];
  const notes: string[] = [];
  for (const { node, path } of filesOf(run)) {
    try {
      await hostOf(node)?.removeOtherBackups(path, run.id);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      notes.push(
        `note: the files that earlier rotations replaced stay beside ${node}:${path}, old keys among them: ${error.message}`,
      );
    }
  }
  return notes;
}

/** The run that was done after it on a file of it, and removed what it would be taken back with. */
export function findRemover(run: Run, stateFolder: string): string | undefined {
  const own = new Set(filesOf(run).map(keyOf));
  for (const { id, operation, status } of listRuns(stateFolder)) {
    if (id === run.id) return undefined;
    if (operation !== 'rotate-leaf' || status === 'damaged') continue;
    const later = readRun(stateFolder, id);
    const proofs = later.run.stages
      .flatMap(({ steps }) => steps)
      .filter(({ kind }) => kind === 'prove-certificate');
    const done = new Set(
      later.entries.flatMap((entry) => ('step' in entry && entry.state === 'done' ? [entry.step] : [])),
    );
    const wasDone = proofs.length > 0 && proofs.every((step) => done.has(step.id));
    if (wasDone && filesOf(later.run).some((file) => own.has(keyOf(file)))) return id;
  }
  return undefined;
}

interface PlacedFile {
  readonly node: string;
  readonly path: string;
}

function filesOf({ stages }: Run): readonly PlacedFile[] {
  const placed = stages.flatMap(({ steps }) => steps).filter((step) => step.kind === 'place-file');
  return placed.map(({ node, path }) => ({ node, path }));
}

function keyOf({ node, path }: PlacedFile): string {
  return JSON.stringify([node, path]);
}
