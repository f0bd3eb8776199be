/** AUTH-017: a user has several passwords: a rotation that was begun. */

import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, OTHER_HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const rotationUnfinished: Check = {
  id: 'AUTH-017',
  area: 'authentication',
  title: 'A user has more than one password',
  goal: 'Rotations are finished: one password for each user',
  severity: 'info',
  rationale:
    'ACL SETUSER adds: >new leaves the old password working until <old takes it away. That is how rotation works ' +
    'without an outage, and how old passwords stay valid for years.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const several = users.filter(({ user }) => user.enabled && user.passwords.length > 1);
      if (several.length === 0) return pass('no user has more than one password', from);
      return fail(
        rows(several, ({ user, from: at }) =>
          evidence(`user ${user.name} has ${user.passwords.length} passwords`, at),
        ),
        [
          byHand(
            'When every client uses the new one: ACL SETUSER name resetpass >new (live connections stay)',
          ),
        ],
      );
    }),
  remedy: 'Finish the rotation: remove the old password with <old or !hash.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ${OTHER_HASH} ~app:* +get`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]),
  },
};
