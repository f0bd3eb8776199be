/**
 * How fast connections may be ended: a server makes one TLS handshake after the other, so that clients that all come
 * back at once wait for one another, time out, and come again. Whether it keeps up is told by a handshake of our own.
 */

import { FleetError, type Connection } from '../../fleet/index.ts';

/** Handshakes of ours before anything is ended; their median is what is usual here. */
export const BASELINE_TRIES = 5;
/** So many in a row that are too slow end it. */
export const SLOW_MAX = 3;
/** A server that takes a millisecond may take three hundred without being in trouble. */
const SLACK_MS = 200;
const TIMES_MAX = 3;

/** A handshake with login and one answered command, in ms; `failed`: there was none. */
export type Measurement =
  { readonly kind: 'took'; readonly ms: number } | { readonly kind: 'failed'; readonly detail: string };

/** From dialling to the first reply. Never throws for what the network or the server does. */
export async function measureHandshake(
  open: () => Promise<Connection>,
  now: () => Date,
): Promise<Measurement> {
  const begun = now().getTime();
  try {
    const connection = await open();
    try {
      // A reply that refuses it counts too: under TLS 1.3 a client is let in only when it is answered.
      await connection.send([['PING']]);
      return { kind: 'took', ms: now().getTime() - begun };
    } finally {
      connection.close();
    }
  } catch (error) {
    if (isOfTheWorld(error)) return { kind: 'failed', detail: error.message };
    throw error;
  }
}

/** What is usual at a node: the median of several tries, one after the other; undefined where one failed. */
export async function measureUsual(
  open: () => Promise<Connection>,
  now: () => Date,
): Promise<number | undefined> {
  const taken: number[] = [];
  for (let tries = 0; tries < BASELINE_TRIES; tries += 1) {
    const measured = await measureHandshake(open, now);
    if (measured.kind === 'failed') return undefined;
    taken.push(measured.ms);
  }
  return taken.toSorted((a, b) => a - b)[Math.floor(taken.length / 2)];
}

/** The most that a handshake may take, in ms, where `usualMs` is usual. */
export function limitOf(usualMs: number): number {
  return Math.ceil(Math.max(usualMs * TIMES_MAX, usualMs + SLACK_MS));
}

/** A session of a run wraps the errors of the fleet. */
function isOfTheWorld(error: unknown): error is Error {
  return error instanceof FleetError || (error instanceof Error && error.cause instanceof FleetError);
}
