/** TLS-030: a certificate whose user is unknown falls back to the default user. */

import type { Check } from '../../check.ts';
import { tlsConf } from '../../example.ts';
import { readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const certificateUserFallback: Check = {
  id: 'TLS-030',
  area: 'tls',
  title: 'A certificate of an unknown user is let in as the default user',
  goal: 'Identity from certificates never falls back to an open default user',
  severity: 'high',
  rationale:
    'With tls-auth-clients-user (Valkey 9.0, Redis 8.6) the name in the certificate logs the client in. On Valkey 9.1 a certificate whose name is unknown, or whose user is off, stayed the default user: while default is on and needs no password, any certificate of the CA is in.',
  appliesWhen: (snapshot) =>
    !snapshot.product.known ||
    snapshot.settings.has('tls-auth-clients-user') ||
    'this version takes no user from certificates',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['tls-auth-clients-user'], ({ 'tls-auth-clients-user': option }) => {
      if (option.value === 'off') return notApplicable('tls-auth-clients-user is off');
      return readFact(snapshot.users, 'users', (users) => {
        const fallback = users.find(({ user }) => user.name === 'default');
        const open = fallback === undefined || (fallback.user.enabled && fallback.user.nopass);
        return open
          ? fail(
              [
                evidence(`tls-auth-clients-user ${option.value}`, option.from),
                evidence(fallback?.text ?? 'user default is not declared: on nopass', fallback?.from),
              ],
              [{ kind: 'set-user', name: 'default', rules: ['off', 'resetpass'] }],
            )
          : pass('user default cannot be used without a password', fallback.from);
      });
    }),
  remedy: 'Switch the default user off: ACL SETUSER default off resetpass.',
  references: [REFERENCES.tlsValkey],
  attackPaths: ['AP-13'],
  examples: {
    bad: { server: 'valkey-9.1', conf: tlsConf({ 'tls-auth-clients-user': 'CN' }) },
    good: {
      server: 'valkey-9.1',
      conf: `${tlsConf({ 'tls-auth-clients-user': 'CN' })}aclfile /etc/valkey/users.acl\n`,
      acl: 'user default off resetpass\n',
    },
  },
};
