/** Users as a whole: ACL SETUSER with `reset` and every rule in one command, and ACL DELUSER. */

import type { Secret } from '../../conf/index.ts';
import { isReplyError } from '../../fleet/index.ts';
import type { Step } from '../step.ts';
import { hideIn, refusalAmong } from './refusal.ts';
import { verifyByLooking, type Result, type Standing, type StepNode, type StepWork } from './step-work.ts';
import { describeDifference, isSameUser, readUserTokens, rulesFor } from './user-state.ts';

type StepOf<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;

export function setUserWork(step: StepOf<'set-user'>, node: StepNode): StepWork {
  const look = (): Promise<Standing> => lookAtUser(node, step.user, step.before, step.after);
  return {
    look,
    perform: () => setUser(node, step.user, step.after),
    verify: () => verifyByLooking(look),
    revert: () =>
      step.before === undefined ? removeUser(node, step.user) : setUser(node, step.user, step.before),
  };
}

export function removeUserWork(step: StepOf<'remove-user'>, node: StepNode): StepWork {
  const look = (): Promise<Standing> => lookAtUser(node, step.user, step.before, undefined);
  return {
    look,
    perform: () => removeUser(node, step.user),
    verify: () => verifyByLooking(look),
    revert: () => setUser(node, step.user, step.before),
  };
}

/** `undefined`: there is no such user. */
async function lookAtUser(
  node: StepNode,
  user: string,
  before: Secret | undefined,
  after: Secret | undefined,
): Promise<Standing> {
  const now = await readUserTokens(node, user);
  if (now === undefined) {
    if (after === undefined) return { kind: 'after' };
    if (before === undefined) return { kind: 'before' };
    return { kind: 'other', detail: `user ${user} is not there any more` };
  }
  if (after !== undefined && (await isSameUser(node, user, now, after))) return { kind: 'after' };
  if (before !== undefined && (await isSameUser(node, user, now, before))) return { kind: 'before' };
  if (before === undefined)
    return { kind: 'other', detail: `user ${user} is there already, with other rules` };
  const difference = await describeDifference(node, user, now, before);
  return { kind: 'other', detail: `user ${user} is not as it was: ${difference}` };
}

async function setUser(node: StepNode, user: string, image: Secret): Promise<Result> {
  const rules = await rulesFor(node, image);
  const replies = await node.send([['ACL', 'SETUSER', user, ...rules]]);
  return refusalAmong(replies, `ACL SETUSER ${user}`, [image]) ?? { ok: true };
}

/** DELUSER closes every connection of the user, ours too once it has answered. */
async function removeUser(node: StepNode, user: string): Promise<Result> {
  const [reply] = await node.send([['ACL', 'DELUSER', user]]);
  if (!isReplyError(reply)) return { ok: true };
  return { ok: false, detail: `ACL DELUSER ${user} was refused: ${hideIn(reply.error, [])}` };
}
