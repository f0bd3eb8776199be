/** AUTH-002: the default user has no password, and some rights. */

import type { Check } from '../../check.ts';
import { raiseWhenPublic } from '../../exposure.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { commandsOf, dutyOf, mayRun, shortRules } from '../../rights.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const anyoneIsAUser: Check = {
  id: 'AUTH-002',
  area: 'authentication',
  title: 'Clients without credentials may run commands',
  goal: 'A client without credentials can do nothing',
  severity: 'high',
  rationale:
    'default is limited but still nopass: whoever connects holds these rights, and nothing in any log says who it was. ' +
    'A nopass default user also turns protected mode on, which then refuses remote clients of every user.',
  evaluate: (snapshot, context) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const open = users.find(({ user }) => user.name === 'default' && user.enabled && user.nopass);
      if (open === undefined) return pass('the default user is off or has a password', from);
      if (dutyOf(open.user) === 'anyone') return notApplicable('everybody is an administrator: AUTH-001');
      const held = [...commandsOf(open.user)].filter((name) => name === 'get' || !mayRunFreely(name));
      const verdict = fail(
        [evidence(`${shortRules(open.text)}: ${held.length} commands`, open.from)],
        [{ kind: 'set-user', name: 'default', rules: ['off', 'resetpass'] }],
        mayRun(open.user, 'get') ? 'Anyone who can connect reads the keys it may reach.' : undefined,
      );
      return raiseWhenPublic(context, verdict, 'critical');
    }),
  remedy: 'ACL SETUSER default off resetpass, and a named user for whatever used it.',
  references: [REFERENCES.acl, REFERENCES.security],
  attackPaths: ['AP-06'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'aclfile users.acl\n',
      acl: 'user default on nopass ~public:* +@read\n',
    },
    good: { server: 'redis-7.2', conf: 'aclfile users.acl\n', acl: 'user default off resetpass\n' },
  },
};

/** Commands that the server answers before login anyway. */
function mayRunFreely(name: string): boolean {
  return ['auth', 'hello', 'quit', 'reset'].includes(name);
}
