/**
 * Which arguments of a command are secrets: passwords of users and servers, and hashes of them. Commands are asked
 * about as they are run, so people paste them with their passwords; no answer prints them back. Syntax of AUTH, HELLO,
 * ACL SETUSER, ACL DRYRUN, CONFIG SET, MIGRATE and SENTINEL SET: Redis 8.0 and Valkey 9.1.
 */

import { decideExecution, hideSecrets, type Execution, type User } from '../../acl/index.ts';
import { CommandFailure } from '../failure.ts';

/** Stands for a secret. */
export const HIDDEN = '…';

/** Settings whose value is a secret: of servers, of Sentinel, and of a master that Sentinel watches. */
const SECRET_SETTINGS: ReadonlySet<string> = new Set([
  'requirepass',
  'masterauth',
  'primaryauth',
  'tls-key-file-pass',
  'tls-client-key-file-pass',
  'sentinel-pass',
  'auth-pass',
]);

/** ACL DRYRUN can ask about ACL DRYRUN. */
const DEPTH_MAX = 8;

/** The same arguments, as many, with `…` in the place of secrets. */
export function hideSecretArguments(argv: readonly string[]): readonly string[] {
  return hideAt(argv, DEPTH_MAX);
}

function hideAt(argv: readonly string[], depth: number): readonly string[] {
  const [name = '', sub = ''] = argv.map((word) => word.toLowerCase());
  switch (name) {
    case 'auth':
      // AUTH password, AUTH user password; more is an error, and may be a password with blanks.
      return hide(argv, (at) => at >= 1 && (argv.length !== 3 || at === 2));
    case 'hello':
      return hidePositions(argv, passwordsOfHello(argv));
    case 'migrate':
      return hidePositions(argv, passwordsOfMigrate(argv));
    case 'acl':
      if (sub === 'setuser') return hideRules(argv);
      return sub === 'dryrun' && depth > 0
        ? [...argv.slice(0, 3), ...hideAt(argv.slice(3), depth - 1)]
        : argv;
    case 'config':
      return sub === 'set' ? hideValues(argv, 2) : argv;
    case 'sentinel':
      if (sub === 'config') return hideValues(argv, 3);
      return sub === 'set' ? hideValues(argv, 3) : argv;
    default:
      return argv;
  }
}

/** HELLO [version [AUTH user password] [SETNAME name]]. */
function passwordsOfHello(argv: readonly string[]): readonly number[] {
  const at = argv.findIndex((word, index) => index >= 1 && word.toLowerCase() === 'auth');
  if (at === -1) return [];
  // The user may have been forgotten: then the password stands in its place.
  const forgotten = argv[at + 2] === undefined || argv[at + 2]?.toLowerCase() === 'setname';
  return forgotten ? [at + 1] : [at + 2];
}

/** MIGRATE host port key db timeout [COPY] [REPLACE] [AUTH password | AUTH2 user password] [KEYS key...]. */
function passwordsOfMigrate(argv: readonly string[]): readonly number[] {
  const found: number[] = [];
  for (let at = MIGRATE_OPTIONS; at < argv.length; at++) {
    const option = argv[at]?.toLowerCase();
    if (option === 'keys') break;
    if (option === 'auth') found.push(++at);
    if (option === 'auth2') {
      if (argv[at + 2] === undefined) found.push(at + 1);
      at += 2;
      found.push(at);
    }
  }
  return found;
}

/** One earlier than they begin: the time-out is easily forgotten. */
const MIGRATE_OPTIONS = 5;

/** A blank may have split a sign from its password: `> password`. */
function hideRules(argv: readonly string[]): readonly string[] {
  return argv.map((word, at) => {
    if (at < 3) return word;
    return /^[><#!]$/.test(argv[at - 1] ?? '') && at > 3 ? HIDDEN : hideSecrets(word);
  });
}

/** Pairs of setting and value from a position on. */
function hideValues(argv: readonly string[], from: number): readonly string[] {
  return hide(argv, (at) => at > from && SECRET_SETTINGS.has(argv[at - 1]?.toLowerCase() ?? ''));
}

function hidePositions(argv: readonly string[], positions: readonly number[]): readonly string[] {
  return hide(argv, (at) => positions.includes(at));
}

function hide(argv: readonly string[], isSecret: (at: number) => boolean): readonly string[] {
  return argv.map((word, at) => (isSecret(at) ? HIDDEN : word));
}

/** The decision; what is no command is put without its secrets, since the server's sentence repeats the arguments. */
export function decideShown(user: User, argv: readonly string[], db: number): Execution {
  const execution = decideExecution(user, argv, user.table, { db });
  const { dryRun } = execution;
  if (dryRun.allowed || dryRun.denied !== 'error') return execution;
  return decideExecution(user, hideSecretArguments(argv), user.table, { db });
}

/** A command quoted as a whole is no command, and what follows its name may be a secret: it is refused unprinted. */
export function refuseQuotedCommand(argv: readonly string[]): void {
  const [only = ''] = argv;
  if (
    argv.length !== 1 ||
    hideSecretArguments(only.trim().split(/\s+/)).every((word) => !word.includes(HIDDEN))
  )
    return;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: 'the command is one word with blanks in it',
    cause: 'each of its words is an argument of its own',
    next: 'leave out the quotes around it: -- GET app:1',
  });
}
