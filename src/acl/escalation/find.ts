/**
 * What a user could become: every power that its rights lead to, and the shortest way there. A breadth-first search over
 * the escalation graph; a way that rests on nothing but the rights is preferred to a shorter one that needs more.
 */
import { reach } from '../decision/reach.ts';
import type { CommandTable } from '../table/command-table.ts';
import { invariant } from '../invariant.ts';
import type { User } from '../selector.ts';
import type { EscalationEdge, EscalationSeverity } from './edge.ts';
import { ESCALATION_EDGES } from './graph.ts';
import { POWERS } from './power.ts';
import type { Power } from './power.ts';
import { judgeRequirement, mayRun, VICTIM_KEY } from './requirement.ts';
import type { EscalationFacts } from './requirement.ts';

/** One step that is open to the user. */
export interface EscalationStep {
  readonly edge: EscalationEdge;
  /** Whose rights it uses: the user's own, or those of `default`, once it acts as that. */
  readonly as: 'itself' | 'default';
  /** Full names of the commands of the user's that open it; empty when it takes none. */
  readonly commands: readonly string[];
  /** What must hold besides, in words; empty when nothing is in doubt. */
  readonly assumes: readonly string[];
}

/** A way from the user's own rights to a power. */
export interface EscalationPath {
  readonly to: Power;
  readonly steps: readonly EscalationStep[];
  /** `possible`: if everything in `assumes` holds. */
  readonly certainty: 'certain' | 'possible';
  readonly assumes: readonly string[];
  /** The worst of its steps. */
  readonly severity: EscalationSeverity;
}

/** What {@link findEscalations} answers. */
export interface Escalations {
  /** Powers within reach, the greatest first. What the plain rights already give is not among them. */
  readonly powers: readonly Power[];
  /** Powers that the plain rights give: a user who may read every key gains nothing by copying them. */
  readonly held: readonly Power[];
  /** The shortest way to each power, the greatest first; what only follows from being somebody else is left out. */
  readonly paths: readonly EscalationPath[];
  /** The shortest way to full control. */
  readonly fullControl?: EscalationPath;
  /** Every step that the user's own rights open, in the order of the graph: what the paths leave out. */
  readonly steps: readonly EscalationStep[];
}

export interface EscalationOptions {
  /** Ids of edges to leave out: what is judged elsewhere. */
  readonly without?: readonly string[];
}

/**
 * What could this user become on this server? Rights are judged as by `decide`: `off` and passwords are not looked
 * at. What `facts` leaves out is not denied but assumed, and said. `table` is the one that the user was parsed with.
 */
export function findEscalations(
  user: User,
  table: CommandTable,
  facts: EscalationFacts = {},
  options: EscalationOptions = {},
): Escalations {
  invariant(user.table === table, 'the user was parsed with another command table');
  const held = powersHeld(user);
  const open = openSteps(user, facts, options.without ?? []);
  if (open('own-rights', 'itself').length === 0) return { powers: [], held, paths: [], steps: [] };
  const sure = search(open, 'certain');
  const all = search(open, 'possible');
  const best = (power: Power): EscalationPath | undefined => sure.get(power) ?? all.get(power);
  const paths = POWERS.flatMap(({ power }) => best(power) ?? []).filter(({ to }) => !held.includes(to));
  const fullControl = best('full-control');
  return {
    powers: paths.map(({ to }) => to),
    held,
    paths: paths.filter(({ to, steps }) => to === 'full-control' || !passesIdentity(steps)),
    ...(fullControl !== undefined && { fullControl }),
    steps: open('own-rights', 'itself').filter(({ edge }) => !held.includes(edge.to)),
  };
}

const edges = new Map<'own-rights' | Power, EscalationEdge[]>();
for (const edge of ESCALATION_EDGES) edges.set(edge.from, [...(edges.get(edge.from) ?? []), edge]);

function edgesFrom(node: 'own-rights' | Power): readonly EscalationEdge[] {
  return edges.get(node) ?? [];
}

/** The open steps from a power, or from the rights of somebody. */
type OpenSteps = (node: 'own-rights' | Power, as: EscalationStep['as']) => readonly EscalationStep[];

/** Steps are judged when first asked for: two searches ask for the same. */
function openSteps(user: User, facts: EscalationFacts, without: readonly string[]): OpenSteps {
  const known = new Map<string, readonly EscalationStep[]>();
  return (node, as) => {
    const key = `${as} ${node}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const actor = as === 'default' ? facts.defaultUser : user;
    const steps = actor === undefined ? [] : judgeSteps(node, as, actor, facts, without);
    known.set(key, steps);
    return steps;
  };
}

function judgeSteps(
  node: 'own-rights' | Power,
  as: EscalationStep['as'],
  actor: User,
  facts: EscalationFacts,
  without: readonly string[],
): readonly EscalationStep[] {
  return edgesFrom(node).flatMap((edge): EscalationStep[] => {
    if (without.includes(edge.id)) return [];
    const { holds, commands, assumes } = judgeRequirement(edge.requires, actor, facts);
    return holds === 'no' ? [] : [{ edge, as, commands, assumes }];
  });
}

/** The shortest path to every power, among certain steps only or among all. */
function search(open: OpenSteps, certainty: EscalationPath['certainty']): ReadonlyMap<Power, EscalationPath> {
  const found = new Map<Power, EscalationPath>();
  const queue: EscalationPath[] = [];
  const extend = (before: readonly EscalationStep[], steps: readonly EscalationStep[]): void => {
    for (const step of steps) {
      if (found.has(step.edge.to) || (certainty === 'certain' && step.assumes.length > 0)) continue;
      const path = pathOf([...before, step]);
      found.set(step.edge.to, path);
      queue.push(path);
    }
  };
  extend([], open('own-rights', 'itself'));
  // A breadth-first queue: it grows while it is walked, by one path a power at most.
  for (let at = 0; at < queue.length; at++) {
    const path = queue[at];
    if (path === undefined) break;
    extend(path.steps, open(path.to, 'itself'));
    if (path.to === 'default-user') extend(path.steps, open('own-rights', 'default'));
  }
  return found;
}

function pathOf(steps: readonly EscalationStep[]): EscalationPath {
  const assumes = [...new Set(steps.flatMap((step) => step.assumes))];
  const last = steps.at(-1);
  invariant(last !== undefined, 'a path has a step');
  return {
    to: last.edge.to,
    steps,
    certainty: assumes.length > 0 ? 'possible' : 'certain',
    assumes,
    severity: worst(steps.map(({ edge }) => edge.severity)),
  };
}

const SEVERITIES: readonly EscalationSeverity[] = ['critical', 'high', 'medium', 'low', 'info'];

function worst(severities: readonly EscalationSeverity[]): EscalationSeverity {
  return SEVERITIES.find((severity) => severities.includes(severity)) ?? 'info';
}

/** Powers to act as somebody else: what follows from them goes without saying. */
const IDENTITIES: ReadonlySet<Power> = new Set<Power>([
  'full-control',
  'code-on-host',
  'default-user',
  'other-users-rights',
]);

function passesIdentity(steps: readonly EscalationStep[]): boolean {
  return steps.slice(0, -1).some(({ edge }) => IDENTITIES.has(edge.to));
}

const READS = [
  ['GET', VICTIM_KEY],
  ['DUMP', VICTIM_KEY],
];
const WRITES = [
  ['SET', VICTIM_KEY, 'v'],
  ['DEL', VICTIM_KEY],
];

/** What the rights give without any escalation: nothing is gained by a way round to it. */
function powersHeld(user: User): readonly Power[] {
  const { keys, keyPatterns, databases } = reach(user);
  if (databases !== 'all') return [];
  const held: Power[] = [];
  if (READS.some((argv) => mayRun(argv, user))) held.push('all-data-read');
  if (WRITES.some((argv) => mayRun(argv, user))) held.push('all-data-write');
  if (keys === 'all' || keyPatterns.some(({ pattern, read }) => read && /^\*+$/.test(pattern)))
    held.push('names-of-keys');
  return held;
}
