/** AUTH-009: the empty password opens a user. */

import { hashPassword } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const emptyPassword: Check = {
  id: 'AUTH-009',
  area: 'authentication',
  title: 'A user opens with the empty password',
  goal: 'No user has the empty password',
  severity: 'critical',
  rationale:
    'A bare > in a rule, usually a variable that was empty when the file was rendered, sets the empty password, and ' +
    'AUTH user "" then works on every version.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const none = hashPassword('');
      const open = users.filter(({ user }) => user.enabled && user.passwords.includes(none));
      if (open.length === 0) return pass('no user has the empty password', from);
      return fail(
        rows(open, ({ user, from: at }) => evidence(`user ${user.name} has the empty password`, at)),
        open.slice(0, 20).map(({ user }) => ({
          kind: 'set-user' as const,
          name: user.name,
          rules: ['resetpass', '>NEW_PASSWORD'],
        })),
      );
    }),
  remedy: 'ACL SETUSER name resetpass >…, and let the rendering of the file fail when a variable is empty.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-06'],
  examples: {
    bad: withUsers('redis-7.2', ['user app on > ~app:* +get']),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]),
  },
};
