/**
 * A failure that a person reads: what happened, to which target, the likely cause, the next command, and a
 * stable code. No stack trace without --debug, and never a secret.
 */

import { safeText } from '../text/index.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT } from './exit-code.ts';

export interface FailureText {
  /** Stable code, for example `E601` or `E_POLICY`. */
  readonly code: string;
  readonly what: string;
  /** Address or file. */
  readonly target?: string;
  readonly cause?: string;
  /** The next command, or the next step in words. */
  readonly next?: string;
  readonly exit?: ExitCode;
}

/** Ends a command with a message and an exit code. */
export class CommandFailure extends Error {
  readonly text: FailureText;

  constructor(text: FailureText, options?: { readonly cause?: unknown }) {
    super(text.what, options);
    this.name = 'CommandFailure';
    this.text = text;
  }

  get exit(): ExitCode {
    return this.text.exit ?? EXIT.error;
  }
}

/** The four parts on as many lines; names of files and texts of servers are made safe to show. */
export function printFailure(text: FailureText): string {
  const head = text.target === undefined ? text.what : `${text.target}: ${text.what}`;
  const lines = [`${text.code}  ${head}`];
  if (text.cause !== undefined) lines.push(`  cause: ${text.cause}`);
  if (text.next !== undefined) lines.push(`  next:  ${text.next}`);
  // Some causes have lines of their own.
  return lines.map((line) => line.split('\n').map(safeText).join('\n')).join('\n');
}
