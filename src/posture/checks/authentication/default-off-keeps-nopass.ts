/** AUTH-019: the default user is off, and one word away from open. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { showRules } from '../../rights.ts';
import { fail, notApplicable, pass } from '../../verdict.ts';

export const defaultOffKeepsNopass: Check = {
  id: 'AUTH-019',
  area: 'authentication',
  title: 'The default user is off but keeps nopass',
  goal: 'The default user is off and has no way in',
  severity: 'low',
  rationale:
    'ACL SETUSER default off leaves the nopass flag: one ACL SETUSER default on opens the server to everybody, and ' +
    'protected mode refuses remote clients of every user meanwhile. resetpass takes the flag away.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const user = users.find((fact) => fact.user.name === 'default');
      if (user === undefined || user.user.enabled) return notApplicable('the default user is on');
      if (!user.user.nopass) return pass('user default off, without nopass', from);
      return fail([showRules(user)], [{ kind: 'set-user', name: 'default', rules: ['off', 'resetpass'] }]);
    }),
  remedy: 'ACL SETUSER default off resetpass, and the same words in the ACL file.',
  references: [REFERENCES.acl, REFERENCES.security],
  examples: {
    bad: { server: 'redis-7.2', conf: 'aclfile users.acl\n', acl: 'user default off nopass\n' },
    good: { server: 'redis-7.2', conf: 'aclfile users.acl\n', acl: 'user default off resetpass\n' },
  },
};
