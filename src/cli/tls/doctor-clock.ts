/**
 * The clocks of a fleet side by side: how far each is from ours, how surely that is known, and whose is wrong. Nobody here
 * knows the true time, so the majority decides, ours counted as one of them. Pure.
 */

import type { NodeTls } from '../../fleet/index.ts';

/** One clock. */
export interface ClockReading {
  readonly node: string;
  /** Its clock minus ours; absent where it could not be asked. */
  readonly offsetMs?: number;
  /** Half the round trip: it may be off by so much. */
  readonly withinMs?: number;
  readonly state: 'right' | 'wrong' | 'unknown';
}

export interface ClockVerdict {
  readonly clocks: readonly ClockReading[];
  /** What the majority's clocks say, minus ours: 0 when we are of the majority. */
  readonly rightMs: number;
  /** Ours is among the majority's. */
  readonly ours: 'right' | 'wrong';
}

/** Clocks that are kept by NTP agree within milliseconds; this leaves room for a busy server. */
export const CLOCK_TOLERANCE_MS = 2000;

/** Who agrees with whom. */
export function compareClocks(nodes: readonly NodeTls[]): ClockVerdict {
  const read = nodes.map(({ node, clock }) => {
    if (!clock.known) return { node: node.id };
    const { serverMs, localMs, roundTripMs } = clock.value;
    return { node: node.id, offsetMs: serverMs - localMs, withinMs: roundTripMs / 2 };
  });
  const offsets = [0, ...read.flatMap(({ offsetMs }) => (offsetMs === undefined ? [] : [offsetMs]))];
  const votes = (centre: number): number =>
    offsets.filter((offset) => Math.abs(offset - centre) <= CLOCK_TOLERANCE_MS).length;
  const most = Math.max(...offsets.map(votes));
  // Where two camps are equal, the one that we are in: we can at least look at our own clock.
  const rightMs = votes(0) === most ? 0 : (offsets.find((offset) => votes(offset) === most) ?? 0);
  const clocks = read.map((reading): ClockReading => {
    if (reading.offsetMs === undefined) return { ...reading, state: 'unknown' };
    const off = Math.abs(reading.offsetMs - rightMs);
    return { ...reading, state: off <= CLOCK_TOLERANCE_MS + reading.withinMs ? 'right' : 'wrong' };
  });
  return { clocks, rightMs, ours: Math.abs(rightMs) <= CLOCK_TOLERANCE_MS ? 'right' : 'wrong' };
}

/** `60 days ahead`, `3 s behind`, `as ours`. */
export function describeOffset(offsetMs: number): string {
  const size = Math.abs(offsetMs);
  if (size <= CLOCK_TOLERANCE_MS) return 'as ours';
  return `${describeSpan(size)} ${offsetMs < 0 ? 'behind' : 'ahead'}`;
}

/** Whole units, two at most: `2 days`, `3 h 20 min`, `45 s`. */
export function describeSpan(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} days`;
}
