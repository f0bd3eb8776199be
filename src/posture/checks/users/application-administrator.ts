/** USER-001: an application holds every command on every key. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, holdsEverything, rows, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const applicationAdministrator: Check = {
  id: 'USER-001',
  area: 'users',
  title: 'An application user is an administrator',
  goal: 'Applications hold the commands they use, and no others',
  severity: 'high',
  rationale:
    '+@all ~* is root: such a user runs CONFIG SET, ACL SETUSER, REPLICAOF, SHUTDOWN and FLUSHALL, so that a hole in the ' +
    'application is the loss of the server. Whether a user is an administrator is told from its name (admin, root, ops, ' +
    'dba, sre and the like); waive the finding for a person who has another name.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.filter(({ user }) => dutyOf(user) === 'overpowered' && holdsEverything(user));
      if (found.length === 0) return pass('no application holds every command on every key', from);
      return fail(
        rows(found, showRules),
        found.slice(0, 20).map(({ user }) => ({
          kind: 'set-user' as const,
          name: user.name,
          rules: ['resetkeys', '~PREFIX:*', '-@all', '+@read', '+@write', '+@connection', '-@dangerous'],
        })),
        'Whoever holds its password owns the server.',
      );
    }),
  remedy:
    'Name the keys and the commands that the application uses; start from a role of `wardis harden` and try it with ACL ' +
    'DRYRUN (7.0 and later).',
  references: [REFERENCES.acl],
  attackPaths: ['AP-01', 'AP-02', 'AP-03', 'AP-10'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~* &* +@all`]),
    good: withUsers('redis-7.2', [
      `user app on ${HASH} ~app:* +get +set`,
      `user admin on ${HASH} ~* &* +@all`,
    ]),
  },
};
