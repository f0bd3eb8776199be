/**
 * MONITOR for a bounded time: every command that every client runs, line by line (replication.c
 * replicationFeedMonitors). It costs the server throughput and shows values: it is asked for by name only, ends at a
 * time and at a number of lines, and nothing of a line is kept here.
 */

import { openConnection, type ConnectionLimits } from './connection.ts';
import { explainErrorReply, FleetError } from './fleet-error.ts';
import type { Target } from './target.ts';

/** A longer line is cut: its values are of no use here. */
export const MONITOR_LINE_BYTES_MAX = 64 * 1024;

export interface MonitorOptions {
  readonly durationMs: number;
  /** Lines after which it ends. */
  readonly linesMax: number;
  /** A line without its `+`, in Latin-1: the server writes ASCII. `cut` when it was longer than is read. */
  readonly onLine: (line: string, cut: 'cut' | 'whole') => void;
  readonly limits?: ConnectionLimits;
  /** Ends it early, as the time does. */
  readonly signal?: AbortSignal;
}

export interface MonitorEnd {
  readonly lines: number;
  readonly why: 'time' | 'lines' | 'stopped';
}

/** Throws a {@link FleetError} when there is no conversation, MONITOR is refused, or the server ends it. */
export async function monitorServer(target: Target, options: MonitorOptions): Promise<MonitorEnd> {
  const connection = await openConnection(target, options.limits);
  let lines = 0;
  let why: MonitorEnd['why'] = 'stopped';
  const end = (because: MonitorEnd['why']): void => {
    why = because;
    connection.close();
  };
  let refusal: FleetError | undefined;
  const splitter = createLineSplitter((line, cut) => {
    if (refusal !== undefined || lines >= options.linesMax) return;
    if (line.startsWith('-')) {
      const text = line.slice(1);
      refusal =
        explainErrorReply(text, connection.node) ??
        new FleetError('protocol', connection.node, `${connection.node} answered MONITOR: ${text}`);
      return end('stopped');
    }
    if (line === '+OK') return;
    lines += 1;
    options.onLine(line.replace(/^\+/, ''), cut);
    if (lines >= options.linesMax) end('lines');
  });
  const timer = setTimeout(() => end('time'), options.durationMs);
  const stop = (): void => end('stopped');
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    await connection.stream(['MONITOR'], splitter);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
    connection.close();
  }
  if (refusal !== undefined) throw refusal;
  return { lines, why };
}

/** Lines of a byte stream; of a longer line only the beginning is kept. */
function createLineSplitter(onLine: (line: string, cut: 'cut' | 'whole') => void): (bytes: Buffer) => void {
  let held = '';
  let cut = false;
  return (bytes) => {
    let from = 0;
    while (from < bytes.length) {
      const end = bytes.indexOf(0x0a, from);
      const part = bytes.subarray(from, end === -1 ? bytes.length : end);
      const room = MONITOR_LINE_BYTES_MAX - held.length;
      if (part.length > room) cut = true;
      held += part.toString('latin1', 0, Math.max(0, room));
      if (end === -1) return;
      onLine(held.replace(/\r$/, ''), cut ? 'cut' : 'whole');
      held = '';
      cut = false;
      from = end + 1;
    }
  };
}
