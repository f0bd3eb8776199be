/**
 * Taking a run back: the stages in reverse, on all nodes, and of each step what may have taken effect. Nothing is
 * believed: a step whose node is as before is undone already, and one that somebody changed since is left alone and
 * told. What was saved to disk meanwhile is saved again at the end, when memory is as it was.
 */

import { CONCURRENCY_DEFAULT, forEachAtOnce } from '../../fleet/index.ts';
import type { RunOutcome } from '../run.ts';
import type { Step } from '../step.ts';
import { byNode, type Conduct } from './conduct.ts';
import { historyOf, stepsOf, UNDO_NOTE } from './history.ts';
import { UnreadableUser } from '../step/user-state.ts';
import { movesFiles } from '../step/reload-tls.ts';
import { workOf } from '../step/work-of.ts';
import { explainAway, NodeAway } from './node-session.ts';
import { revertStep } from './step-run.ts';

export async function takeBack(conduct: Conduct): Promise<RunOutcome> {
  const { run } = conduct;
  if (conduct.history.direction !== 'back') await conduct.remark(UNDO_NOTE);
  for (const stage of run.stages.toReversed()) {
    const changes = stillDone(conduct, stage.steps).filter(({ kind }) => kind !== 'persist');
    await revertAll(conduct, changes.toReversed());
  }
  await revertAll(
    conduct,
    stillDone(conduct, stepsOf(run)).filter(({ kind }) => kind === 'persist'),
  );
  return stillDone(conduct, stepsOf(run)).length === 0 ? 'undone' : 'undo-incomplete';
}

/** Steps that may have taken effect and can be taken back. */
function stillDone({ history }: Conduct, steps: readonly Step[]): readonly Step[] {
  return steps.filter((step) => isReversible(step) && historyOf(history, step).begun);
}

/** Sessions do not come back, a proof changed nothing, and what a server has read it reads anew on its own step back. */
function isReversible(step: Step): boolean {
  switch (step.kind) {
    case 'end-sessions':
    case 'reconnect-clients':
    case 'prove-login':
    case 'prove-replication':
    case 'prove-certificate':
      return false;
    case 'reload-tls':
      return step.on === 'revert' || movesFiles(step);
    case 'restart-sentinel':
      return step.on === 'revert';
    case 'set-user':
    case 'remove-user':
    case 'add-password':
    case 'remove-password':
    case 'set-config':
    case 'set-sentinel':
    case 'persist':
    case 'place-file':
    case 'follow-primary':
      return true;
  }
}

async function revertAll(conduct: Conduct, steps: readonly Step[]): Promise<void> {
  const atOnce = conduct.options.concurrency ?? CONCURRENCY_DEFAULT;
  await forEachAtOnce([...byNode(steps)], atOnce, async ([node, own]) => {
    for (const step of own) {
      if (conduct.isHalted()) return;
      const why = conduct.away.get(node);
      if (why !== undefined) {
        await conduct.note(step, 'undo-failed', why);
        continue;
      }
      if (await isLost(conduct, step)) {
        await conduct.note(
          step,
          'undone',
          'the node was as before it already: what was not on disk was lost',
        );
        continue;
      }
      const end = await revertStep(step, conduct.sessionOf(node), conduct.note);
      if (end.away !== undefined) conduct.leave(node, end.away.message, end.away);
    }
  });
}

/**
 * A server that was started anew holds what its files held. A user that took several steps is then as it was before, or
 * between, earlier ones: of the later ones nothing is left to take back.
 */
async function isLost({ run, history, sessionOf }: Conduct, step: Step): Promise<boolean> {
  if (step.kind !== 'set-user' && step.kind !== 'remove-user') return false;
  const earlier = stepsOf(run).filter(
    (other) =>
      (other.kind === 'set-user' || other.kind === 'remove-user') &&
      other.user === step.user &&
      other.node === step.node &&
      other.id < step.id &&
      historyOf(history, other).begun,
  );
  if (earlier.length === 0) return false;
  const session = sessionOf(step.node);
  try {
    if ((await workOf(step, session).look()).kind !== 'other') return false;
    for (const other of earlier) {
      if ((await workOf(other, session).look()).kind !== 'other') return true;
    }
    return false;
  } catch (error) {
    // Taking it back meets the same, and says so.
    if (explainAway(error, 'sending') instanceof NodeAway || error instanceof UnreadableUser) return false;
    throw error;
  }
}
