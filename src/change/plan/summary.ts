/** A plan in numbers. What is the same on many nodes counts once. */

import type { Difference, Plan } from '../plan.ts';

export interface PlanSummary {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  /** What no command can change while the node runs. */
  readonly byHand: number;
  /** Nodes that were read. */
  readonly nodes: number;
  readonly nodesDifferent: number;
  /** Nodes that are marked with this revision. */
  readonly nodesAtRevision: number;
}

export function summarizePlan({ nodes, revision }: Plan): PlanSummary {
  const kinds = {
    add: new Set<string>(),
    change: new Set<string>(),
    remove: new Set<string>(),
    byHand: new Set<string>(),
  };
  for (const { differences } of nodes) {
    for (const difference of differences) {
      const kind = countsAs(difference);
      if (kind !== undefined) kinds[kind].add(subjectOf(difference));
    }
  }
  return {
    add: kinds.add.size,
    change: kinds.change.size,
    remove: kinds.remove.size,
    byHand: kinds.byHand.size,
    nodes: nodes.length,
    nodesDifferent: nodes.filter(({ differences }) => differences.length > 0).length,
    nodesAtRevision: nodes.filter(({ marker }) => marker?.revision === revision).length,
  };
}

/** The marker follows every change and counts as none. */
function countsAs(difference: Difference): 'add' | 'change' | 'remove' | 'byHand' | undefined {
  if (difference.kind === 'revision') return undefined;
  return ({ '+': 'add', '~': 'change', '-': 'remove', '!': 'byHand' } as const)[difference.mark];
}

/**
 * The same for differences that say the same, whichever node they are of: sessions come and go, keys of objects stand in
 * the order of whoever wrote them, and rules and examples in the order in which the server lists its commands, which is
 * another for each process.
 */
export function identityOfDifference(difference: Difference): string {
  const known = identities.get(difference);
  if (known !== undefined) return known;
  const identity = JSON.stringify(lastingOf(difference), (key, value: unknown) => {
    if (key === 'example' || key === 'witness') return undefined;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
  identities.set(difference, identity);
  return identity;
}

function lastingOf(difference: Difference): Difference {
  switch (difference.kind) {
    case 'remove-user':
      return { ...difference, sessions: 0 };
    case 'change-user':
      return { ...difference, before: sortRules(difference.before), after: sortRules(difference.after) };
    case 'add-user':
      return { ...difference, rules: sortRules(difference.rules) };
    case 'setting':
    case 'persistence':
    case 'revision':
      return difference;
  }
}

/** To be compared, not to be read: the rights that differ are beside it. */
function sortRules(rules: string): string {
  return rules.split(' ').toSorted().join(' ');
}

/** Nodes share the differences that they have in common. */
const identities = new WeakMap<Difference, string>();

/** What a difference is about, on whichever node. */
export function subjectOf(difference: Difference): string {
  switch (difference.kind) {
    case 'add-user':
    case 'change-user':
    case 'remove-user':
      return `user ${difference.user}`;
    case 'setting':
      return `setting ${difference.name}`;
    case 'persistence':
      return 'what is on disk';
    case 'revision':
      return 'the revision';
  }
}
