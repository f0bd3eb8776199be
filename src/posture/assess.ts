/**
 * Assessment: run the selected checks over snapshots, apply waivers and baseline, count. Pure: the moment of
 * judgement is a parameter, and a check that throws is a bug of Wardis, reported as unknown and never as a pass.
 */

import type { Snapshot } from '../fleet/index.ts';
import type { Expectations } from '../policy/index.ts';
import { listFixed, markOutcomes, type Baseline } from './baseline.ts';
import { CATALOGUE } from './catalogue.ts';
import {
  SEVERITIES,
  type Check,
  type CheckContext,
  type DeclaredUsers,
  type Severity,
  type Verdict,
} from './check.ts';
import { NO_FLEET, openFleetViewer, type FleetView, type FleetViewer } from './fleet-view.ts';
import type { Assessment, Outcome, TargetAssessment, Totals } from './outcome.ts';
import { declareDuties } from './rights.ts';
import { openShare, type Share } from './share.ts';
import { outcomeOf } from './verdict-outcome.ts';
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
  /** The users of the policy: administrators need not be told from their names, and expiries are known. */
  readonly declared?: DeclaredUsers;
}

/** Judges targets one by one and keeps their outcomes only, so that a snapshot can be let go at once. */
export interface Assessor {
  /** Judge a target; `place` is where it stands in the report, whatever the order in which targets come. */
  readonly judge: (target: AssessmentTarget, place: number) => void;
  /** Judge what needs the whole fleet, and add up. Call it once. */
  readonly finish: (unreachable: Assessment['unreachable']) => Assessment;
}

/** Judge every target by every check. */
export function assess(targets: readonly AssessmentTarget[], options: AssessmentOptions): Assessment {
  const assessor = openAssessment(options);
  for (const [place, target] of targets.entries()) assessor.judge(target, place);
  return assessor.finish(options.unreachable ?? []);
}

/** Start an assessment whose targets come one after the other. */
export function openAssessment(options: AssessmentOptions): Assessor {
  const viewer = openFleetViewer();
  const share = openShare();
  const judged: (FirstJudgement | undefined)[] = [];
  return {
    judge: (target, place) => {
      judged[place] = judgeAlone(target, viewer, share, options);
    },
    finish: (unreachable) => {
      const fleet = viewer.view();
      const targets = judged.flatMap((first) =>
        first === undefined ? [] : [judgeInFleet(first, fleet, share, options)],
      );
      return addUp(targets, unreachable, options);
    },
  };
}

function addUp(
  judged: readonly TargetAssessment[],
  unreachable: Assessment['unreachable'],
  options: AssessmentOptions,
): Assessment {
  const notes: string[] = [];
  const waived = applyWaivers(
    judged.flatMap((target) => target.outcomes),
    options.waivers ?? [],
    options.now,
    aliasIndex([...CATALOGUE, ...options.checks]),
  );
  notes.push(...waived.notes);
  if (options.baseline !== undefined) notes.push(...listMissing(judged, options));
  const assessed = judged.map((target, index) => {
    // By place, not by name: nothing is lost when two targets have one name.
    const outcomes = waived.outcomes.slice(
      index * options.checks.length,
      (index + 1) * options.checks.length,
    );
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
    unreachable,
    totals: sumTotals(assessed.map((target) => target.totals)),
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

/** The totals of several targets together. */
function sumTotals(all: readonly Totals[]): Totals {
  const sum = (pick: (totals: Totals) => number) => all.reduce((total, each) => total + pick(each), 0);
  return {
    pass: sum((totals) => totals.pass),
    fail: sum((totals) => totals.fail),
    manual: sum((totals) => totals.manual),
    notApplicable: sum((totals) => totals.notApplicable),
    unknown: sum((totals) => totals.unknown),
    waived: sum((totals) => totals.waived),
    all: sum((totals) => totals.all),
    failBySeverity: Object.fromEntries(
      SEVERITIES.map((severity) => [severity, sum((totals) => totals.failBySeverity[severity])]),
    ) as Record<Severity, number>,
  };
}

/** Every id and alias in capitals, to the id in force. */
export function aliasIndex(checks: readonly Check[]): ReadonlyMap<string, string> {
  return new Map(
    checks.flatMap((check) =>
      [check.id, ...(check.aliases ?? [])].map((id) => [id.toUpperCase(), check.id] as const),
    ),
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

/** One target judged by what it shows itself; the places of checks that compare nodes are still empty. */
interface FirstJudgement {
  readonly target: AssessmentTarget;
  readonly outcomes: readonly (Outcome | undefined)[];
  readonly judgedInMs: number;
}

function judgeAlone(
  target: AssessmentTarget,
  viewer: FleetViewer,
  share: Share,
  options: AssessmentOptions,
): FirstJudgement {
  const { snapshot, expected } = target;
  const context = contextOf(expected, NO_FLEET, options);
  if (options.declared !== undefined && snapshot.users.known)
    declareDuties(snapshot.users.value, options.declared);
  const judged = { snapshot, request: expected.request };
  const startedMs = options.elapsedMs?.() ?? 0;
  const outcomes = options.checks.map((check) =>
    check.comparesNodes === true
      ? undefined
      : outcomeOf(check, judged, runCheck(check, snapshot, context), share),
  );
  const judgedInMs = (options.elapsedMs?.() ?? 0) - startedMs;
  return { target: { ...target, snapshot: viewer.add(snapshot) }, outcomes, judgedInMs };
}

function contextOf(expected: Expectations, fleet: FleetView, options: AssessmentOptions): CheckContext {
  const { now, declared } = options;
  return { expected, now, fleet, ...(declared === undefined ? {} : { declared }) };
}

function judgeInFleet(
  { target, outcomes: first, judgedInMs }: FirstJudgement,
  fleet: FleetView,
  share: Share,
  options: AssessmentOptions,
): TargetAssessment {
  const { snapshot, expected } = target;
  const context = contextOf(expected, fleet, options);
  const judged = { snapshot, request: expected.request };
  const outcomes = options.checks.map(
    (check, at) => first[at] ?? outcomeOf(check, judged, runCheck(check, snapshot, context), share),
  );
  return {
    subject: snapshot.subject,
    origin: snapshot.origin,
    server: printServer(snapshot),
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

/** Servers of the baseline that this run did not reach: their findings are neither fixed nor unchanged. */
function listMissing(targets: readonly TargetAssessment[], options: AssessmentOptions): readonly string[] {
  const seen = new Set(targets.map((target) => target.subject));
  return (options.baseline?.targets ?? [])
    .filter((target) => !seen.has(target.subject))
    .map((target) => `the baseline knows ${target.subject}, which was not assessed now`);
}

function printServer({ product }: Snapshot): string {
  if (!product.known) return 'unknown server';
  const assumed = product.from.kind === 'default' ? ' (assumed)' : '';
  return `${product.value.product} ${product.value.version}${assumed}`;
}

function printLogin(snapshot: Snapshot): string {
  if (!snapshot.login.known) return snapshot.origin === 'files' ? 'from files' : 'not logged in';
  const { user, how } = snapshot.login.value;
  return how === 'none' ? `as ${user} (no password)` : `as ${user} (${how})`;
}
