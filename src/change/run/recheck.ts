/**
 * What was done may be gone: a server that was started anew has what its files held, not what was in its memory. After
 * a cut, and before a run goes on, the last step of each user and setting is looked at, and what is lost is done again.
 */

import type { Step } from '../step.ts';
import { movesFiles } from '../step/reload-tls.ts';
import { workOf } from '../step/work-of.ts';
import type { Conduct } from './conduct.ts';
import { historyOf, stepsOf } from './history.ts';
import type { NodeSession } from './node-session.ts';
import { runStep, type StepEnd } from './step-run.ts';

/** Does again what the node lost. Undefined: all holds; else the end of the step that could not be done again. */
export async function restoreLost(conduct: Conduct, node: string): Promise<StepEnd | undefined> {
  const { run, history, note } = conduct;
  const session = conduct.sessionOf(node);
  const isFinished = (step: Step): boolean => ['done', 'unneeded'].includes(historyOf(history, step).state);
  const own = stepsOf(run).filter((step) => step.node === node);
  const finished = own.filter(isFinished);
  const lost: Step[] = [];
  // A step that began, and of which nobody knows what came, may have taken the place of those before it.
  for (const chain of chainsOf(own.filter((step) => isFinished(step) || historyOf(history, step).begun))) {
    const gone = await findLost(chain, session, isFinished);
    // Beside a password that comes or goes, the user as a whole is neither as before nor as after.
    if (gone === 'moved' && own.some((step) => isPasswordOf(step, chain))) continue;
    if (gone === 'moved') {
      const detail = 'changed by somebody else since it was done';
      const last = chain.findLast(isFinished);
      if (last !== undefined) await note(last, 'failed', detail);
      return { state: 'failed', detail: `step ${last?.id}: ${detail}` };
    }
    lost.push(...gone);
  }
  if (lost.length === 0) return undefined;
  const again = [...lost.sort((a, b) => a.id - b.id), ...finished.filter(({ kind }) => kind === 'persist')];
  for (const step of again) {
    const end = await runStep(step, session, {
      note,
      begun: true,
      afterCut: () => Promise.resolve(undefined),
    });
    if (end.state !== 'done') return end;
  }
  return undefined;
}

/** The finished steps from the first one that does not hold any more; `moved`: the node is as none of them left it. */
async function findLost(
  chain: readonly Step[],
  session: NodeSession,
  isFinished: (step: Step) => boolean,
): Promise<readonly Step[] | 'moved'> {
  if (!chain.some(isFinished)) return [];
  for (let at = chain.length - 1; at >= 0; at -= 1) {
    const step = chain[at];
    if (step === undefined) continue;
    const standing = await workOf(step, session).look();
    const holds = standing.kind === 'after' || standing.kind === 'unseen';
    if (holds) return chain.slice(at + 1).filter(isFinished);
    // As before an unfinished step: those before it hold.
    if (standing.kind !== 'other') return isFinished(step) ? chain.slice(at).filter(isFinished) : [];
  }
  return 'moved';
}

/** Steps of one node that change the same thing, in order. What files and proofs did is not lost by a restart. */
function chainsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const chains = new Map<string, Step[]>();
  for (const step of steps) {
    const subject = subjectOf(step);
    if (subject === undefined) continue;
    chains.set(subject, [...(chains.get(subject) ?? []), step]);
  }
  return [...chains.values()];
}

function isPasswordOf(step: Step, chain: readonly Step[]): boolean {
  if (step.kind !== 'add-password' && step.kind !== 'remove-password') return false;
  return chain.some((each) => each.kind === 'set-user' && each.user === step.user);
}

function subjectOf(step: Step): string | undefined {
  switch (step.kind) {
    case 'set-user':
    case 'remove-user':
      return `user ${step.user}`;
    // Each hash by itself: that an old one is there still says nothing about a new one.
    case 'add-password':
    case 'remove-password':
      return `password ${step.user} ${step.hash.reveal()}`;
    case 'set-config':
      return `config ${namesOf(step.settings)}`;
    case 'set-sentinel':
      return `sentinel ${step.group} ${namesOf(step.settings)}`;
    case 'follow-primary':
      return 'primary';
    // New paths are in memory only; what the same paths hold is read again by a restart.
    case 'reload-tls':
      return movesFiles(step) ? `config ${namesOf(step.settings)}` : undefined;
    case 'end-sessions':
    case 'persist':
    case 'place-file':
    case 'restart-sentinel':
    case 'prove-certificate':
    case 'reconnect-clients':
    case 'prove-login':
    case 'prove-replication':
      return undefined;
  }
}

function namesOf(settings: readonly { readonly name: string }[]): string {
  return settings
    .map(({ name }) => name)
    .sort()
    .join(' ');
}
