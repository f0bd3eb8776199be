/** USER-004: the shared default user is an administrator where named users are expected. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, showRules } from '../../rights.ts';
import { fail, notApplicable, pass } from '../../verdict.ts';

export const powerfulDefault: Check = {
  id: 'USER-004',
  area: 'users',
  title: 'The shared default user is an administrator',
  goal: 'The default user holds no administrative command',
  severity: 'high',
  rationale:
    'requirepass gives every client that knows it every command: the password in an application is the password of the ' +
    'administrator. Taking single commands from default (-flushall -debug) changes nothing while it keeps ACL SETUSER.',
  appliesWhen: (_snapshot, context) =>
    context.expected.users.named || 'this level allows one shared password',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const shared = users.find(({ user }) => user.name === 'default');
      if (shared === undefined || dutyOf(shared.user) !== 'administrator')
        return shared !== undefined && dutyOf(shared.user) === 'anyone'
          ? notApplicable('it has no password at all: AUTH-001')
          : pass(shared?.text ?? 'there is no default user', shared?.from ?? from);
      return fail([showRules(shared)], [{ kind: 'set-user', name: 'default', rules: ['off', 'resetpass'] }]);
    }),
  remedy:
    'Create an administrator with a name, users for the applications, then ACL SETUSER default off resetpass.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-01', 'AP-02', 'AP-03'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'requirepass 4be2f0a96c1d7735e8b04f12a9c3d6e7\n' },
    good: { server: 'redis-7.2', conf: 'aclfile users.acl\n', acl: 'user default off resetpass\n' },
  },
};
