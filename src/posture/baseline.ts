/**
 * A baseline is an earlier assessment. Findings are marked new or unchanged against it, never dropped, and the
 * ones that are gone are listed as fixed. The key is the fingerprint (check and subject) with the evidence,
 * counts aside, so that a counter or an age does not make an old finding new, and a second user or address does.
 */

import type { Outcome, TargetAssessment } from './outcome.ts';

/** The part of an earlier JSON report that a baseline needs. */
export interface Baseline {
  readonly targets: readonly {
    readonly subject: string;
    readonly outcomes: readonly {
      readonly checkId: string;
      readonly title: string;
      readonly status: string;
      /** What a waiver covered. */
      readonly underlying?: string;
      readonly fingerprint: string;
      readonly evidence: readonly { readonly text: string }[];
    }[];
  }[];
}

/** Mark each finding of a target, waived ones too, as new or unchanged. */
export function markOutcomes(outcomes: readonly Outcome[], baseline: Baseline): readonly Outcome[] {
  const earlier = new Map<string, Set<string>>();
  for (const outcome of baseline.targets.flatMap((target) => target.outcomes).filter(isFinding)) {
    earlier.set(outcome.fingerprint, new Set(outcome.evidence.map((item) => withoutCounts(item.text))));
  }
  return outcomes.map((outcome) => {
    if (!isFinding(outcome)) return outcome;
    const seen = earlier.get(outcome.fingerprint);
    const unchanged =
      seen !== undefined && outcome.evidence.every((item) => seen.has(withoutCounts(item.text)));
    return { ...outcome, baseline: unchanged ? 'unchanged' : 'new' } as const;
  });
}

/** Findings of the baseline that the subject no longer has. A check that could not be answered is not fixed. */
export function listFixed(
  subject: string,
  outcomes: readonly Outcome[],
  baseline: Baseline,
): TargetAssessment['fixed'] {
  const gone = new Set(
    outcomes
      .filter((outcome) => outcome.status === 'pass' || outcome.status === 'not-applicable')
      .map((o) => o.fingerprint),
  );
  return baseline.targets
    .filter((target) => target.subject === subject)
    .flatMap((target) => target.outcomes)
    .filter((outcome) => isFinding(outcome) && gone.has(outcome.fingerprint))
    .map(({ checkId, fingerprint, title }) => ({ checkId, fingerprint, title }));
}

function isFinding(outcome: { readonly status: string; readonly underlying?: string }): boolean {
  return outcome.status === 'fail' || (outcome.status === 'waived' && outcome.underlying === 'fail');
}

/** Numbers that stand alone are counts and ages; those in names, addresses and versions are not. */
function withoutCounts(text: string): string {
  return text.replace(/(?<![\w.:@/-])\d+(?:\.\d+)?(?![\w:@/-]|\.\d)/g, '#');
}
