/**
 * The clock of a server that refuses our certificate. It is the one that judges, so dates prove nothing without it. Ways to
 * it: TIME without a certificate, where that is optional; TIME on another port or another server of the same host; a time
 * that a person read there.
 */

import {
  FleetError,
  isReplyError,
  openConnection,
  parseTarget,
  printEndpoint,
  type Target,
} from '../../fleet/index.ts';
import { CommandFailure } from '../failure.ts';
import { note, type Notebook } from './notebook.ts';
import type { ServerClock } from './observation.ts';
import type { Examination } from './probe.ts';

/** Where else the server's time is to be had. */
export type ClockSource =
  { readonly kind: 'time'; readonly at: Date } | { readonly kind: 'target'; readonly target: Target };

/** A person types a time some seconds after reading it. */
const TOLD_WITHIN_MS = 60_000;
/** TIME is exact; half a round trip and the second that dates count in. */
const ASKED_WITHIN_MS = 1000;

/** `2026-11-22T09:00:00Z`, or a target. Throws a {@link CommandFailure} for what is neither. */
export function parseClockSource(text: string): ClockSource {
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const at = new Date(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
    if (!Number.isNaN(at.getTime())) return { kind: 'time', at };
  }
  const parsed = parseTarget(text);
  if (parsed.target !== undefined) return { kind: 'target', target: parsed.target };
  throw new CommandFailure({
    code: 'E_USAGE',
    what: '--server-clock takes a time or a server',
    target: text,
    cause: parsed.problems[0].message,
    next: '--server-clock 2026-11-22T09:00:00Z, as date -u +%FT%TZ prints it there',
  });
}

/** By the way that was named. */
export async function readClock(
  source: ClockSource,
  examination: Examination,
  book: Notebook,
): Promise<ServerClock | undefined> {
  if (source.kind === 'time') {
    noteClock(book, source.at, examination.at, performance.now(), 'as you say');
    return { at: source.at, withinMs: TOLD_WITHIN_MS, from: 'as you say' };
  }
  return askTime(source.target, `TIME of ${printEndpoint(source.target.endpoint)}`, examination, book);
}

/** Without our certificate: works where it is optional and the user `default` is open. No password is sent. */
export function askClock(examination: Examination, book: Notebook): Promise<ServerClock | undefined> {
  const { target } = examination;
  const { certFile: _cert, keyFile: _key, ...tls } = target.tls ?? {};
  const bare: Target = { endpoint: target.endpoint, transport: 'tls', tls };
  return askTime(bare, 'TIME without our certificate', examination, book);
}

async function askTime(
  target: Target,
  from: string,
  { subject, at }: Examination,
  book: Notebook,
): Promise<ServerClock | undefined> {
  const began = performance.now();
  try {
    const connection = await openConnection(target, subject);
    try {
      const [reply] = await connection.send([['TIME']]);
      if (isReplyError(reply) && reply.error.startsWith('NOPERM')) book.traces.push('denied TIME');
      const seconds = Array.isArray(reply) ? Number(reply[0]) : Number.NaN;
      if (!Number.isFinite(seconds)) {
        throw new FleetError('noauth', '', 'TIME is not answered without a login');
      }
      const passedMs = performance.now() - began;
      const time = new Date(seconds * 1000);
      noteClock(book, time, new Date(Math.max(at.getTime(), Date.now() - passedMs)), began, from);
      return { at: time, withinMs: ASKED_WITHIN_MS + passedMs, from };
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    note(book, 'clock', 'not-tried', "the server's clock cannot be read without a handshake or a login");
    return undefined;
  }
}

function noteClock(book: Notebook, time: Date, at: Date, began: number, from: string): void {
  const drift = Math.round((time.getTime() - at.getTime()) / 1000);
  const said = `the server's clock says ${time.toISOString()}, ${describeDrift(drift)} (${from})`;
  note(book, 'clock', 'ok', said, began);
}

function describeDrift(seconds: number): string {
  if (Math.abs(seconds) < 3) return 'as ours';
  return `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} ours`;
}
