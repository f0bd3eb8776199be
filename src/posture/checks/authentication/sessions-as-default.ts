/** AUTH-021: the default user is off, and connections made before go on as default. */

import type { Check } from '../../check.ts';
import { exampleClient, exampleFact } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const sessionsAsDefault: Check = {
  id: 'AUTH-021',
  area: 'authentication',
  title: 'Open sessions still run as the switched-off default user',
  goal: 'No session runs as a user that is switched off',
  severity: 'high',
  rationale:
    'off stops new logins only. Connections that were default stay, with every right of default, until they are closed; ' +
    'one that may run ACL SETUSER can even switch the user on again.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users) => {
      const user = users.find((fact) => fact.user.name === 'default');
      if (user === undefined || user.user.enabled) return notApplicable('the default user is on');
      return readFact(snapshot.clients, 'CLIENT LIST', (clients, from) => {
        // A client that has not logged in yet is shown as default as well, and may do nothing: it asked nothing else.
        const left = clients.filter(
          ({ user: name, flags, lastCommand }) =>
            name === 'default' &&
            !/[MS]/.test(flags) &&
            !/^(null|auth|hello|quit|reset|)$/i.test(lastCommand),
        );
        if (left.length === 0) return pass('no session runs as default', from);
        return fail(
          rows(left, ({ address, lastCommand, ageSeconds }) =>
            evidence(`${address} as default for ${ageSeconds} s, last ${lastCommand}`, from),
          ),
          [byHand('CLIENT KILL USER default')],
        );
      });
    }),
  remedy: 'CLIENT KILL USER default.',
  references: [REFERENCES.acl, REFERENCES.clients],
  examples: {
    bad: withUsers('redis-7.2', [], {
      facts: { clients: exampleFact([exampleClient({ user: 'default' })]) },
    }),
    good: withUsers('redis-7.2', [], { facts: { clients: exampleFact([exampleClient({ user: 'app' })]) } }),
  },
};
