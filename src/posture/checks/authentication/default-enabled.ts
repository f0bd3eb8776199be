/** AUTH-003: the shared default user is on where named users are expected. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { showRules } from '../../rights.ts';
import { fail, notApplicable, pass } from '../../verdict.ts';

export const defaultEnabled: Check = {
  id: 'AUTH-003',
  area: 'authentication',
  title: 'The shared default user is enabled',
  goal: 'The default user is off and every client has a user of its own',
  severity: 'medium',
  rationale:
    'default is the user that everybody shares: its password is in every client, nobody can be told apart, and it ' +
    'cannot be taken from one client without taking it from all. It is also what a certificate of an unknown name ' +
    'becomes on Valkey 9.1.',
  appliesWhen: (_snapshot, context) =>
    context.expected.users.named || 'this level allows one shared password',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const shared = users.find(({ user }) => user.name === 'default' && user.enabled);
      if (shared === undefined) return pass('user default off', from);
      if (shared.user.nopass) return notApplicable('it has no password at all: AUTH-001, AUTH-002');
      return fail([showRules(shared)], [{ kind: 'set-user', name: 'default', rules: ['off', 'resetpass'] }]);
    }),
  remedy:
    'Create a named user for each client, move them one by one, then ACL SETUSER default off resetpass and write the ' +
    'same line into the ACL file.',
  references: [REFERENCES.acl, REFERENCES.security],
  examples: {
    bad: { server: 'redis-7.2', conf: 'requirepass 6f1c0b5f9a7e4d38b2c1\n' },
    good: { server: 'redis-7.2', conf: 'aclfile users.acl\n', acl: 'user default off resetpass\n' },
  },
};
