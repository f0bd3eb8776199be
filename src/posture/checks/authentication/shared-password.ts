/** AUTH-013: several users have the same password. */

import type { UserFact } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, OTHER_HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const sharedPassword: Check = {
  id: 'AUTH-013',
  area: 'authentication',
  title: 'Several users share a password',
  goal: 'Every user has a password of its own',
  severity: 'medium',
  rationale:
    'Whoever holds one of them is the other too, with its rights; revoking one leaves the other open. The hashes are ' +
    'unsalted, so everybody who may list the users sees which are the same.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const groups = [...byHash(users.filter(({ user }) => user.enabled)).values()].filter(
        (group) => group.length > 1,
      );
      if (groups.length === 0) return pass('no two enabled users share a password', from);
      return fail(
        rows(groups, (group) =>
          evidence(`one password opens ${group.map(({ user }) => user.name).join(', ')}`, group[0]?.from),
        ),
        [
          ...groups
            .flatMap((group) => group.slice(1))
            .slice(0, 20)
            .map(({ user }) => ({
              kind: 'set-user' as const,
              name: user.name,
              rules: ['resetpass', '>NEW_PASSWORD'],
            })),
          byHand('Add the new password first (>new), move the clients, then take the old one away (<old)'),
        ],
      );
    }),
  remedy: 'Give each user its own password, and rotate them one at a time.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`, `user jobs on ${HASH} ~jobs:* +get`]),
    good: withUsers('redis-7.2', [
      `user app on ${HASH} ~app:* +get`,
      `user jobs on ${OTHER_HASH} ~jobs:* +get`,
    ]),
  },
};

function byHash(users: readonly UserFact[]): ReadonlyMap<string, readonly UserFact[]> {
  const groups = new Map<string, UserFact[]>();
  for (const fact of users) {
    for (const hash of new Set(fact.user.passwords)) {
      const group = groups.get(hash);
      if (group === undefined) groups.set(hash, [fact]);
      else group.push(fact);
    }
  }
  return groups;
}
