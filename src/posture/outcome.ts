/**
 * Outcomes: verdicts after waivers, baseline and selection, with totals that add up. This is what every
 * report is printed from, and what the JSON output publishes.
 */

import type { UnknownReason } from '../fleet/index.ts';
import type { HardeningRequest } from '../policy/index.ts';
import type { Area, Evidence, Severity } from './check.ts';
import type { Change } from '../policy/index.ts';

export type OutcomeStatus = 'pass' | 'fail' | 'manual' | 'not-applicable' | 'unknown' | 'waived';

export interface Outcome {
  readonly checkId: string;
  readonly area: Area;
  readonly title: string;
  readonly subject: string;
  readonly status: OutcomeStatus;
  readonly severity: Severity;
  readonly severityBecause?: string;
  /** What the check said before the waiver. */
  readonly underlying?: 'fail' | 'manual' | 'unknown';
  readonly evidence: readonly Evidence[];
  readonly risk?: string;
  readonly fix: readonly Change[];
  /** For unknown, manual and not-applicable: why, and where to look or what to do. */
  readonly why?: string;
  readonly look?: string;
  /** For unknown: why the fact is missing. `not-asked`: this source can never tell, so the run is still complete. */
  readonly reason?: UnknownReason;
  /** Stable across runs and line moves: hash of check id and subject. */
  readonly fingerprint: string;
  readonly waiver?: { readonly reason: string; readonly owner: string; readonly expires: string };
  readonly baseline?: 'new' | 'unchanged';
}

export interface Totals {
  readonly pass: number;
  readonly fail: number;
  readonly manual: number;
  readonly notApplicable: number;
  readonly unknown: number;
  readonly waived: number;
  /** The sum of the six. */
  readonly all: number;
  readonly failBySeverity: Readonly<Record<Severity, number>>;
}

/** The judgement of one server. */
export interface TargetAssessment {
  readonly subject: string;
  readonly origin: 'live' | 'files';
  /** `redis 7.0.15`, or `unknown`. */
  readonly server: string;
  readonly mode: string;
  readonly login: string;
  readonly transport: string;
  readonly request: HardeningRequest;
  readonly durationMs: number;
  readonly outcomes: readonly Outcome[];
  readonly totals: Totals;
  /** Findings of the baseline that are gone now. */
  readonly fixed: readonly {
    readonly checkId: string;
    readonly fingerprint: string;
    readonly title: string;
  }[];
}

/** One run over all targets. */
export interface Assessment {
  readonly schemaVersion: '1';
  readonly tool: { readonly name: 'wardis'; readonly version: string };
  /** ISO 8601 UTC. */
  readonly generatedAt: string;
  readonly advisoriesAsOf: string;
  readonly targets: readonly TargetAssessment[];
  /** Targets that could not be assessed at all. */
  readonly unreachable: readonly {
    readonly subject: string;
    readonly code: string;
    readonly message: string;
    readonly next: string;
  }[];
  readonly totals: Totals;
  /** Expired or unused waivers and the like. */
  readonly notes: readonly string[];
}
