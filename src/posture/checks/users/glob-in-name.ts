/** USER-015: a bracket in a key pattern makes it match other keys than those of that name. */

import { globMatch, type User } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const globInName: Check = {
  id: 'USER-015',
  area: 'users',
  title: 'A key pattern does not match its own name',
  goal: 'Names in key patterns are escaped',
  severity: 'medium',
  rationale:
    'Patterns are globs on bytes: ~acme[1]:* matches acme1:… of another tenant, and not acme[1]:… itself; [a-] is the range ' +
    'from ] to a. A tenant may choose a name that reads its neighbour.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users
        .map((fact) => ({ fact, patterns: surprising(fact.user) }))
        .filter(({ patterns }) => patterns.length > 0);
      if (found.length === 0) return pass('every key pattern matches its own name', from);
      return fail(
        rows(found, ({ fact, patterns }) =>
          evidence(`user ${fact.user.name}: ~${patterns.join(' ~')}`, fact.from),
        ),
        found
          .slice(0, 20)
          .map(({ fact }) => byHand(`Put a backslash before [ ] ? * in the names of user ${fact.user.name}`)),
      );
    }),
  remedy: 'Escape with a backslash (~acme\\[1\\]:*), or keep brackets out of tenant names.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user acme on ${HASH} ~acme[1]:* +get`]),
    good: withUsers('redis-7.2', [`user acme on ${HASH} ~acme-1:* +get`]),
  },
};

function surprising(user: User): readonly string[] {
  return user.selectors
    .flatMap(({ keys }) => keys.map(({ pattern }) => pattern))
    .filter(
      (pattern) =>
        /[[\]]/.test(pattern) && !pattern.includes('\\') && !globMatch(pattern, pattern.replace(/\*$/, 'x')),
    );
}
