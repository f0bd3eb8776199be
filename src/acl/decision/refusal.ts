/**
 * The server's words for a refusal: ACL DRYRUN's in 7.0 and later (acl.c getAclErrorMessage), the refused command's own
 * in 6.x.
 */
import { cString, toBytes, toText } from '../bytes.ts';
import type { Dialect } from '../table/dialect.ts';

export function commandRefusal(user: string, fullName: string, dialect: Dialect): string {
  if (!dialect.selectors)
    return `NOPERM this user has no permissions to run the '${fullName}' command or its subcommand`;
  return `${beginningOf(user, dialect).run}${fullName}' command`;
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
  const { access, database } = beginningOf(user, dialect);
  if (kind === 'db') return database + object;
  // 7.0 formats with %s, which stops at a NUL.
  const shown = dialect.refusalNamesUser ? object : cString(object);
  return access + shown + (kind === 'key' ? "' key" : "' channel");
}

/** An unknown command. Like every error reply it ends at a NUL and has blanks for line ends. */
export function unknownRefusal(argv: readonly string[], dialect: Dialect): string {
  const name = cString(toBytes(argv[0] ?? ''));
  if (dialect.selectors) return oneLine(`ERR Command '${name}' not found`);
  let shown = '';
  for (const arg of argv.slice(1)) {
    if (shown.length >= SHOWN_BYTES_MAX) break;
    shown += `\`${cString(toBytes(arg)).slice(0, SHOWN_BYTES_MAX - shown.length)}\`, `;
  }
  return oneLine(`ERR unknown command \`${name}\`, with args beginning with: ${shown}`);
}

/** 6.x names the arguments until they reach so many bytes. */
const SHOWN_BYTES_MAX = 128;

function oneLine(bytes: string): string {
  return toText(bytes.replace(/[\r\n]/g, ' '));
}

/** How refusals of one user begin. */
interface Beginning {
  readonly user: string | undefined;
  readonly run: string;
  readonly access: string;
  readonly database: string;
}

// Decisions come in runs about one user: the same beginning serves them.
let last = makeBeginning('');

function beginningOf(user: string, dialect: Dialect): Beginning {
  if (!dialect.refusalNamesUser) return NOBODY;
  if (user !== last.user) last = makeBeginning(user);
  return last;
}

function makeBeginning(user: string | undefined): Beginning {
  const subject = user === undefined ? 'This user' : `User ${user}`;
  return {
    user,
    run: `${subject} has no permissions to run the '`,
    access: `${subject} has no permissions to access the '`,
    database: `${subject} has no permissions to access database `,
  };
}

const NOBODY = makeBeginning(undefined);
