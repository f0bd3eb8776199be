/** AUTH-007: a named user takes any password. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, rows, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const namedUserNopass: Check = {
  id: 'AUTH-007',
  area: 'authentication',
  title: 'A named user needs no password',
  goal: 'Every enabled user has a password or a certificate',
  severity: 'high',
  rationale:
    'nopass accepts any password, the empty one and garbage included: AUTH user anything. Names are guessed in seconds: ' +
    'a server answers some forty thousand attempts a second on one connection and slows nobody down.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const open = users.filter(({ user }) => user.name !== 'default' && user.enabled && user.nopass);
      if (open.length === 0) return pass('no named user is nopass', from);
      const verdict = fail(
        rows(open, showRules),
        open.slice(0, 20).map(({ user }) => ({
          kind: 'set-user' as const,
          name: user.name,
          rules: ['resetpass', '>NEW_PASSWORD'],
        })),
      );
      const master = open.some(({ user }) => ['administrator', 'overpowered'].includes(dutyOf(user)));
      if (verdict.status !== 'fail' || !master) return verdict;
      return { ...verdict, severity: { value: 'critical', because: 'such a user may rewrite the users' } };
    }),
  remedy: 'Give the user a password: ACL SETUSER name resetpass >… (resetpass takes nopass away).',
  references: [REFERENCES.acl],
  attackPaths: ['AP-06'],
  examples: {
    bad: withUsers('redis-7.2', ['user reports on nopass ~reports:* +get']),
    good: withUsers('redis-7.2', [`user reports on ${HASH} ~reports:* +get`]),
  },
};
