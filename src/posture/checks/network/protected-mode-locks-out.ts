/** NET-005: `default off nopass` keeps every remote client out, those with valid users too. */

import type { Check } from '../../check.ts';
import { listensBeyondLoopback } from '../../exposure.ts';
import { since, SEVEN } from '../../conf-reading.ts';
import { readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const protectedModeLocksOut: Check = {
  id: 'NET-005',
  area: 'network',
  title: 'Protected mode locks out users with valid passwords',
  goal: 'Remote users with valid passwords get in while protected mode is on',
  severity: 'high',
  rationale:
    'Protected mode looks at the nopass flag of the default user only, not at off. With `user default off nopass` every ' +
    'remote client is answered -DENIED before it can log in (7.0 and later; on 6.x when no bind line is set). The usual ' +
    'reaction, protected-mode no, opens the server one careless line later.',
  appliesWhen: since(SEVEN, 'up to 6.2 a bind line switches protected mode off'),
  evaluate: (snapshot) =>
    readSettings(snapshot, ['bind', 'protected-mode'], ({ bind, 'protected-mode': mode }) =>
      readFact(snapshot.users, 'the users', (users, from) => {
        if (mode.value !== 'yes') return notApplicable('protected mode is off');
        if (listensBeyondLoopback(snapshot) !== true) return notApplicable('no remote client can connect');
        const stuck = users.find(({ user }) => user.name === 'default' && !user.enabled && user.nopass);
        if (stuck === undefined) return pass('the default user is not both off and nopass', from);
        return fail(
          [evidence(stuck.text, stuck.from), evidence(`bind ${bind.value}`, bind.from)],
          [{ kind: 'set-user', name: 'default', rules: ['off', 'resetpass'] }],
          'Remote clients of every user are refused with -DENIED.',
        );
      }),
    ),
  remedy: 'Write `user default off resetpass`: resetpass also takes the nopass flag away.',
  references: [REFERENCES.security, REFERENCES.acl],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'bind 10.0.0.5\naclfile users.acl\n',
      acl: 'user default off nopass\n',
    },
    good: {
      server: 'redis-7.2',
      conf: 'bind 10.0.0.5\naclfile users.acl\n',
      acl: 'user default off resetpass\n',
    },
  },
};
