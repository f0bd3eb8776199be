/**
 * Ways to more rights as the lint reports them: for each limited user one finding for what it can come to, by the
 * shortest way, filed under the rule that is named for the way's first step. What other rules report (keyless commands,
 * observers, an open default user) is left to them.
 */
import { findEscalations } from '../../escalation/find.ts';
import type { EscalationPath, Escalations, EscalationStep } from '../../escalation/find.ts';
import { powerDeed } from '../../escalation/power.ts';
import type { Power } from '../../escalation/power.ts';
import { printWay } from '../../escalation/print.ts';
import type { EscalationFacts } from '../../escalation/requirement.ts';
import { defaultUser } from '../../language/user.ts';
import { hideSecrets } from '../../language/rule-error.ts';
import { LINT_SEVERITIES } from '../rule.ts';
import type { LintHit, LintRule, LintSeverity, LintSubject, LintUser, LintUserKind } from '../rule.ts';
import { listSome } from '../hit.ts';
import { findGrant } from './history.ts';
import { denyFix, hitAt, judgedUsers, listCommands } from './holder.ts';

/** A lint rule about one first step. */
export interface WayRule extends Omit<LintRule, 'judge'> {
  /** Ids of the edges that the rule speaks of. */
  readonly edges: readonly string[];
  /** Who needs these commands for its work. */
  readonly needed?: readonly LintUserKind[];
  /** A command line that shows it. */
  readonly shownBy?: readonly string[];
}

/** Makes the lint rules of the ways; they share what was found about a subject. */
export function wayRules(ways: readonly WayRule[]): readonly LintRule[] {
  const found = new WeakMap<LintSubject, ReadonlyMap<string, readonly LintHit[]>>();
  const hitsOf = (subject: LintSubject): ReadonlyMap<string, readonly LintHit[]> => {
    const known = found.get(subject);
    if (known !== undefined) return known;
    const hits = judgeSubject(subject, ways);
    found.set(subject, hits);
    return hits;
  };
  return ways.map(({ edges: _edges, needed: _needed, shownBy: _shownBy, ...rule }) => ({
    ...rule,
    judge: (subject) => hitsOf(subject).get(rule.id) ?? [],
  }));
}

/** An example file where nobody but the user of the line is left to judge. */
export function withClosedDefault(line: string): string {
  return `user default off resetpass -@all\n${line}`;
}

/** Powers that a finding is worth, the greatest first; the rest has rules of its own. */
const TARGETS: readonly Power[] = [
  'code-on-host',
  'file-write',
  'other-users-rights',
  'all-data-read',
  'network',
  'denial-of-service',
  'password-hashes',
];

/** Steps to these end in full control: denying one of them alone is not enough. */
const LEADS_TO_CONTROL: ReadonlySet<Power> = new Set<Power>(['full-control', 'default-user', 'file-write']);

function judgeSubject(
  subject: LintSubject,
  ways: readonly WayRule[],
): ReadonlyMap<string, readonly LintHit[]> {
  const facts = factsOf(subject);
  const hits = new Map<string, LintHit[]>();
  for (const user of judgedUsers(subject)) {
    if (isDeclaredAdministrator(user)) continue;
    const found = findEscalations(user.user, subject.table, facts, { without: ['esc-default-open'] });
    for (const [way, path] of worthTelling(found, ways, user)) {
      const list = hits.get(way.id) ?? [];
      list.push(hitOf(user, way, path, found));
      hits.set(way.id, list);
    }
  }
  return hits;
}

/** Somebody with every command on every key is meant to rule, or is reported as such elsewhere. */
function isDeclaredAdministrator({ user }: LintUser): boolean {
  return user.selectors.some((selector) => selector.allKeys && selector.allCommands);
}

function factsOf(subject: LintSubject): EscalationFacts {
  const declared = subject.users.find(({ name }) => name === 'default')?.user;
  const standing = declared ?? (subject.defaultUserDeclared ? undefined : defaultUser(subject.table));
  const { clusterMode } = subject.options;
  return {
    ...(standing !== undefined && { defaultUser: standing }),
    ...(clusterMode !== undefined && clusterMode !== 'unknown' && { clusterMode }),
  };
}

/** The rule and the path of each finding: full control alone where it is certain, else one for each power. */
function worthTelling(
  { fullControl, steps }: Escalations,
  ways: readonly WayRule[],
  user: LintUser,
): readonly (readonly [WayRule, EscalationPath])[] {
  const wayOf = (step: EscalationStep | undefined): WayRule | undefined =>
    ways.find(
      ({ edges, needed }) => edges.includes(step?.edge.id ?? '') && needed?.includes(user.kind) !== true,
    );
  const told = new Map<WayRule, EscalationPath>();
  const denied = new Set<string>();
  const first = wayOf(fullControl?.steps[0]);
  if (fullControl !== undefined && first !== undefined) {
    told.set(first, fullControl);
    for (const name of fullControl.steps[0]?.commands ?? []) denied.add(name);
  }
  if (fullControl?.certainty === 'certain' && first !== undefined) return [...told];
  for (const power of TARGETS) {
    // Commands that another finding already asks to take away open nothing more; native code is told of all the same,
    // because a newer build ends it too.
    const open = steps.filter(
      (step) =>
        step.edge.to === power &&
        wayOf(step) !== undefined &&
        !(first !== undefined && isCoveredBy(first, step)) &&
        (power === 'code-on-host' || step.commands.some((name) => !denied.has(name))),
    );
    const step = open.find(({ assumes }) => assumes.length === 0) ?? open[0];
    const way = wayOf(step);
    if (step === undefined || way === undefined || told.has(way)) continue;
    told.set(way, oneStep(step));
    for (const name of step.commands) denied.add(name);
  }
  return [...told];
}

/** The way whose fix is to deny FUNCTION. */
const FUNCTION_WAY = 'esc-function-poison';

/** Does the fix of `way` end the step too, whose commands are all FUNCTION's? One cause is told once. */
function isCoveredBy(way: WayRule, step: EscalationStep): boolean {
  return (
    way.id === FUNCTION_WAY &&
    step.commands.length > 0 &&
    step.commands.every((name) => name.startsWith('function|'))
  );
}

/** What else the commands of FUNCTION open, beside the way that is told. */
function coveredSteps({ steps }: Escalations, way: WayRule): readonly EscalationStep[] {
  return steps.filter((step) => !way.edges.includes(step.edge.id) && isCoveredBy(way, step));
}

function oneStep(step: EscalationStep): EscalationPath {
  return {
    to: step.edge.to,
    steps: [step],
    certainty: step.assumes.length === 0 ? 'certain' : 'possible',
    assumes: step.assumes,
    severity: step.edge.severity,
  };
}

function hitOf(user: LintUser, way: WayRule, path: EscalationPath, found: Escalations): LintHit {
  const held = path.steps[0]?.commands ?? [];
  const grant = findGrant(user, held[0] ?? '');
  const brought = grant === undefined ? '' : ` (${hideSecrets(grant.rule)})`;
  const others = otherSteps(found, path);
  const also = namesOf(others).filter((name) => !held.includes(name));
  const same = found.steps.filter(({ edge }) => way.edges.includes(edge.id));
  const covered = path.to === 'full-control' ? coveredSteps(found, way) : [];
  const deeds = [...new Set(covered.map(({ edge }) => edge.to))].map((power) => {
    const ids = covered.flatMap(({ edge }) => (edge.to === power ? [edge.id] : []));
    return `${powerDeed(power)} (${listSome(ids)})`;
  });
  const evidence = [
    ...(also.length > 0 ? [`also by ${listCommands(also)}`] : []),
    ...(deeds.length > 0 ? [`FUNCTION also lets it ${listSome(deeds)}`] : []),
  ];
  const commands = [
    ...new Set([...held, ...namesOf([...same, ...covered]), ...(path.to === 'full-control' ? also : [])]),
  ];
  const severity =
    user.kind === 'admin' ? 'low' : path.certainty === 'certain' ? undefined : milder(way.severity);
  const verb = path.certainty === 'certain' ? 'can' : 'could';
  return hitAt(user, grant, {
    ...(severity !== undefined && { severity }),
    message: `User ${user.name} ${verb} ${powerDeed(path.to)}${brought}: ${printWay(path)}.`,
    ...(evidence.length > 0 && { evidence: evidence.join('; ') }),
    fix: denyFix(user, commands),
    ...(way.shownBy !== undefined && { proofCommand: way.shownBy }),
  });
}

/** What rests on something that nobody here can see is told one step lower. */
function milder(severity: LintSeverity): LintSeverity {
  return LINT_SEVERITIES[LINT_SEVERITIES.indexOf(severity) + 1] ?? severity;
}

function namesOf(steps: readonly EscalationStep[]): readonly string[] {
  return [...new Set(steps.flatMap((step) => step.commands))];
}

/** Other first steps to the same power. */
function otherSteps({ steps }: Escalations, path: EscalationPath): readonly EscalationStep[] {
  const [own] = path.steps;
  return steps.filter(
    (step) =>
      step.edge.id !== own?.edge.id &&
      step.commands.length > 0 &&
      (path.to === 'full-control' ? LEADS_TO_CONTROL.has(step.edge.to) : step.edge.to === path.to),
  );
}
