/**
 * How long one node is dealt with. A node that never says what is hoped for (it lists a session for ever, or answers each
 * question at the last moment) must not keep the others from being confirmed: loops end at the deadline, and one answer
 * later the conversation ends too.
 */

import type { ConnectionLimits } from '../../fleet/index.ts';

/** When it is over for a node, in ms of the clock. */
export interface NodeTime {
  /** Loops end. */
  until: number;
  /** The conversation ends. */
  stopAt: number;
  /** `late`: a loop ended by the clock, and none begins again. `stopped`: the conversation did. */
  state: 'in-time' | 'late' | 'stopped';
}

interface Timed {
  readonly time: NodeTime;
  readonly now: () => Date;
  readonly limits: ConnectionLimits;
  /** Ends the conversation. */
  readonly stop: () => void;
}

/** What every node gets that is asked, however short the deadline: sessions take a moment to end. */
const PATIENCE_MS = 1000;
/** For one answer, where the limits do not say. */
const ANSWER_MS = 5000;
/** Timers hold no more. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export function createNodeTime(): NodeTime {
  return { until: Number.POSITIVE_INFINITY, stopAt: Number.POSITIVE_INFINITY, state: 'in-time' };
}

/** Does a piece of work at a node, by `deadline` (in ms of the clock) or, where that is sooner, {@link PATIENCE_MS} from now. */
export async function inTime<T>(
  { time, now, limits, stop }: Timed,
  deadline: number,
  work: () => Promise<T>,
): Promise<T> {
  const from = now().getTime();
  time.until = Math.max(deadline, from + PATIENCE_MS);
  time.stopAt = time.until + (limits.commandMs ?? ANSWER_MS);
  if (time.state === 'stopped') time.state = 'in-time';
  const end = (): void => {
    time.state = 'stopped';
    stop();
  };
  const timer = setTimeout(end, Math.min(time.stopAt - from, TIMER_MS_MAX));
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

/** True: a loop ends here, and what was seen last counts. */
export function isLate(time: NodeTime, now: () => Date): boolean {
  if (time.state === 'in-time' && now().getTime() > time.until) time.state = 'late';
  return time.state !== 'in-time';
}

/** The limits of a connection that is opened now. */
export function limitsLeft(
  { stopAt }: NodeTime,
  limits: ConnectionLimits,
  now: () => Date,
): ConnectionLimits {
  if (stopAt === Number.POSITIVE_INFINITY) return limits;
  const left = Math.max(1, stopAt - now().getTime());
  return {
    ...limits,
    connectMs: Math.min(limits.connectMs ?? ANSWER_MS, left),
    commandMs: Math.min(limits.commandMs ?? ANSWER_MS, left),
  };
}
