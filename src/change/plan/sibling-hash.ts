/**
 * A node that joined later has none of the users. Where no secret is known for a user, the other nodes know its hash:
 * when all of them hold the same single one, the newcomer gets it too, and whoever has the password is let in there.
 */

import type { Credential } from '../../policy/index.ts';
import type { PlanInput } from './plan-input.ts';

/** The secrets that are known, and the hashes that all nodes which have the user agree upon. */
export function completeSecrets({
  policy,
  secrets,
  states,
  rotating,
}: PlanInput): ReadonlyMap<string, Credential> {
  const unknown = policy.users.filter(({ name }) => !secrets.has(name) && rotating?.has(name) !== true);
  if (unknown.length === 0) return secrets;
  const held = hashesHeld(states, new Set(unknown.map(({ name }) => name)));
  const shared = [...held].flatMap(([name, hashes]): readonly (readonly [string, Credential])[] => {
    const [sha256, ...others] = hashes;
    return sha256 === undefined || sha256 === '' || others.length > 0 ? [] : [[name, { sha256 }]];
  });
  return new Map([...secrets, ...shared]);
}

/** The sets of passwords of each user over all nodes, each as one text; a set that cannot be shared is empty text. */
function hashesHeld(
  states: PlanInput['states'],
  names: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const held = new Map<string, Set<string>>();
  for (const { users } of states) {
    for (const { user } of users.known ? users.value : []) {
      if (!names.has(user.name)) continue;
      const [hash = '', ...others] = user.passwords;
      const sets = held.get(user.name) ?? new Set();
      sets.add(user.nopass || others.length > 0 ? '' : hash);
      held.set(user.name, sets);
    }
  }
  return held;
}
