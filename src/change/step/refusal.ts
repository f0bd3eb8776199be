/**
 * What servers say when they refuse, fit to be written down. ACL SETUSER repeats the rule at fault, hash or password
 * included, and CONFIG SET up to 6.2 the value: every secret of the step is taken out, and whatever looks like a hash.
 */

import { Secret } from '../../conf/index.ts';
import { isReplyError, type Reply } from '../../fleet/index.ts';
import type { Result } from './step-work.ts';

const TEXT_CHARS_MAX = 300;
/** Shorter ones would take letters out of every word; nobody who chose such a secret had one. */
const SECRET_CHARS_MIN = 3;

/** The refusal among replies as a failed result; undefined when all were answered well. */
export function refusalAmong(
  replies: readonly (Reply | undefined)[],
  command: string,
  secrets: readonly (Secret | string | undefined)[] = [],
): Extract<Result, { ok: false }> | undefined {
  const refused = replies.find((reply) => isReplyError(reply));
  if (!isReplyError(refused)) return undefined;
  return { ok: false, detail: `${command} was refused: ${hideIn(refused.error, secrets)}` };
}

/** A server's text without the secrets of a step. */
export function hideIn(text: string, secrets: readonly (Secret | string | undefined)[]): string {
  let shown = text.replace(/'[><#!][^]*?'/g, (quoted) => `${quoted.slice(0, 2)}…'`);
  for (const secret of secrets) {
    if (secret instanceof Secret) for (const part of partsOf(secret)) shown = shown.replaceAll(part, '…');
  }
  return shown.replace(/[0-9a-f]{64}/gi, '…').slice(0, TEXT_CHARS_MAX);
}

/** The whole, and the words of rules that hold a password. */
function partsOf(secret: Secret): readonly string[] {
  const whole = secret.reveal();
  const words = whole.split(' ').filter((word) => /^[><#!]/.test(word));
  return [whole, ...words.map((word) => word.slice(1))].filter((part) => part.length >= SECRET_CHARS_MIN);
}
