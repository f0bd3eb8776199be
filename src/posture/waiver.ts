/**
 * Waivers: a named person accepts a named risk, for a reason, until a day. A waived check still runs; an
 * expired waiver no longer counts and says so; a waiver that matches nothing is reported, because it hides
 * either a fixed defect or a typing error.
 */

import type { Outcome } from './outcome.ts';
import { matchWildcard } from './wildcard.ts';

export interface Waiver {
  /** Check id or alias, in any letter case. */
  readonly check: string;
  /** Subject it holds for; `*` and `?` are wildcards. Absent: every subject. */
  readonly node?: string;
  readonly reason: string;
  readonly owner: string;
  /** Last day on which it counts, `YYYY-MM-DD` in UTC. Anything else never counts. */
  readonly expires: string;
}

export interface WaivedOutcomes {
  /** As many as were given, in the same order. */
  readonly outcomes: readonly Outcome[];
  readonly notes: readonly string[];
}

/**
 * Apply waivers to outcomes of one or more subjects.
 *
 * @param ids Every id and alias in capitals, to the id in force; see `aliasIndex`.
 */
export function applyWaivers(
  outcomes: readonly Outcome[],
  waivers: readonly Waiver[],
  now: Date,
  ids: ReadonlyMap<string, string>,
): WaivedOutcomes {
  const today = now.toISOString().slice(0, 10);
  const known = waivers.map((waiver) => ({ waiver, checkId: ids.get(waiver.check.toUpperCase()) }));
  const notes: string[] = [];
  const used = new Set<Waiver>();
  const waived = outcomes.map((outcome) => {
    if (!isWaivable(outcome)) return outcome;
    const matching = known
      .filter(({ waiver, checkId }) => checkId === outcome.checkId && coversNode(waiver, outcome.subject))
      .map(({ waiver }) => waiver);
    for (const waiver of matching) used.add(waiver);
    const active = matching.find((waiver) => isActive(waiver, today));
    if (active === undefined) {
      notes.push(...matching.slice(0, 1).map((waiver) => printExpired(waiver, outcome.subject)));
      return outcome;
    }
    const { reason, owner, expires } = active;
    const underlying = outcome.status;
    return { ...outcome, status: 'waived', underlying, waiver: { reason, owner, expires } } as const;
  });
  const ran = new Set(outcomes.map((outcome) => outcome.checkId));
  for (const { waiver, checkId } of known) {
    if (checkId === undefined) notes.push(`waiver names an unknown check: ${waiver.check}`);
    else if (!used.has(waiver) && ran.has(checkId)) notes.push(printUnused(waiver, outcomes));
  }
  return { outcomes: waived, notes };
}

function isWaivable(
  outcome: Outcome,
): outcome is Outcome & { readonly status: 'fail' | 'manual' | 'unknown' } {
  return outcome.status === 'fail' || outcome.status === 'manual' || outcome.status === 'unknown';
}

function isActive(waiver: Waiver, today: string): boolean {
  return isDay(waiver.expires) && waiver.expires >= today;
}

/** A real day as `YYYY-MM-DD`; text that only sorts like one, such as `never`, is none. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A node may be named without its port: `cache-3` means `cache-3:6379` too. */
function coversNode(waiver: Waiver, subject: string): boolean {
  if (waiver.node === undefined) return true;
  return matchWildcard(waiver.node, subject) || matchWildcard(waiver.node, subject.replace(/:\d{1,5}$/, ''));
}

function printExpired(waiver: Waiver, subject: string): string {
  const ended = isDay(waiver.expires)
    ? `expired on ${waiver.expires}`
    : `has no date that can be read (${JSON.stringify(waiver.expires)}, wanted YYYY-MM-DD)`;
  return `waiver of ${waiver.check} on ${subject} ${ended} (owner ${waiver.owner}): it counts as a finding again`;
}

function printUnused(waiver: Waiver, outcomes: readonly Outcome[]): string {
  const where = waiver.node === undefined ? '' : ` on ${waiver.node}`;
  return outcomes.some((outcome) => coversNode(waiver, outcome.subject))
    ? `waiver of ${waiver.check}${where} matches no finding: remove it or correct it`
    : `waiver of ${waiver.check}${where} matches no server of this run`;
}
