/**
 * A run that is gone on with or taken back knows users as they were when it began. Whoever was revoked since must not
 * come back by it: what would give that user anything is left out of the run, and said.
 */

import { listRuns, readRun, type Run, type Step } from '../../change/index.ts';
import { safeText } from '../../text/index.ts';

export interface Remainder {
  /** The run without those steps. */
  readonly run: Run;
  /** A sentence for each user that was left out. */
  readonly notes: readonly string[];
}

/** The steps of the run that may still be done, or taken back, by what was revoked from this state folder since. */
export function leaveOutRevoked(run: Run, stateFolder: string, way: 'resume' | 'undo'): Remainder {
  const revoked = revokedSince(run, stateFolder);
  const left = new Map<string, string>();
  const stays = (step: Step): boolean => {
    const by = 'user' in step ? revoked.get(step.user) : undefined;
    if (by === undefined || !('user' in step) || takesAway(step, way)) return true;
    left.set(step.user, by);
    return false;
  };
  const stages = run.stages.map((stage) => ({ ...stage, steps: stage.steps.filter(stays) }));
  if (left.size === 0) return { run, notes: [] };
  return {
    run: { ...run, stages: stages.filter(({ steps }) => steps.length > 0) },
    notes: [...left].map(([user, by]) =>
      safeText(`${user} was revoked since (${by}): what this run has for that user is left out`),
    ),
  };
}

/** Users who were revoked after the run began, and the latest run that did; pending ones count. */
export function revokedSince(run: Run, stateFolder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { id, operation, subject, startedAt } of listRuns(stateFolder).toReversed()) {
    if (operation !== 'revoke' || subject === undefined || startedAt === undefined) continue;
    if (Date.parse(startedAt) < Date.parse(run.startedAt)) continue;
    if (isOtherFleet(run, readRun(stateFolder, id).run)) continue;
    found.set(subject, id);
  }
  return found;
}

/** Where one of the two does not name its fleet, it may be the same. */
function isOtherFleet(one: Run, other: Run): boolean {
  const [left, right] = [one.facts['fleet'], other.facts['fleet']];
  return typeof left === 'string' && typeof right === 'string' && left !== right;
}

/** Taking back a user that was not there before means deleting it. */
function takesAway(step: Step, way: 'resume' | 'undo'): boolean {
  return way === 'undo' && step.kind === 'set-user' && step.before === undefined;
}
