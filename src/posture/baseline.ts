/**
 * A baseline is an earlier assessment. Findings are marked new or unchanged against it, never dropped, and the
 * ones that are gone are listed as fixed. The key is the fingerprint (check and subject) with the evidence,
 * numbers aside, so that moved lines and counters do not make an old finding new.
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
      readonly fingerprint: string;
      readonly evidence: readonly { readonly text: string }[];
    }[];
  }[];
}

/** Mark each finding of a target as new or unchanged. */
export function markOutcomes(outcomes: readonly Outcome[], baseline: Baseline): readonly Outcome[] {
  const earlier = new Map<string, Set<string>>();
  for (const outcome of findingsOf(baseline)) {
    earlier.set(outcome.fingerprint, new Set(outcome.evidence.map((item) => withoutNumbers(item.text))));
  }
  return outcomes.map((outcome) => {
    if (outcome.status !== 'fail') return outcome;
    const seen = earlier.get(outcome.fingerprint);
    const unchanged =
      seen !== undefined && outcome.evidence.every((item) => seen.has(withoutNumbers(item.text)));
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
    .filter((outcome) => outcome.status === 'fail' && gone.has(outcome.fingerprint))
    .map(({ checkId, fingerprint, title }) => ({ checkId, fingerprint, title }));
}

function findingsOf(baseline: Baseline): Baseline['targets'][number]['outcomes'] {
  return baseline.targets.flatMap((target) => target.outcomes).filter((outcome) => outcome.status === 'fail');
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+(?:\.\d+)*/g, '#');
}
