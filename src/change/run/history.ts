/** What the journal tells of each step: where it stands, whether it ever began, and which way the run was going. */

import type { JournalEntry, Run } from '../run.ts';
import type { Step, StepState } from '../step.ts';

export interface StepHistory {
  readonly state: StepState;
  readonly detail?: string;
  /** It may have taken effect by our hand, now or in an earlier attempt, and was not taken back since. */
  readonly begun: boolean;
  /** From beginning to what became of it, of the last attempt. */
  readonly tookMs?: number;
}

export interface RunHistory {
  readonly steps: ReadonlyMap<number, StepHistory>;
  readonly notes: readonly string[];
  /** `back` from the moment an undo began until somebody ends it. */
  readonly direction: 'forth' | 'back';
}

/** Written when an undo begins: from then on resuming means going on with it. */
export const UNDO_NOTE = 'undo began';

const PLANNED: StepHistory = { state: 'planned', begun: false };

export function readHistory(entries: readonly JournalEntry[]): RunHistory {
  const history = trackHistory();
  for (const entry of entries) history.add(entry);
  return history;
}

/** A history that grows with each entry. */
export function trackHistory(): RunHistory & { readonly add: (entry: JournalEntry) => void } {
  const steps = new Map<number, StepHistory>();
  const begunAt = new Map<number, number>();
  const notes: string[] = [];
  let direction: RunHistory['direction'] = 'forth';
  return {
    steps,
    notes,
    get direction() {
      return direction;
    },
    add: (entry) => {
      if ('note' in entry) {
        notes.push(entry.note);
        if (entry.note === UNDO_NOTE) direction = 'back';
      } else if ('step' in entry) {
        const at = Date.parse(entry.at);
        if (entry.state === 'begun') begunAt.set(entry.step, at);
        const since = begunAt.get(entry.step);
        const tookMs = entry.state === 'done' && since !== undefined ? Math.max(0, at - since) : undefined;
        steps.set(entry.step, nextHistory(steps.get(entry.step) ?? PLANNED, entry, tookMs));
      }
    },
  };
}

function nextHistory(
  before: StepHistory,
  { state, detail }: Extract<JournalEntry, { readonly step: number }>,
  tookMs: number | undefined,
): StepHistory {
  return {
    state,
    ...(detail === undefined ? {} : { detail }),
    begun: state !== 'undone' && (before.begun || state === 'begun'),
    ...(tookMs === undefined ? {} : { tookMs }),
  };
}

export function historyOf(history: RunHistory, step: Step): StepHistory {
  return history.steps.get(step.id) ?? PLANNED;
}

export function stepsOf(run: Run): readonly Step[] {
  return run.stages.flatMap((stage) => stage.steps);
}
