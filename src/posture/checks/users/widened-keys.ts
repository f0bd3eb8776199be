/** USER-010: narrow key patterns, then all keys: the narrow ones are thrown away. */

import type { Check } from '../../check.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { readWrittenUsers, type WrittenUser } from '../../written-rules.ts';

export const widenedKeys: Check = {
  id: 'USER-010',
  area: 'users',
  title: 'Narrow key patterns are thrown away by a later rule',
  goal: 'A user line has narrow patterns or all keys, not both',
  severity: 'high',
  rationale:
    '`~app:* allkeys` is every key: the later rule drops the patterns before it. The other order does not load ("Adding a ' +
    'pattern after the * pattern"), so that moving words around to please the server ends here.',
  evaluate: (snapshot) =>
    readWrittenUsers(snapshot, (users) => {
      const found = users.filter(widens);
      if (found.length === 0) return pass(`${users.length} user lines: no narrow pattern is thrown away`);
      return fail(
        rows(found, ({ name, from }) => evidence(`user ${name}: key patterns, then every key`, from)),
        found
          .slice(0, 20)
          .map(({ name }) =>
            byHand(`Remove ~* or allkeys from the line of user ${name}, or the patterns before it`),
          ),
      );
    }),
  remedy: 'Remove ~* or allkeys when the patterns are meant.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* ~* +get`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* ~cart:* +get`]),
  },
};

function widens({ tokens }: WrittenUser): boolean {
  let narrow = false;
  for (const token of tokens) {
    const rule = token.toLowerCase();
    if (rule.startsWith('(')) return false;
    if (rule === 'resetkeys' || rule === 'reset') narrow = false;
    else if (rule === '~*' || rule === 'allkeys') {
      if (narrow) return true;
    } else if (rule.startsWith('~') || /^%[rw]+~/.test(rule)) narrow = true;
  }
  return false;
}
