/** USER-029: nodes of one fleet hold different users. */

import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { compareUsers } from '../../user-comparison.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const nodesDiffer: Check = {
  id: 'USER-029',
  area: 'users',
  title: 'Nodes of the same fleet have different users',
  goal: 'All nodes of a fleet have the same users with the same rights',
  severity: 'medium',
  rationale:
    'Users are not replicated: ACL SETUSER acts on one node. After a failover the clients meet the users of the other ' +
    'node, where a revoked user may still be on and a new one missing.',
  evaluate: (snapshot, context) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const others = context.siblings.filter(({ subject, users: theirs, mode }) => {
        const comparable = !mode.known || !snapshot.mode.known || mode.value === snapshot.mode.value;
        return subject !== snapshot.subject && theirs.known && comparable;
      });
      if (others.length === 0) return notApplicable('no other node was audited');
      const found = others.flatMap((other) =>
        compareUsers(users, other.users.known ? other.users.value : []).map((difference) => ({
          subject: other.subject,
          ...difference,
        })),
      );
      if (found.length === 0) return pass(`${others.length + 1} nodes have the same users`, from);
      return fail(
        rows(found, ({ subject, name, what }) => evidence(`user ${name}: ${what} (${subject})`, from)),
        [byHand('Bring the same ACL file to every node and ACL LOAD it there')],
      );
    }),
  remedy: 'Keep users in one policy, and bring the same ACL file to every node.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`, `user temp on ${HASH} ~* +get`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]),
  },
};
