/** USER-002: an application may write every key. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, holdsAnyOf, rows, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';
import type { User } from '../../../acl/index.ts';

export const everyKey: Check = {
  id: 'USER-002',
  area: 'users',
  title: 'An application may write every key',
  goal: 'Applications are confined to their own keys',
  severity: 'medium',
  rationale:
    'Without key patterns every application can change and delete what belongs to the others, sessions and locks ' +
    'included. A prefix for each application costs nothing and is checked on every command.',
  appliesWhen: (_snapshot, context) =>
    context.expected.users.leastPrivilege || 'least privilege is not asked at this level',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.filter(({ user }) => dutyOf(user) === 'application' && writesEverywhere(user));
      if (found.length === 0) return pass('every application that writes is confined by key patterns', from);
      return fail(
        rows(found, showRules),
        found.slice(0, 20).map(({ user }) => ({
          kind: 'set-user' as const,
          name: user.name,
          rules: ['resetkeys', '~PREFIX:*'],
        })),
      );
    }),
  remedy: 'ACL SETUSER name resetkeys ~prefix:*; the separator at the end keeps the next prefix out.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~* +get +set +del`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +set +del`]),
  },
};

function writesEverywhere(user: User): boolean {
  const all = user.selectors.some(
    (selector) => selector.allKeys || selector.keys.some(({ pattern, write }) => write && pattern === '*'),
  );
  return all && holdsAnyOf(user, 'write');
}
