/** AUTH-001: the default user has no password and every right. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, showRules } from '../../rights.ts';
import { fail, pass } from '../../verdict.ts';

export const anyoneIsAdministrator: Check = {
  id: 'AUTH-001',
  area: 'authentication',
  title: 'Anyone who can connect is an administrator',
  goal: 'Clients must authenticate',
  severity: 'critical',
  rationale:
    'Every connection starts as the user default. While that user is on, nopass and may do everything, there is no ' +
    'difference between a stranger and the owner: data, configuration, users, replication. Users that were added do not ' +
    'help, because RESET or a new connection is default again. This is what a stock server of every version does.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const open = users.find(({ user }) => dutyOf(user) === 'anyone');
      if (open === undefined) return pass('the default user is off, has a password, or is limited', from);
      return fail(
        [showRules(open)],
        [
          { kind: 'harden', options: '' },
          { kind: 'set-user', name: 'default', rules: ['off', 'resetpass'] },
        ],
        'With CONFIG SET, REPLICAOF or ACL SETUSER a stranger takes the server over.',
      );
    }),
  remedy:
    'Give each client its own user, move them over, then switch default off: ACL SETUSER default off resetpass. ' +
    'Connections that are open stay as they are until CLIENT KILL USER default.',
  references: [REFERENCES.security, REFERENCES.acl, REFERENCES.securityValkey],
  attackPaths: ['AP-01', 'AP-02', 'AP-03', 'AP-06', 'AP-10', 'AP-14'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'bind 127.0.0.1\n' },
    good: { server: 'redis-7.2', conf: 'aclfile users.acl\n', acl: 'user default off resetpass\n' },
  },
};
