/** USER-031: a user that the policy does not know. */

import type { Check, DeclaredUsers } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows, shortRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const DECLARED: DeclaredUsers = new Map([['app', { role: 'readwrite' }]]);

export const undeclaredUser: Check = {
  id: 'USER-031',
  area: 'users',
  title: 'A user is enabled that the policy does not declare',
  goal: 'Every enabled user stands in the policy',
  severity: 'medium',
  rationale:
    'A user that nobody declared is one that nobody reviews: made by hand in a hurry, left by somebody who is gone, or by ' +
    'an intruder. Users that a secrets engine or an operator makes and ends are best declared by their prefix or waived.',
  appliesWhen: (_snapshot, { declared }) => declared !== undefined || 'no policy declares users',
  evaluate: (snapshot, { declared }) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.filter(
        ({ user }) => user.enabled && user.name !== 'default' && declared?.has(user.name) !== true,
      );
      if (found.length === 0) return pass('every enabled user stands in the policy', from);
      return fail(
        rows(found, ({ user, text, from: at }) => evidence(`user ${user.name}: ${shortRules(text)}`, at)),
        [
          {
            kind: 'by-hand',
            instruction: `Declare ${found.length === 1 ? 'the user' : 'these users'} in the policy, or find the owner and switch ${found.length === 1 ? 'it' : 'them'} off`,
          },
        ],
      );
    }),
  remedy: 'Declare the user in the policy with its role, or find out whose it is and switch it off.',
  references: [REFERENCES.acl],
  examples: {
    bad: {
      ...withUsers('redis-7.2', [
        `user app on ${HASH} ~app:* +get`,
        `user intern on #${'1e2d3c4b'.repeat(8)} ~* +get`,
      ]),
      declared: DECLARED,
    },
    good: { ...withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]), declared: DECLARED },
  },
};
