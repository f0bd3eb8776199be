/** USER-024: RESTORE believes whatever this user sends. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, rows, runnable, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const uncheckedPayload: Check = {
  id: 'USER-024',
  area: 'users',
  title: 'A user may RESTORE payloads that are not checked',
  goal: 'RESTORE payloads are checked for every user',
  severity: 'medium',
  rationale:
    'skip-sanitize-payload turns off the deep check of RESTORE, which keeps crafted payloads from corrupting memory. The ' +
    'flag exists from 6.2 on and is without effect on Valkey 9.1.',
  appliesWhen: since({ redis: '6.2', valkey: '7.2' }, 'this version has no such flag'),
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.filter(
        ({ user }) =>
          user.sanitizePayload === 'skip' &&
          dutyOf(user) !== 'off' &&
          runnable(user, ['restore', 'restore-asking']).length > 0,
      );
      if (found.length === 0) return pass('no user skips the check of RESTORE payloads', from);
      return fail(
        rows(found, showRules),
        found.slice(0, 20).map(({ user }) => ({
          kind: 'set-user' as const,
          name: user.name,
          rules: ['sanitize-payload'],
        })),
      );
    }),
  remedy: 'ACL SETUSER name sanitize-payload.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-05'],
  examples: {
    bad: withUsers('redis-7.2', [`user import on ${HASH} ~app:* +restore skip-sanitize-payload`]),
    good: withUsers('redis-7.2', [`user import on ${HASH} ~app:* +restore sanitize-payload`]),
  },
};
