/** Users whose rotation is not finished, from the runs of the state folder: a plan leaves their passwords alone. */

import { ChangeError, listRuns, readRun } from '../../change/index.ts';

/** By name; a rotation that cannot be read is taken for open. */
export function readOpenRotations(stateFolder: string): ReadonlySet<string> {
  const open = new Set<string>();
  const seen = new Set<string>();
  // The newest first: only the last run of a user counts.
  for (const { id, operation, subject, status } of listRuns(stateFolder)) {
    if (operation !== 'rotate' || subject === undefined || seen.has(subject)) continue;
    seen.add(subject);
    if (status !== 'undone' && !(status === 'done' && isRetired(stateFolder, id))) open.add(subject);
  }
  return open;
}

/** The second run of a rotation takes the old password away. */
function isRetired(stateFolder: string, id: string): boolean {
  try {
    return readRun(stateFolder, id).run.facts['phase'] === 'retire';
  } catch (error) {
    if (error instanceof ChangeError) return false;
    throw error;
  }
}
