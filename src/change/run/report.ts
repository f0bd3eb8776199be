/** What a run came to, from its journal alone. */

import type { JournalEntry, Run, RunOutcome, RunReport, StepReport } from '../run.ts';
import { historyOf, readHistory, stepsOf } from './history.ts';

/**
 * Reports on a run that ended, was cut short, or still goes on. A step that never began is `planned` while the run is
 * open and `skipped` once it ended.
 */
export function reportRun(run: Run, entries: readonly JournalEntry[]): RunReport {
  const history = readHistory(entries);
  const last = entries.at(-1);
  const ended = last !== undefined && 'ended' in last ? last.ended : undefined;
  const steps = stepsOf(run).map((step): StepReport => {
    const { state, detail, tookMs } = historyOf(history, step);
    return {
      step,
      state: state === 'planned' && ended !== undefined ? 'skipped' : state,
      ...(detail === undefined ? {} : { detail }),
      ...(tookMs === undefined ? {} : { tookMs }),
    };
  });
  return { run, outcome: ended ?? 'stopped', steps, notes: history.notes };
}

/** The outcome that the steps of a run add up to, going forth. */
export function outcomeOf(run: Run, entries: readonly JournalEntry[]): RunOutcome {
  const history = readHistory(entries);
  const states = new Set(stepsOf(run).map((step) => historyOf(history, step).state));
  for (const state of ['failed', 'planned', 'skipped', 'undone', 'undo-failed'] as const) {
    if (states.has(state)) return 'stopped';
  }
  return states.has('pending') || states.has('begun') ? 'pending' : 'done';
}
