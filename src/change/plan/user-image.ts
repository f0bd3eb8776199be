/** A user as tokens for `ACL SETUSER name reset …`, and users put together from the rights of one and the login of another. */

import { createHash } from 'node:crypto';
import { haveSameRights, parseUserLine, printUser, type User } from '../../acl/index.ts';

/** What somebody needs to log in. */
export type Login = Pick<User, 'enabled' | 'nopass' | 'passwords'>;

/** Tokens after `reset`. Secret: password hashes are among them. */
export function imageOf(user: User): string {
  const known = images.get(user);
  if (known !== undefined) return known;
  const image = printUser(user, user.table).slice(headOf(user));
  images.set(user, image);
  return image;
}

const images = new WeakMap<User, string>();

/** The same, fit to be shown: every hash is `#…`. */
export function shownImage(user: User): string {
  return printUser(user, user.table, { redact: 'hashes' }).slice(headOf(user));
}

/** The rights of one user with the login of another; the same object for the same two, since nodes have them in common. */
export function composeUser(rights: User, { enabled, nopass, passwords }: Login): User {
  const known = composed.get(rights) ?? new Map<string, User>();
  composed.set(rights, known);
  const key = [enabled ? 'on' : 'off', nopass ? 'nopass' : '', ...passwords].join(' ');
  const user = known.get(key) ?? { ...rights, enabled, nopass, passwords };
  known.set(key, user);
  return user;
}

const composed = new WeakMap<User, Map<string, User>>();

/**
 * Same rights, same login. Seen on real servers: on 6.2 and 7.0 a new user shows no flag for RESTORE payloads and one that
 * was reset shows `sanitize-payload`, which means the same.
 */
export function isSameUser(one: User, other: User): boolean {
  return haveSameRights(withoutPlainFlag(one), withoutPlainFlag(other));
}

/**
 * The user that a server makes of this one when it writes it down and reads it again. Seen on real servers: 6.0 to 7.0
 * show the commands that a user may run and not the rules that gave them, so that `-@dangerous` of a file comes back from
 * memory as single commands.
 */
export function asReloaded(user: User): User {
  if (user.table.dialect.display !== 'from-bits') return user;
  return parseUserLine(printUser(user, user.table), user.table).user ?? user;
}

function withoutPlainFlag(user: User): User {
  return user.sanitizePayload === 'sanitize' ? { ...user, sanitizePayload: undefined } : user;
}

/** First digits of a digest of the rules, without the passwords. */
export function sightOf(user: User): string {
  return createHash('sha256').update(shownImage(user)).digest('hex').slice(0, SIGHT_DIGITS);
}

const SIGHT_DIGITS = 12;

function headOf(user: User): number {
  return `user ${user.name} `.length;
}
