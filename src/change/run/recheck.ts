/**
 * What was done may be gone: a server that was started anew has what its files held, not what was in its memory. After
 * a cut, and before a run goes on, the last step of each user and setting is looked at, and what is lost is done again.
 */

import type { Step } from '../step.ts';
import { workOf } from '../step/work-of.ts';
import type { Conduct } from './conduct.ts';
import { historyOf, stepsOf } from './history.ts';
import type { NodeSession } from './node-session.ts';
import { runStep, type StepEnd } from './step-run.ts';

/** Does again what the node lost. Undefined: all holds; else the end of the step that could not be done again. */
export async function restoreLost(conduct: Conduct, node: string): Promise<StepEnd | undefined> {
  const { run, history, note } = conduct;
  const session = conduct.sessionOf(node);
  const finished = stepsOf(run).filter((step) => {
    const { state } = historyOf(history, step);
    return step.node === node && (state === 'done' || state === 'unneeded');
  });
  const lost: Step[] = [];
  for (const chain of chainsOf(finished)) {
    const gone = await findLost(chain, session);
    if (!Array.isArray(gone)) return gone as StepEnd;
    lost.push(...(gone as readonly Step[]));
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

/** The steps from the first one that does not hold any more; or why that cannot be told. */
async function findLost(chain: readonly Step[], session: NodeSession): Promise<readonly Step[] | StepEnd> {
  for (let at = chain.length - 1; at >= 0; at -= 1) {
    const step = chain[at];
    if (step === undefined) continue;
    const standing = await workOf(step, session).look();
    const holds = standing.kind === 'after' || standing.kind === 'unseen';
    if (holds) return chain.slice(at + 1);
    if (standing.kind !== 'other') return chain.slice(at);
  }
  const last = chain.at(-1);
  return { state: 'failed', detail: `step ${last?.id} does not hold any more: changed by somebody else` };
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

function subjectOf(step: Step): string | undefined {
  switch (step.kind) {
    case 'set-user':
    case 'remove-user':
    case 'add-password':
    case 'remove-password':
      return `user ${step.user}`;
    case 'set-config':
      return `config ${namesOf(step.settings)}`;
    case 'set-sentinel':
      return `sentinel ${step.group} ${namesOf(step.settings)}`;
    case 'follow-primary':
      return 'primary';
    case 'end-sessions':
    case 'persist':
    case 'place-file':
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
