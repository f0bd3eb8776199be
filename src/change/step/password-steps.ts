/**
 * One password more, or one less, and nothing else: the other rules of the user may be anybody's business meanwhile.
 * `#hash` also ends `nopass`, which would shut out whoever came in without the right password: that is refused.
 */

import type { Step } from '../step.ts';
import { refusalAmong } from './refusal.ts';
import { verifyByLooking, type Result, type Standing, type StepNode, type StepWork } from './step-work.ts';
import { passwordsOf, readUserTokens } from './user-state.ts';

type PasswordStep = Extract<Step, { readonly kind: 'add-password' | 'remove-password' }>;

export function passwordWork(step: PasswordStep, node: StepNode): StepWork {
  const look = (): Promise<Standing> => lookAtPassword(node, step);
  const adds = step.kind === 'add-password';
  return {
    look,
    perform: () => changePassword(node, step, adds ? '#' : '!'),
    verify: () => verifyByLooking(look),
    revert: () => changePassword(node, step, adds ? '!' : '#'),
  };
}

async function lookAtPassword(node: StepNode, step: PasswordStep): Promise<Standing> {
  const now = await readUserTokens(node, step.user);
  if (now === undefined) return { kind: 'other', detail: `user ${step.user} is not there any more` };
  if (now.includes('nopass')) {
    return { kind: 'other', detail: `user ${step.user} takes any password, and would not any more` };
  }
  const has = passwordsOf(now).includes(step.hash.reveal());
  return { kind: has === (step.kind === 'add-password') ? 'after' : 'before' };
}

async function changePassword(node: StepNode, step: PasswordStep, sign: '#' | '!'): Promise<Result> {
  const replies = await node.send([['ACL', 'SETUSER', step.user, `${sign}${step.hash.reveal()}`]]);
  return refusalAmong(replies, `ACL SETUSER ${step.user}`, [step.hash]) ?? { ok: true };
}
