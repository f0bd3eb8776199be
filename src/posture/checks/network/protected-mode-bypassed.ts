/** NET-004: up to 6.2 any `bind` line switches protected mode off, a wildcard included. */

import type { Check } from '../../check.ts';
import { before, SEVEN } from '../../conf-reading.ts';
import { tcpReach } from '../../exposure.ts';
import { readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const protectedModeBypassed: Check = {
  id: 'NET-004',
  area: 'network',
  title: 'A bind line makes protected mode useless',
  goal: 'A default user without a password is not reachable from other hosts',
  severity: 'critical',
  rationale:
    'Up to 6.2 protected mode works only while no bind line exists: with bind 0.0.0.0 and protected-mode yes a remote ' +
    'client without a password is in (seen on Redis 6.0.16 and 6.2.16). From 7.0 on the same file refuses it.',
  appliesWhen: before(SEVEN, 'from 7.0 on protected mode does not depend on bind'),
  evaluate: (snapshot) =>
    readFact(snapshot.product, 'the version of the server', () =>
      readSettings(snapshot, ['bind', 'protected-mode'], ({ bind, 'protected-mode': mode }) =>
        readFact(snapshot.users, 'the users', (users) => {
          const open = users.find(({ user }) => user.name === 'default' && user.enabled && user.nopass);
          const reach = tcpReach(snapshot, bind.value);
          if (open === undefined) return pass('the default user needs a password or is off', bind.from);
          if (bind.value === '' || reach === 'loopback' || reach === 'nowhere')
            return pass(`bind ${bind.value || '""'}`, bind.from);
          return fail(
            [
              evidence(`bind ${bind.value}`, bind.from),
              evidence(`protected-mode ${mode.value}, without effect beside bind`, mode.from),
              evidence(open.text, open.from),
            ],
            [{ kind: 'set-user', name: 'default', rules: ['off', 'resetpass'] }],
            'Anyone who reaches the port is the default user.',
          );
        }),
      ),
    ),
  remedy: 'Give the default user a password or switch it off; do not rely on protected mode on 6.x.',
  references: [REFERENCES.security],
  attackPaths: ['AP-06'],
  examples: {
    bad: { server: 'redis-6.2', conf: 'bind 0.0.0.0\nprotected-mode yes\n' },
    good: {
      server: 'redis-6.2',
      conf: 'bind 0.0.0.0\nprotected-mode yes\nrequirepass 6f1c0b5f9a7e4d38b2c1\n',
    },
  },
};
