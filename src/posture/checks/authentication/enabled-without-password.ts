/** AUTH-008: a user is on, and nobody can log in as it. */

import type { Check } from '../../check.ts';
import { readFact, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, notApplicable, pass } from '../../verdict.ts';

export const enabledWithoutPassword: Check = {
  id: 'AUTH-008',
  area: 'authentication',
  title: 'An enabled user has no password, so nobody can log in',
  goal: 'Every enabled user can log in',
  severity: 'medium',
  rationale:
    'on without a password and without nopass: AUTH always answers WRONGPASS, with the empty password too. The client ' +
    'that was meant for it uses another user, usually default.',
  appliesWhen: (snapshot) =>
    ['', 'off', undefined].includes(settingValue(snapshot, 'tls-auth-clients-user')?.toLowerCase()) ||
    'users log in by certificate here',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const locked = users.filter(({ user }) => user.enabled && !user.nopass && user.passwords.length === 0);
      if (users.length === 0) return notApplicable('there are no users');
      if (locked.length === 0) return pass('every enabled user has a password', from);
      return fail(
        rows(locked, showRules),
        locked.slice(0, 20).map(({ user }) => ({
          kind: 'set-user' as const,
          name: user.name,
          rules: user.name === 'default' ? ['off', 'resetpass'] : ['>NEW_PASSWORD'],
        })),
      );
    }),
  remedy: 'Give it a password, or switch it off or delete it.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', ['user app on ~app:* +get']),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]),
  },
};
