/**
 * Assessment: run the selected checks over snapshots, apply waivers and baseline, count. Pure: the moment of
 * judgement is a parameter, and a check that throws is a bug of Wardis, reported as unknown and never as a pass.
 */

import { createHash } from 'node:crypto';
import type { Snapshot } from '../fleet/index.ts';
import type { Expectations } from '../policy/index.ts';
import { listFixed, markOutcomes, type Baseline } from './baseline.ts';
import { SEVERITIES, type Check, type CheckContext, type Severity, type Verdict } from './check.ts';
import type { Assessment, Outcome, TargetAssessment, Totals } from './outcome.ts';
import { applyWaivers, type Waiver } from './waiver.ts';

/** One snapshot to judge, and how long gathering it took. */
export interface AssessmentTarget {
  readonly snapshot: Snapshot;
  readonly expected: Expectations;
  readonly gatheredInMs: number;
}

export interface AssessmentOptions {
  readonly checks: readonly Check[];
  readonly now: Date;
  readonly toolVersion: string;
  readonly advisoriesAsOf: string;
  readonly waivers?: readonly Waiver[];
  readonly baseline?: Baseline;
  /** Monotonic milliseconds, for the duration shown; default: nothing is added to the gathering time. */
  readonly elapsedMs?: () => number;
  readonly unreachable?: Assessment['unreachable'];
}

/** Judge every target by every check. */
export function assess(targets: readonly AssessmentTarget[], options: AssessmentOptions): Assessment {
  const notes: string[] = [];
  const judged = targets.map((target) => judgeTarget(target, targets, options));
  const aliases = aliasIndex(options.checks);
  const waived = applyWaivers(
    judged.flatMap((target) => target.outcomes),
    options.waivers ?? [],
    options.now,
    (id) => aliases.get(id),
  );
  notes.push(...waived.notes);
  const bySubject = groupBySubject(waived.outcomes);
  const assessed = judged.map((target) => {
    const outcomes = bySubject.get(target.subject) ?? [];
    const marked = options.baseline === undefined ? outcomes : markOutcomes(outcomes, options.baseline);
    const fixed = options.baseline === undefined ? [] : listFixed(target.subject, outcomes, options.baseline);
    return { ...target, outcomes: marked, totals: countOutcomes(marked), fixed };
  });
  return {
    schemaVersion: '1',
    tool: { name: 'wardis', version: options.toolVersion },
    generatedAt: options.now.toISOString(),
    advisoriesAsOf: options.advisoriesAsOf,
    targets: assessed,
    unreachable: options.unreachable ?? [],
    totals: countOutcomes(assessed.flatMap((target) => target.outcomes)),
    notes,
  };
}

/** Count outcomes by status, and findings by severity. The six parts add up to `all`. */
export function countOutcomes(outcomes: readonly Outcome[]): Totals {
  const count = (status: Outcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  const failures = outcomes.filter((outcome) => outcome.status === 'fail');
  const failBySeverity = Object.fromEntries(
    SEVERITIES.map((severity) => [
      severity,
      failures.filter((outcome) => outcome.severity === severity).length,
    ]),
  ) as Record<Severity, number>;
  return {
    pass: count('pass'),
    fail: failures.length,
    manual: count('manual'),
    notApplicable: count('not-applicable'),
    unknown: count('unknown'),
    waived: count('waived'),
    all: outcomes.length,
    failBySeverity,
  };
}

/** Every id and alias, to the id in force. */
export function aliasIndex(checks: readonly Check[]): ReadonlyMap<string, string> {
  return new Map(
    checks.flatMap((check) => [check.id, ...(check.aliases ?? [])].map((id) => [id, check.id] as const)),
  );
}

/** Answer one check; a throw is turned into unknown with the fault named. */
export function runCheck(check: Check, snapshot: Snapshot, context: CheckContext): Verdict {
  try {
    const applies = check.appliesWhen?.(snapshot, context) ?? true;
    if (applies !== true) return { status: 'not-applicable', why: applies };
    return check.evaluate(snapshot, context);
  } catch (error) {
    const what = error instanceof Error ? error.message : 'unknown fault';
    return {
      status: 'unknown',
      missing: check.id,
      why: `the check failed to run: ${what}`,
      look: 'report this as a bug of wardis',
    };
  }
}

function judgeTarget(
  target: AssessmentTarget,
  all: readonly AssessmentTarget[],
  options: AssessmentOptions,
): TargetAssessment {
  const { snapshot, expected } = target;
  const siblings = all.filter((other) => other !== target).map((other) => other.snapshot);
  const context: CheckContext = { expected, now: options.now, siblings };
  const startedMs = options.elapsedMs?.() ?? 0;
  const outcomes = options.checks.map((check) =>
    outcomeOf(check, snapshot, runCheck(check, snapshot, context)),
  );
  const judgedInMs = (options.elapsedMs?.() ?? 0) - startedMs;
  return {
    subject: snapshot.subject,
    origin: snapshot.origin,
    server: snapshot.product.known
      ? `${snapshot.product.value.product} ${snapshot.product.value.version}`
      : 'unknown server',
    mode: snapshot.mode.known ? snapshot.mode.value : 'unknown mode',
    login: printLogin(snapshot),
    transport: snapshot.login.known ? snapshot.login.value.transport : 'files',
    request: expected.request,
    durationMs: Math.round(target.gatheredInMs + judgedInMs),
    outcomes,
    totals: countOutcomes(outcomes),
    fixed: [],
  };
}

function groupBySubject(outcomes: readonly Outcome[]): ReadonlyMap<string, readonly Outcome[]> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const group = groups.get(outcome.subject);
    if (group === undefined) groups.set(outcome.subject, [outcome]);
    else group.push(outcome);
  }
  return groups;
}

function printLogin(snapshot: Snapshot): string {
  if (!snapshot.login.known) return snapshot.origin === 'files' ? 'from files' : 'not logged in';
  const { user, how } = snapshot.login.value;
  return how === 'none' ? `as ${user} (no password)` : `as ${user} (${how})`;
}

function outcomeOf(check: Check, snapshot: Snapshot, verdict: Verdict): Outcome {
  const base = {
    checkId: check.id,
    area: check.area,
    title: check.title,
    subject: snapshot.subject,
    severity: check.severity,
    evidence: [],
    fix: [],
    fingerprint: fingerprintOf(check.id, snapshot.subject),
  } as const;
  switch (verdict.status) {
    case 'pass':
      return { ...base, status: 'pass', evidence: verdict.evidence ?? [] };
    case 'fail':
      return {
        ...base,
        status: 'fail',
        evidence: verdict.evidence,
        fix: verdict.fix,
        ...(verdict.risk === undefined ? {} : { risk: verdict.risk }),
        ...(verdict.severity === undefined
          ? {}
          : { severity: verdict.severity.value, severityBecause: verdict.severity.because }),
      };
    case 'unknown':
      return { ...base, status: 'unknown', why: `${verdict.missing}: ${verdict.why}`, look: verdict.look };
    case 'manual':
      return { ...base, status: 'manual', why: verdict.instruction };
    case 'not-applicable':
      return { ...base, status: 'not-applicable', why: verdict.why };
  }
}

function fingerprintOf(checkId: string, subject: string): string {
  return createHash('sha256').update(`${checkId}\0${subject}`).digest('hex').slice(0, 32);
}
