/** USER-020: more administrators than anybody watches. */

import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

/** One for people, one for automation, one behind glass. */
const ADMINISTRATORS_MAX = 3;

export const manyAdministrators: Check = {
  id: 'USER-020',
  area: 'users',
  title: 'There are many administrators',
  goal: 'Few users may rewrite the users',
  severity: 'low',
  rationale:
    'Each user that may run ACL SETUSER can become every other, on every version. One for people, one for automation and ' +
    'one kept for emergencies is what a server needs.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.filter(({ user }) => ['administrator', 'overpowered'].includes(dutyOf(user)));
      if (found.length <= ADMINISTRATORS_MAX)
        return pass(
          `${found.length} administrators: ${found.map(({ user }) => user.name).join(', ') || 'none'}`,
          from,
        );
      return fail(
        [
          evidence(`${found.length} users may rewrite the users`, from),
          ...rows(found, ({ user, from: at }) => evidence(`user ${user.name}`, at)),
        ],
        [byHand(`Take ACL SETUSER (-acl) from those that do not need it, down to ${ADMINISTRATORS_MAX}`)],
      );
    }),
  remedy: 'Keep at most three, and give the others the role that they use.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers(
      'redis-7.2',
      ['admin', 'root', 'ops', 'dba'].map((name) => `user ${name} on ${HASH} ~* &* +@all`),
    ),
    good: withUsers('redis-7.2', [`user admin on ${HASH} ~* &* +@all`]),
  },
};
