/** The users of two places, by name: who was added, who was removed, and whose rights changed. */
import type { User } from '../selector.ts';
import { diffUsers } from './diff.ts';
import type { UserDiff } from './diff.ts';

/** The difference between two sets of users; names in the order they were given. */
export interface FleetDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly name: string; readonly diff: UserDiff }[];
  readonly same: readonly string[];
}

/** Compares users by name. Where a name occurs twice, the last one counts. */
export function diffFleets(from: readonly User[], to: readonly User[]): FleetDiff {
  const before = new Map(from.map((user) => [user.name, user]));
  const after = new Map(to.map((user) => [user.name, user]));
  const same: string[] = [];
  const changed: { readonly name: string; readonly diff: UserDiff }[] = [];
  for (const [name, user] of after) {
    const old = before.get(name);
    if (old === undefined) continue;
    const diff = diffUsers(old, user);
    if (diff.same) same.push(name);
    else changed.push({ name, diff });
  }
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed,
    same,
  };
}
