/**
 * Logs of the nodes beside what was judged: a link that is down though everything fits has its reason there. A replica
 * dials again each second and logs each failure, so what is over has no fresh line. The words are OpenSSL's; they name no
 * certificate.
 */

import { readServerLog, type LogKind, type ServerLogLine } from '../../tls/index.ts';
import { readInput } from '../text-input.ts';

/** Of the end of a log far less is enough: `tail -n 1000`. */
const LOG_BYTES_MAX = 32 * 1024 * 1024;
/** A replica tries each second; its clock and ours may differ a little. */
const FRESH_MS = 120_000;
/** Zones are whole quarters of an hour. */
const ZONE_STEP_MS = 15 * 60_000;
/** What no healthy handshake leaves behind. That the other end went away may have many reasons. */
const TROUBLE: ReadonlySet<LogKind> = new Set([
  'no-client-certificate',
  'certificate-refused',
  'signature-wrong',
  'no-shared-protocol',
  'no-shared-cipher',
  'not-tls',
  'alert-received',
]);

/** Reads the logs that were named; throws where one cannot be read. */
export async function readLogs(paths: readonly string[]): Promise<readonly ServerLogLine[]> {
  const lines: ServerLogLine[] = [];
  for (const path of paths)
    lines.push(...readServerLog(await readInput(path, 'the server log', LOG_BYTES_MAX)).lines);
  return lines;
}

/** The newest line of a handshake that a node began, failed, and wrote at about `at`, by the clock of that node. */
export function findTrouble(lines: readonly ServerLogLine[], at: Date): ServerLogLine | undefined {
  return lines.findLast(
    (line) => line.role === 'dialling' && TROUBLE.has(line.kind) && isFresh(line, at.getTime()),
  );
}

/** Without a zone only the minutes tell. */
function isFresh({ at, zone }: ServerLogLine, nowMs: number): boolean {
  if (at === undefined) return false;
  const off = at.getTime() - nowMs;
  const whole = zone === 'known' ? 0 : Math.round(off / ZONE_STEP_MS) * ZONE_STEP_MS;
  return Math.abs(off) <= DAY_MS && Math.abs(off - whole) <= FRESH_MS;
}

const DAY_MS = 86_400_000;

/** The line without process and time, for a sentence. */
export function quoteLine({ text }: ServerLogLine): string {
  return text.replace(/^\d+:[A-Z] .{0,40}? [#*.-] /, '');
}
