/** USER-009: a key pattern that begins with a sign of denial, which patterns do not know. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import type { User } from '../../../acl/index.ts';

export const minusPattern: Check = {
  id: 'USER-009',
  area: 'users',
  title: 'A key pattern was meant to deny',
  goal: 'Key patterns only ever allow',
  severity: 'medium',
  rationale:
    'There is no pattern that denies: ~-secret:* and ~!secret:* allow keys whose name begins with that sign, and take ' +
    'nothing from the other patterns.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users
        .map((fact) => ({ fact, patterns: signedPatterns(fact.user) }))
        .filter(({ patterns }) => patterns.length > 0);
      if (found.length === 0) return pass('no key pattern begins with a sign of denial', from);
      return fail(
        rows(found, ({ fact, patterns }) =>
          evidence(`user ${fact.user.name}: ~${patterns.join(' ~')} allows, it does not deny`, fact.from),
        ),
        found.slice(0, 20).map(({ fact }) => ({
          kind: 'by-hand' as const,
          instruction: `Give user ${fact.user.name} patterns that name only what it may reach`,
        })),
      );
    }),
  remedy: 'Name the allowed prefixes; keep what must stay apart under a prefix of its own.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* ~-app:secret:* +get`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:public:* +get`]),
  },
};

function signedPatterns(user: User): readonly string[] {
  const patterns = user.selectors.flatMap(({ keys }) => keys.map(({ pattern }) => pattern));
  return patterns.filter((pattern) => /^[-!^]/.test(pattern));
}
