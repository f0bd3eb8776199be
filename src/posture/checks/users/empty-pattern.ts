/** USER-012: a key pattern that is empty and matches only the key with the empty name. */

import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const emptyPattern: Check = {
  id: 'USER-012',
  area: 'users',
  title: 'A key pattern is empty',
  goal: 'Every key pattern names keys',
  severity: 'low',
  rationale:
    '%R without a ~ pattern, and a bare ~ (often a variable that was empty), are accepted as the empty pattern: it allows ' +
    'only the key whose name is empty. What was meant is missing.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.filter(({ user }) =>
        user.selectors.some(({ keys }) => keys.some(({ pattern }) => pattern === '')),
      );
      if (found.length === 0) return pass('no key pattern is empty', from);
      return fail(
        rows(found, showRules),
        found
          .slice(0, 20)
          .map(({ user }) => byHand(`Write the pattern that user ${user.name} was to have: %R~prefix:*`)),
      );
    }),
  remedy: 'Write %R~pattern, %W~pattern or ~pattern.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} %R +get`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} %R~app:* +get`]),
  },
};
