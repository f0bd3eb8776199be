/**
 * Why a rule is refused: acl.c ACLSetUserStringError. ACL SETUSER, ACL files and configuration files frame the same
 * reason differently.
 */
import { cString, toText } from '../bytes.ts';
import type { ProblemCode } from '../problem.ts';

export type RuleError = Extract<
  ProblemCode,
  | 'unknown-command'
  | 'syntax'
  | 'pattern-after-all-keys'
  | 'pattern-after-all-channels'
  | 'password-not-found'
  | 'bad-password-hash'
  | 'first-arg-of-subcommand'
  | 'command-already-allowed'
  | 'database-out-of-range'
>;

/** The server's reasons. */
export const REASONS: Readonly<Record<RuleError, string>> = {
  'unknown-command': 'Unknown command or category name in ACL',
  syntax: 'Syntax error',
  'pattern-after-all-keys':
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
  'pattern-after-all-channels':
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
  'password-not-found': 'The password you are trying to remove from the user does not exist',
  'bad-password-hash':
    'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters',
  'first-arg-of-subcommand': 'Allowing first-arg of a subcommand is not supported',
  'command-already-allowed':
    'Adding a subcommand of a command already fully added is not allowed. Remove the command to start. Example: -DEBUG +DEBUG|DIGEST',
  'database-out-of-range': 'The provided database ID is out of range',
};

/**
 * A rule without its secrets: what follows `>`, `<`, `#` or `!` becomes `…`, inside parentheses too. The servers print
 * them.
 */
export function hideSecrets(token: string): string {
  if (token.startsWith('(')) {
    return token.replace(
      /(^\(|\s)(["']?[><#!])[^\s)]*/g,
      (_, before: string, sign: string) => `${before}${sign}…`,
    );
  }
  return token.replace(/^(["']?[><#!])[^]+$/, '$1…');
}

/** Is the word before that of `index` a sign alone? Then a blank split a password off, and it stands at `index`. */
export function followsLoneSign(tokens: readonly string[], index: number): boolean {
  let at = index - 1;
  while (tokens[at] === '') at--;
  return /^["']?[><#!]$/.test(tokens[at] ?? '');
}

/** An error reply is one line: line ends at its end are cut, others become blanks (addReplyErrorFormat). */
export function replyLine(bytes: string): string {
  return toText(bytes.replace(/^[\r\n]+|[\r\n]+$/g, '').replace(/[\r\n]/g, ' '));
}

/** ACL SETUSER's refusal of a rule (bytes). */
export function setUserMessage(token: string, error: RuleError): string {
  return replyLine(`ERR Error in ACL SETUSER modifier '${cString(token)}': ${REASONS[error]}`);
}
