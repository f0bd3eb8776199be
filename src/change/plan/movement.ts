/**
 * Has a node moved since a plan was made: between looking and applying somebody else may have changed it. What moved is
 * told as far as a plan without secrets can tell it.
 */

import type { Difference, NodePlan, Plan } from '../plan.ts';
import { identityOfDifference, subjectOf } from './summary.ts';

export interface Movement {
  readonly node: string;
  /** Sentences: `user app was changed`. Never empty. */
  readonly what: readonly string[];
}

/** `fresh` is made from the nodes as they are now. Empty: it does what `agreed` says, and may be applied in its place. */
export function findMovements(agreed: Plan, fresh: Plan): readonly Movement[] {
  const now = new Map(fresh.nodes.map((node) => [node.node, node]));
  const before = new Map(agreed.nodes.map((node) => [node.node, node]));
  const lost = new Map(fresh.unreadable.map(({ node, detail }) => [node, detail]));
  const moved: Movement[] = [];
  for (const [id, old] of before) {
    const node = now.get(id);
    if (node === undefined) {
      const detail = lost.get(id);
      moved.push({
        node: id,
        what: [detail === undefined ? 'is no node of the fleet any more' : `cannot be read now: ${detail}`],
      });
      continue;
    }
    const what = movementOf(old, node);
    if (what.length > 0) moved.push({ node: id, what });
  }
  for (const id of now.keys()) if (!before.has(id)) moved.push({ node: id, what: ['was not in the plan'] });
  if (agreed.revision !== fresh.revision && moved.length === 0)
    moved.push({ node: 'policy', what: ['it was changed since the plan was made'] });
  return moved;
}

function movementOf(old: NodePlan, node: NodePlan): readonly string[] {
  const told = [
    ...(old.seen.runId === node.seen.runId ? [] : ['it was restarted']),
    ...(old.server === node.server ? [] : [`it was ${old.server} and is ${node.server}`]),
    ...(old.role === node.role ? [] : [`it was ${old.role} and is ${node.role}`]),
    ...usersMoved(old.seen.users, node.seen.users),
  ];
  if (told.length > 0) return told;
  const differences = differencesMoved(old.differences, node.differences);
  if (differences.length > 0) return differences;
  return old.basis === node.basis ? [] : ['its settings, or a password, were changed'];
}

function usersMoved(
  old: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): readonly string[] {
  const names = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...names].flatMap((name) => {
    const [was, is] = [own(old, name), own(now, name)];
    if (was === is) return [];
    if (was === undefined) return [`user ${name} was added`];
    return [is === undefined ? `user ${name} was removed` : `user ${name} was changed`];
  });
}

/** Names come from servers. */
function own(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function differencesMoved(old: readonly Difference[], now: readonly Difference[]): readonly string[] {
  const before = new Set(old.map(identityOfDifference));
  const after = new Set(now.map(identityOfDifference));
  const changed = [
    ...now.filter((each) => !before.has(identityOfDifference(each))),
    ...old.filter((each) => !after.has(identityOfDifference(each))),
  ];
  return [...new Set(changed.map(subjectOf))].map(
    (subject) => `${subject} differs in another way than planned`,
  );
}
