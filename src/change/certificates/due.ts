/**
 * Where certificates stand in their lives: the moment at which one is due is the same that every verb shows (`dueAt` of
 * the pki room), with a floor for very short lives. What was asked for does not count: an authority may have cut it, and
 * reckoning with the longer life renews for ever.
 */

import { dueAt as dueDateOf, type IssuedLife as PlainLife } from '../../pki/index.ts';

export interface IssuedLife extends PlainLife {
  /** When it came into being or got in here, ISO 8601; `notBefore` may be dated back. Absent: `notBefore`. */
  readonly since?: string;
}

/** Where a certificate stands in its life. */
export type LifeStage = 'not-yet-valid' | 'fresh' | 'due' | 'expired';

/** A newer one is never due, however short its life: whatever goes wrong, nothing is renewed more often. */
export const FRESH_MS_MIN = 5 * 60_000;
/** Looking ahead brings nothing forward into the first third: what was just issued would be due again. */
const FIRST_PART = 1 / 3;

/** Milliseconds since 1970 at which it is due. Never after it ends, unless it lives less than {@link FRESH_MS_MIN}. */
export function dueAt(life: IssuedLife): number {
  return Math.max(dueDateOf(life).getTime(), freshUntil(life));
}

/**
 * Where it stands at `nowMs`. `withinMs` looks ahead: what would be due by then is due now, but nothing that is in the
 * first third of its life, so that renewing ends.
 */
export function stageOfLife(life: IssuedLife, nowMs: number, withinMs = 0): LifeStage {
  const { start, span } = spanOf(life);
  if (nowMs >= Date.parse(life.notAfter)) return 'expired';
  if (nowMs < start) return 'not-yet-valid';
  const earliest = Math.max(start + span * FIRST_PART, freshUntil(life));
  const moment = Math.max(dueAt(life) - withinMs, earliest);
  return nowMs >= moment ? 'due' : 'fresh';
}

function spanOf({ notBefore, notAfter }: IssuedLife): { readonly start: number; readonly span: number } {
  const start = Date.parse(notBefore);
  return { start, span: Math.max(0, Date.parse(notAfter) - start) };
}

function freshUntil({ notBefore, since = notBefore }: IssuedLife): number {
  return Math.max(Date.parse(notBefore), Date.parse(since)) + FRESH_MS_MIN;
}
