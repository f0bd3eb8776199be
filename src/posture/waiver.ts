/**
 * Waivers: a named person accepts a named risk, for a reason, until a day. A waived check still runs; an
 * expired waiver no longer counts and says so; a waiver that matches nothing is reported, because it hides
 * either a fixed defect or a typing error.
 */

import type { Outcome } from './outcome.ts';

export interface Waiver {
  /** Check id or alias. */
  readonly check: string;
  /** Subject it holds for; `*` and `?` are wildcards. Absent: every subject. */
  readonly node?: string;
  readonly reason: string;
  readonly owner: string;
  /** Last day on which it counts, `YYYY-MM-DD` in UTC. */
  readonly expires: string;
}

export interface WaivedOutcomes {
  readonly outcomes: readonly Outcome[];
  readonly notes: readonly string[];
}

/** Apply waivers to outcomes of one or more subjects. `canonicalId` resolves aliases; undefined when unknown. */
export function applyWaivers(
  outcomes: readonly Outcome[],
  waivers: readonly Waiver[],
  now: Date,
  canonicalId: (id: string) => string | undefined,
): WaivedOutcomes {
  const notes: string[] = [];
  const used = new Set<Waiver>();
  const today = now.toISOString().slice(0, 10);
  const waived = outcomes.map((outcome) => {
    if (!isWaivable(outcome)) return outcome;
    const matching = waivers.filter((waiver) => matches(waiver, outcome, canonicalId));
    for (const waiver of matching) used.add(waiver);
    const active = matching.find((waiver) => waiver.expires >= today);
    if (active === undefined) {
      const expired = matching[0];
      if (expired !== undefined)
        notes.push(
          `waiver of ${expired.check} on ${outcome.subject} expired on ${expired.expires} (owner ${expired.owner}): it counts as a finding again`,
        );
      return outcome;
    }
    const { reason, owner, expires } = active;
    return {
      ...outcome,
      status: 'waived',
      underlying: outcome.status,
      waiver: { reason, owner, expires },
    } as const;
  });
  for (const waiver of waivers) {
    if (canonicalId(waiver.check) === undefined) notes.push(`waiver names an unknown check: ${waiver.check}`);
    else if (!used.has(waiver))
      notes.push(
        `waiver of ${waiver.check}${waiver.node === undefined ? '' : ` on ${waiver.node}`} matches no finding: remove it or correct it`,
      );
  }
  return { outcomes: waived, notes };
}

function isWaivable(
  outcome: Outcome,
): outcome is Outcome & { readonly status: 'fail' | 'manual' | 'unknown' } {
  return outcome.status === 'fail' || outcome.status === 'manual' || outcome.status === 'unknown';
}

function matches(waiver: Waiver, outcome: Outcome, canonicalId: (id: string) => string | undefined): boolean {
  if (canonicalId(waiver.check) !== outcome.checkId) return false;
  return waiver.node === undefined || wildcard(waiver.node).test(outcome.subject);
}

function wildcard(pattern: string): RegExp {
  const body = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  // A node may be named without its port: `cache-3` means `cache-3:6379` too.
  return new RegExp(`^${body}(?::\\d+)?$`, 'u');
}
