/**
 * The server's words for a refusal: ACL DRYRUN's in 7.0 and later (acl.c getAclErrorMessage), the refused command's own
 * in 6.x.
 */
import { cString } from '../bytes.ts';
import type { Dialect } from '../table/dialect.ts';

export function commandRefusal(user: string, fullName: string, dialect: Dialect): string {
  if (!dialect.selectors)
    return `NOPERM this user has no permissions to run the '${fullName}' command or its subcommand`;
  return `${subject(user, dialect)} has no permissions to run the '${fullName}' command`;
}

export function objectRefusal(
  kind: 'key' | 'channel' | 'db',
  user: string,
  object: string,
  dialect: Dialect,
): string {
  if (!dialect.selectors) {
    const what = kind === 'channel' ? 'channels' : 'keys';
    return `NOPERM this user has no permissions to access one of the ${what} used as arguments`;
  }
  if (kind === 'db') return `${subject(user, dialect)} has no permissions to access database ${object}`;
  // 7.0 formats with %s, which stops at a NUL.
  const shown = dialect.refusalNamesUser ? object : cString(object);
  return `${subject(user, dialect)} has no permissions to access the '${shown}' ${kind}`;
}

function subject(user: string, dialect: Dialect): string {
  return dialect.refusalNamesUser ? `User ${user}` : 'This user';
}
