/** A user as tokens for `ACL SETUSER name reset …`, and users put together from the rights of one and the login of another. */

import { createHash } from 'node:crypto';
import { printUser, type User } from '../../acl/index.ts';

/** What somebody needs to log in. */
export type Login = Pick<User, 'enabled' | 'nopass' | 'passwords'>;

/** Tokens after `reset`. Secret: password hashes are among them. */
export function imageOf(user: User): string {
  return printUser(user, user.table).slice(headOf(user));
}

/** The same, fit to be shown: every hash is `#…`. */
export function shownImage(user: User): string {
  return printUser(user, user.table, { redact: 'hashes' }).slice(headOf(user));
}

/** The rights of one user with the login of another. */
export function composeUser(rights: User, { enabled, nopass, passwords }: Login): User {
  return { ...rights, enabled, nopass, passwords };
}

/** First digits of a digest of the rules, without the passwords. */
export function sightOf(user: User): string {
  return createHash('sha256').update(shownImage(user)).digest('hex').slice(0, SIGHT_DIGITS);
}

const SIGHT_DIGITS = 12;

function headOf(user: User): number {
  return `user ${user.name} `.length;
}
