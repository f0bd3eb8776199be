/** USER-029: nodes of one fleet hold different users. */

import type { Check } from '../../check.ts';
import { ownGroup, printSubjects } from '../../fleet-view.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { compareUsers } from '../../user-comparison.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

/** Nodes that all differ would be compared each with each. */
const GROUPS_SHOWN_MAX = 8;

export const nodesDiffer: Check = {
  id: 'USER-029',
  area: 'users',
  title: 'Nodes of the same fleet have different users',
  goal: 'All nodes of a fleet have the same users with the same rights',
  severity: 'medium',
  rationale:
    'Users are not replicated: ACL SETUSER acts on one node. After a failover the clients meet the users of the other ' +
    'node, where a revoked user may still be on and a new one missing.',
  comparesNodes: true,
  evaluate: (snapshot, context) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const mine = ownGroup(context.fleet, snapshot, users);
      const comparable = context.fleet.userGroups.filter(
        ({ mode }) => mode === undefined || mine.mode === undefined || mode === mine.mode,
      );
      const others = comparable
        .map((group) => ({ ...group, subjects: group.subjects.filter((each) => each !== snapshot.subject) }))
        .filter(({ subjects }) => subjects.length > 0);
      if (others.length === 0) return notApplicable('no other node was audited');
      const different = others.filter(({ digest }) => digest !== mine.digest);
      if (different.length === 0) {
        const count = others.reduce((sum, { subjects }) => sum + subjects.length, 1);
        return pass(`${count} nodes have the same users`, from);
      }
      const shown = different.slice(0, GROUPS_SHOWN_MAX);
      const found = shown.flatMap(({ users: theirs, subjects }) =>
        compareUsers(mine.users, theirs).map((difference) => ({ subjects, ...difference })),
      );
      const rest = different.length - shown.length;
      return fail(
        [
          ...rows(found, ({ subjects, name, what }) =>
            evidence(`user ${name}: ${what} (${printSubjects(subjects)})`, from),
          ),
          ...(rest > 0 ? [evidence(`${rest} more groups of nodes have yet other users`)] : []),
        ],
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
