/** The same differences of many nodes as one: what is told of forty nodes is told once. */

import { identityOfDifference, type Difference, type Plan } from '../../change/index.ts';

export interface FoldedDifferences {
  /** `id`s, in the order of the plan. */
  readonly nodes: readonly string[];
  readonly differences: readonly Difference[];
}

const NODES_SHOWN = 4;

/** Blocks of differences that hold for the same nodes; those of most nodes first. */
export function foldDifferences({ nodes }: Plan): readonly FoldedDifferences[] {
  const places = new Map<string, { difference: Difference; readonly nodes: string[] }>();
  for (const { node, differences } of nodes) {
    for (const difference of differences) {
      const key = identityOfDifference(difference);
      const known = places.get(key);
      if (known === undefined) places.set(key, { difference, nodes: [node] });
      else {
        known.nodes.push(node);
        known.difference = addSessions(known.difference, difference);
      }
    }
  }
  const blocks = new Map<string, { readonly nodes: readonly string[]; readonly differences: Difference[] }>();
  for (const { difference, nodes: where } of places.values()) {
    const key = where.join('\0');
    const known = blocks.get(key);
    if (known === undefined) blocks.set(key, { nodes: where, differences: [difference] });
    else known.differences.push(difference);
  }
  return [...blocks.values()].toSorted((a, b) => b.nodes.length - a.nodes.length);
}

/** `a, b, c and 35 more`; all of them when everything is to be shown. */
export function nameNodes(nodes: readonly string[], look: { readonly detail: 'first' | 'all' }): string {
  if (look.detail === 'all' || nodes.length <= NODES_SHOWN) return nodes.join(', ');
  return `${nodes.slice(0, NODES_SHOWN).join(', ')} and ${nodes.length - NODES_SHOWN} more`;
}

/** Of all the nodes together. */
function addSessions(one: Difference, other: Difference): Difference {
  return one.kind === 'remove-user' && other.kind === 'remove-user'
    ? { ...one, sessions: one.sessions + other.sessions }
    : one;
}
