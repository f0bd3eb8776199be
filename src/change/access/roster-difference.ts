/**
 * Nodes on which a user is not as on the others. ACLs do not travel between nodes, so that one can fall behind unseen.
 * Only nodes of one version are compared: another version has other commands, and rules of its own.
 */

import { haveSameRights, type User } from '../../acl/index.ts';
import type { UserFact } from '../../fleet/index.ts';
import type { NodeUser } from './roster.ts';

export interface NodeDifference {
  readonly node: string;
  readonly in: readonly ('state' | 'passwords' | 'rights')[];
}

/** The nodes that differ from what most of their kind have; from the first, where there is no majority. */
export function findOddNodes(nodes: readonly NodeUser[]): readonly NodeDifference[] {
  const kinds = new Map<string, NodeUser[]>();
  for (const each of nodes) {
    const known = kinds.get(each.kind);
    if (known === undefined) kinds.set(each.kind, [each]);
    else known.push(each);
  }
  return [...kinds.values()].flatMap(findOddOfKind);
}

function findOddOfKind(nodes: readonly NodeUser[]): readonly NodeDifference[] {
  const groups: NodeUser[][] = [];
  for (const each of nodes) {
    const same = groups.find(([first]) => first !== undefined && isSame(first, each));
    if (same === undefined) groups.push([each]);
    else same.push(each);
  }
  if (groups.length < 2) return [];
  const most = Math.max(...groups.map((group) => group.length));
  const usual = groups.find((group) => group.length === most)?.[0];
  if (usual === undefined) return [];
  const odd = groups.filter(([first]) => first !== usual).flat();
  return nodes
    .filter((each) => odd.includes(each))
    .map(({ node, fact }) => ({ node, in: describe(usual.fact, fact) }));
}

/** Text first: on most nodes a user is the same, word for word. */
function isSame(one: NodeUser, other: NodeUser): boolean {
  const [a, b] = [one.fact, other.fact];
  if (a.user === b.user) return true;
  if (a.text === b.text && samePasswords(a.user, b.user)) return true;
  return a.user.table === b.user.table && haveSameRights(a.user, b.user);
}

function describe(usual: UserFact, fact: UserFact): NodeDifference['in'] {
  const { enabled, nopass, passwords } = usual.user;
  const { user } = fact;
  const login = user.nopass === nopass && samePasswords(user, usual.user);
  const asUsual: User = { ...user, enabled, nopass, passwords };
  // Modules and renamed commands make tables of their own: then the rules as they are written count.
  const rights =
    user.table === usual.user.table
      ? haveSameRights(usual.user, asUsual)
      : rulesOf(fact.text) === rulesOf(usual.text);
  return [
    ...(user.enabled === enabled ? [] : ['state' as const]),
    ...(login ? [] : ['passwords' as const]),
    ...(rights ? [] : ['rights' as const]),
  ];
}

/** Without state and passwords, which are compared by themselves. */
function rulesOf(text: string): string {
  return text
    .split(' ')
    .filter((token) => !/^(?:on|off|nopass|[#>].*)$/.test(token))
    .join(' ');
}

function samePasswords(a: User, b: User): boolean {
  const held = new Set(a.passwords);
  return a.passwords.length === b.passwords.length && b.passwords.every((each) => held.has(each));
}
