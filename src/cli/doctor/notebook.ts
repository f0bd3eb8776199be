/** The book of an examination: what was tried, how long it took, and what it left on the server. */

import { FleetError, isReplyError, type Connection, type Reply } from '../../fleet/index.ts';
import type { Exchange, Step } from './observation.ts';

export interface Notebook {
  readonly steps: Step[];
  readonly traces: string[];
}

/** Writes one step down. */
export function note(book: Notebook, name: string, result: Step['result'], detail: string, began?: number) {
  const took = began === undefined ? {} : { tookMs: Math.round((performance.now() - began) * 10) / 10 };
  book.steps.push({ name, result, detail, ...took });
}

/** Sends one command alone and awaits its reply; what the network does becomes data. */
export async function ask(
  connection: Connection,
  argv: readonly string[],
): Promise<{ readonly exchange: Exchange; readonly reply?: Reply }> {
  try {
    const [reply = null] = await connection.send([argv]);
    if (isReplyError(reply)) return { exchange: { kind: 'refused', text: withoutArguments(reply.error) } };
    return { exchange: { kind: 'answered', text: typeof reply === 'string' ? reply : '' }, reply };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { exchange: { kind: 'failed', code: error.code, message: error.message } };
  }
}

/** "unknown command, with args beginning with:" repeats what was sent, a password or a value included. */
function withoutArguments(error: string): string {
  return error.replace(/,? *with args beginning with:.*$/s, '');
}

/** A refused command is one line in ACL LOG, except before a login (NOAUTH). */
export function noteDenial(book: Notebook, exchange: Exchange, what: string): void {
  if (exchange.kind === 'refused' && exchange.text.startsWith('NOPERM')) {
    book.traces.push(`denied ${what}`);
  }
}

/** For one line of a report. */
export function tell(exchange: Exchange): string {
  switch (exchange.kind) {
    case 'answered':
      return exchange.text === '' ? 'answered' : exchange.text;
    case 'refused':
      return exchange.text;
    case 'failed':
      return exchange.message;
  }
}
