/** AUTH-023: on Valkey 9.1 a certificate of an unknown name becomes the default user. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const certificateFallsToDefault: Check = {
  id: 'AUTH-023',
  area: 'authentication',
  title: 'Certificates of unknown names become the default user',
  goal: 'A certificate that names no user gives no rights',
  severity: 'high',
  rationale:
    'With tls-auth-clients-user CN or URI the name in the certificate is the user. A name that is unknown or off falls ' +
    'back to default (seen on Valkey 9.1.2), so that every certificate of the authority gets in while default is on.',
  appliesWhen: since({ valkey: '9.1' }, 'certificates do not choose the user on this server'),
  evaluate: (snapshot) =>
    readSettings(snapshot, ['tls-auth-clients-user'], (settings) => {
      const by = settings['tls-auth-clients-user'];
      if (by.value.toLowerCase() === 'off') return notApplicable('tls-auth-clients-user off');
      return readFact(snapshot.users, 'the users and their rules', (users, from) => {
        const shared = users.find(({ user }) => user.name === 'default' && user.enabled);
        if (shared === undefined) return pass('the default user is off', from);
        return fail(
          [evidence(`tls-auth-clients-user ${by.value}`, by.from), evidence(shared.text, shared.from)],
          [{ kind: 'set-user', name: 'default', rules: ['off', 'resetpass'] }],
        );
      });
    }),
  remedy:
    'ACL SETUSER default off resetpass: an unknown name is then answered NOAUTH and written to ACL LOG.',
  references: [REFERENCES.tlsValkey],
  attackPaths: ['A13'],
  examples: {
    bad: { server: 'valkey-9.1', conf: 'tls-auth-clients-user CN\n' },
    good: {
      server: 'valkey-9.1',
      conf: 'tls-auth-clients-user CN\naclfile users.acl\n',
      acl: 'user default off resetpass\n',
    },
  },
};
