/** CMD-022: the vector commands of Redis 8 have no category, so that -@write leaves them. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, holding, mayRun, rows, runnable, withdraw } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const vectorsWithoutCategory: Check = {
  id: 'CMD-022',
  area: 'commands',
  title: 'A user that may not write may write vector sets',
  goal: 'Users without write rights cannot change vector sets',
  severity: 'medium',
  rationale:
    'The vector set commands that came with Redis 8 carry no category at all: +@all -@write leaves VADD, VREM and VSETATTR, ' +
    'and +@read grants no VSIM (seen on 8.0.6). They must be named.',
  appliesWhen: since({ redis: '8.0' }, 'this server has no vector sets'),
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.flatMap((fact) => {
        const { user } = fact;
        const reader = dutyOf(user) !== 'off' && !mayRun(user, 'set') && !mayRun(user, 'del');
        const held = reader ? runnable(user, ['vadd', 'vrem', 'vsetattr']) : [];
        return held.length === 0 ? [] : [{ fact, held }];
      });
      if (found.length === 0) return pass('no user without write rights holds vector writes', from);
      return fail(
        rows(found, ({ fact, held }) => holding(fact, held)),
        found.slice(0, 20).map(({ fact, held }) => withdraw(fact.user, held)),
      );
    }),
  remedy: 'ACL SETUSER name -vadd -vrem -vsetattr.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-8.0', [
      `user viewer on ${HASH} ~app:* +@all -@write -@dangerous -@admin -@scripting`,
    ]),
    good: withUsers('redis-8.0', [`user viewer on ${HASH} ~app:* +@read -@dangerous`]),
  },
};
