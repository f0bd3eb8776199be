/**
 * The server's words for a refusal: ACL DRYRUN's in 7.0 and later (acl.c getAclErrorMessage), the refused command's own
 * in 6.x.
 */
import { cString, toBytes, toText } from '../bytes.ts';
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

/** An unknown command. Like every error reply it ends at a NUL and has blanks for line ends. */
export function unknownRefusal(argv: readonly string[], dialect: Dialect): string {
  const [name = '', ...args] = argv.map((arg) => cString(toBytes(arg)));
  if (dialect.selectors) return oneLine(`ERR Command '${name}' not found`);
  let shown = '';
  for (const arg of args) {
    if (shown.length >= SHOWN_BYTES_MAX) break;
    shown += `\`${arg.slice(0, SHOWN_BYTES_MAX - shown.length)}\`, `;
  }
  return oneLine(`ERR unknown command \`${name}\`, with args beginning with: ${shown}`);
}

/** 6.x names the arguments until they reach so many bytes. */
const SHOWN_BYTES_MAX = 128;

function oneLine(bytes: string): string {
  return toText(bytes.replace(/[\r\n]/g, ' '));
}

function subject(user: string, dialect: Dialect): string {
  return dialect.refusalNamesUser ? `User ${user}` : 'This user';
}
