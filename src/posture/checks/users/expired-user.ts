/** USER-030: a user whose last day in the policy has passed. */

import type { Check, DeclaredUsers } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const DECLARED: DeclaredUsers = new Map([['temp', { role: 'readonly', expires: '2020-01-31' }]]);

export const expiredUser: Check = {
  id: 'USER-030',
  area: 'users',
  title: 'A user is still enabled after its last day',
  goal: 'Users end on the day that the policy says',
  severity: 'high',
  rationale:
    'No version ends a user by itself: a server knows neither when a user was made nor until when it may stay. The last ' +
    'day stands in the policy, and somebody has to switch the user off. Its open sessions go on until they are killed.',
  appliesWhen: (_snapshot, { declared }) => declared !== undefined || 'no policy declares users',
  evaluate: (snapshot, { declared, now }) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const today = now.toISOString().slice(0, 10);
      const found = users.flatMap((fact) => {
        const expires = declared?.get(fact.user.name)?.expires;
        return fact.user.enabled && expires !== undefined && expires < today ? [{ fact, expires }] : [];
      });
      if (found.length === 0) return pass('no enabled user is past its last day', from);
      return fail(
        rows(found, ({ fact, expires }) =>
          evidence(`user ${fact.user.name} is on; its last day was ${expires}`, fact.from),
        ),
        found.flatMap(({ fact }) => [
          { kind: 'set-user', name: fact.user.name, rules: ['off', 'resetpass'] } as const,
          { kind: 'by-hand', instruction: `CLIENT KILL USER ${fact.user.name}` } as const,
        ]),
      );
    }),
  remedy: 'Switch the user off, take its password away, and kill its sessions; then remove it.',
  references: [REFERENCES.acl],
  examples: {
    bad: { ...withUsers('redis-7.2', [`user temp on ${HASH} %R~app:* +get`]), declared: DECLARED },
    good: { ...withUsers('redis-7.2', [`user temp off %R~app:* +get`]), declared: DECLARED },
  },
};
