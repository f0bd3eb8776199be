/**
 * One step at one node, from looking to reading back: look, write down that it begins, perform, verify, write down what
 * came of it. When the connection is cut in between, the node is asked which of before and after holds.
 */

import { HostError } from '../host/host-error.ts';
import type { Step, StepState } from '../step.ts';
import type { Result, Standing, StepWork } from '../step/step-work.ts';
import { UnreadableUser } from '../step/user-state.ts';
import { workOf } from '../step/work-of.ts';
import { explainAway, NodeAway, type NodeSession } from './node-session.ts';

/** What became of a step. */
export interface StepEnd {
  readonly state: Exclude<StepState, 'planned' | 'begun' | 'skipped'>;
  readonly detail?: string;
  /** The node could not be asked any more. */
  readonly away?: NodeAway;
}

/** How the state of a step gets to disk, and to whoever watches. */
export type Note = (step: Step, state: Exclude<StepState, 'planned'>, detail?: string) => Promise<void>;

/** What a step must know of the run around it. */
export interface Circumstances {
  readonly note: Note;
  /** It may have taken effect by our hand already. */
  readonly begun: boolean;
  /**
   * The connection was cut: the server may have been started anew and have lost what was only in memory. Puts that
   * right; an end that is not `done` is then that of this step too.
   */
  readonly afterCut: () => Promise<StepEnd | undefined>;
}

/** A cut connection is dialled anew so often for one step. */
const CUTS_MAX = 2;
const DETAIL_CHARS_MAX = 500;

/** Forth. */
export async function runStep(
  step: Step,
  session: NodeSession,
  circumstances: Circumstances,
): Promise<StepEnd> {
  const { note, afterCut } = circumstances;
  const work = workOf(step, session);
  const progress = { begun: circumstances.begun, written: false };
  const attempt = async (): Promise<StepEnd> => {
    const standing = await work.look();
    if (standing.kind === 'after') return reached(standing, progress.begun);
    if (standing.kind === 'other') return failed(`changed by somebody else: ${standing.detail}`);
    if (!progress.written) await note(step, 'begun');
    Object.assign(progress, { begun: true, written: true });
    return ended(await work.perform(), () => work.verify());
  };
  const end = await surviveCuts(attempt, progress, afterCut);
  await note(step, end.state, end.detail);
  return end;
}

/** Back: the reverse with the same care. */
export async function revertStep(step: Step, session: NodeSession, note: Note): Promise<StepEnd> {
  const work = workOf(step, session);
  const { revert } = work;
  if (revert === undefined) return { state: 'undone' };
  const attempt = async (): Promise<StepEnd> => {
    const standing = await work.look();
    if (standing.kind === 'before') return { state: 'undone' };
    if (standing.kind === 'other') {
      return { state: 'undo-failed', detail: `changed by somebody else since: ${standing.detail}` };
    }
    const result = await revert();
    if (result.ok !== true) return { state: 'undo-failed', detail: result.detail };
    return judgeRevert(work, standing);
  };
  const end = await surviveCuts(attempt, { begun: true }, () => Promise.resolve(undefined));
  const taken: StepEnd =
    end.state === 'undone' || end.state === 'undo-failed'
      ? end
      : { ...end, state: 'undo-failed', detail: `not taken back: ${end.detail ?? 'unknown'}` };
  await note(step, taken.state, taken.detail);
  return taken;
}

async function judgeRevert(work: StepWork, before: Standing): Promise<StepEnd> {
  const standing = await work.look();
  if (standing.kind === 'before') return { state: 'undone' };
  if (standing.kind === 'unseen' && before.kind === 'unseen') {
    return { state: 'undone', detail: 'the server does not show it; it answered OK' };
  }
  const detail = standing.kind === 'other' ? standing.detail : 'it is not as it was before';
  return { state: 'undo-failed', detail: `read back: ${detail}` };
}

function reached(standing: Extract<Standing, { kind: 'after' }>, begun: boolean): StepEnd {
  const detail = standing.detail === undefined ? {} : { detail: standing.detail };
  return { state: begun ? 'done' : 'unneeded', ...detail };
}

async function ended(performed: Result, verify: () => Promise<Result>): Promise<StepEnd> {
  const result = performed.ok === true ? await verify() : performed;
  if (result.ok === 'later') return { state: 'pending', detail: result.detail };
  if (!result.ok) return failed(result.detail);
  const detail = result.detail ?? performed.detail;
  return { state: 'done', ...(detail === undefined ? {} : { detail }) };
}

function failed(detail: string): StepEnd {
  return { state: 'failed', detail: detail.slice(0, DETAIL_CHARS_MAX) };
}

/** Again from the look after a cut; what cannot be asked is pending, and says whether it may have taken effect. */
async function surviveCuts(
  attempt: () => Promise<StepEnd>,
  progress: { readonly begun: boolean },
  afterCut: Circumstances['afterCut'],
): Promise<StepEnd> {
  for (let cuts = 0; ; cuts += 1) {
    try {
      const lost = cuts === 0 ? undefined : await afterCut();
      return lost ?? (await attempt());
    } catch (caught) {
      const fault = explainAway(caught, 'sending');
      if (fault instanceof NodeAway && fault.how === 'cut' && cuts < CUTS_MAX) continue;
      return endOfFault(fault, progress);
    }
  }
}

/** What a fault of the world makes of a step; faults of our own are thrown on. */
export function endOfFault(
  caught: unknown,
  progress: { readonly begun: boolean } = { begun: false },
): StepEnd {
  const error = explainAway(caught, 'sending');
  if (error instanceof NodeAway) {
    const unknown = progress.begun ? '; whether it took effect is not known' : '';
    return { state: 'pending', detail: `${error.message}${unknown}`, away: error };
  }
  if (error instanceof HostError && error.reason === 'unreachable') {
    return { state: 'pending', detail: error.message };
  }
  if (error instanceof HostError || error instanceof UnreadableUser) return failed(error.message);
  throw error;
}
