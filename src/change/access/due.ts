/**
 * Users whose time is over: the policy still names them, and the next apply removes them from every node and ends their
 * sessions. No server ends a user by itself, and a user that is only switched off keeps its open sessions.
 */

import { userEnd, type PolicyDocument } from '../../policy/index.ts';

export interface DueUser {
  readonly user: string;
  /** `expired on 2026-11-20`, `break-glass access ended at 2026-11-22T18:00:00Z`. */
  readonly why: string;
}

/** The declared users that are due to be removed at `now`, in the order of the policy. */
export function usersDue(policy: Pick<PolicyDocument, 'users'>, now: Date): readonly DueUser[] {
  return policy.users.flatMap((user) => {
    const why = userEnd(user, now);
    return why === undefined ? [] : [{ user: user.name, why }];
  });
}
