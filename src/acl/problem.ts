/**
 * What is wrong with a rule, a user line or an ACL file, as data. Where the server has a sentence for it, `message` is
 * that sentence, byte for byte: acl.c ACLSetUserStringError, ACLLoadFromFile, ACLAppendUserForLoading (Redis 6.0 - 8.0,
 * Valkey 7.2 - 9.1).
 */

/** Every code a {@link Problem} of this room can carry. */
export type ProblemCode =
  | 'unknown-command'
  | 'syntax'
  | 'pattern-after-all-keys'
  | 'pattern-after-all-channels'
  | 'password-not-found'
  | 'bad-password-hash'
  | 'first-arg-of-subcommand'
  | 'command-already-allowed'
  | 'database-out-of-range'
  | 'unmatched-parenthesis'
  | 'bad-user-name'
  | 'duplicate-user'
  | 'user-keyword-missing'
  | 'crashes-server'
  | 'breaks-display';

/** One defect of the input. Problems are collected, never thrown. */
export interface Problem {
  readonly code: ProblemCode;
  /** The server's own text where it has one. */
  readonly message: string;
  /** Half-open offsets in UTF-16 units, into the text that was given (an ACL file, or a joined rule string). */
  readonly range?: readonly [start: number, end: number];
  /** Line of an ACL file, from 1. */
  readonly line?: number;
  /** The rule at fault, as written (parentheses merged). */
  readonly token?: string;
  /** Position of `token` in the tokens that were given, from 0. */
  readonly index?: number;
  /** What to do about it, in our words. */
  readonly help?: string;
}
