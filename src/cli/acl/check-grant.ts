/** Which rules would allow what is denied: as few as will do, and the engine has tried them. */

import { decideExecution, parseUser, type User } from '../../acl/index.ts';
import { findLeastGrant, type LeastGrant } from '../doctor/least-grant.ts';

export type Grant = LeastGrant;

/** Undefined when no rules of ours would make running it work: the user is off, or it needs all keys. */
export function findGrant(user: User, argv: readonly string[], db: number): Grant | undefined {
  const grant = findLeastGrant(user, argv, user.table);
  if (grant === undefined || !allows(user, grant.rules, argv, db)) return undefined;
  const { rules, byPrefix } = grant;
  return byPrefix !== undefined && allows(user, byPrefix, argv, db) ? grant : { rules };
}

function allows(user: User, rules: readonly string[], argv: readonly string[], db: number): boolean {
  const next = parseUser(user.name, rules, user.table, { base: user }).user;
  if (next === undefined) return false;
  const { dryRun, execution } = decideExecution(next, argv, next.table, { db });
  return dryRun.allowed && execution !== 'denied';
}
