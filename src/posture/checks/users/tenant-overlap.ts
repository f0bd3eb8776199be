/** USER-014: the key pattern of one user also matches the keys of another, because it has no separator. */

import { globMatch } from '../../../acl/index.ts';
import type { UserFact } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, rows } from '../../rights.ts';
import { HASH, OTHER_HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

/** Patterns compared with each other; a file with more prefixes without a separator is told about the first ones. */
const LOOSE_PATTERNS_MAX = 500;

export const tenantOverlap: Check = {
  id: 'USER-014',
  area: 'users',
  title: 'A key pattern also matches the keys of another user',
  goal: 'Key prefixes of different users do not run into each other',
  severity: 'high',
  rationale:
    '~app_a* matches app_ab:… as well as app_a:…: a prefix without a separator at its end is also the beginning of the ' +
    'next tenant. Shared prefixes that end in a separator (~shared:* beside ~shared:orders:*) are taken as meant.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = overlaps(users);
      if (found.length === 0) return pass('no key prefix runs into another', from);
      return fail(
        rows(found, ({ loose, other }) =>
          evidence(
            `~${loose.pattern} of user ${loose.fact.user.name} matches keys of ~${other.pattern} (user ${other.fact.user.name})`,
            loose.fact.from,
          ),
        ),
        found
          .slice(0, 20)
          .map(({ loose }) =>
            byHand(
              `Give user ${loose.fact.user.name} a pattern with a separator: ~${loose.pattern.slice(0, -1)}:*`,
            ),
          ),
      );
    }),
  remedy: 'End every prefix with a separator that names cannot hold: ~app_a:*.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [
      `user app_a on ${HASH} ~app_a* +get`,
      `user app_ab on ${OTHER_HASH} ~app_ab:* +get`,
    ]),
    good: withUsers('redis-7.2', [
      `user app_a on ${HASH} ~app_a:* +get`,
      `user app_ab on ${OTHER_HASH} ~app_ab:* +get`,
    ]),
  },
};

interface Owned {
  readonly fact: UserFact;
  readonly pattern: string;
}

function overlaps(users: readonly UserFact[]): readonly { readonly loose: Owned; readonly other: Owned }[] {
  const owned = users
    .filter(({ user }) => dutyOf(user) !== 'off')
    .flatMap((fact) =>
      fact.user.selectors.flatMap(({ keys }) => keys.map(({ pattern }) => ({ fact, pattern }))),
    );
  const sorted = owned.toSorted((a, b) => (a.pattern < b.pattern ? -1 : 1));
  const loose = owned.filter(({ pattern }) => /^[^*?[\]\\]*[\p{L}\p{N}]\*$/u.test(pattern));
  return loose.slice(0, LOOSE_PATTERNS_MAX).flatMap((one) => {
    const prefix = one.pattern.slice(0, -1);
    const other = firstAfter(sorted, prefix).find(
      ({ fact, pattern }) =>
        fact.user.name !== one.fact.user.name &&
        pattern !== one.pattern &&
        pattern.length > prefix.length &&
        globMatch(one.pattern, pattern.replace(/\*$/, '')),
    );
    return other === undefined ? [] : [{ loose: one, other }];
  });
}

/** The patterns that begin with the prefix, found by halving: fifty thousand tenants are compared in one sorting. */
function firstAfter(sorted: readonly Owned[], prefix: string): readonly Owned[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.pattern ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (sorted[end]?.pattern.startsWith(prefix) === true) end += 1;
  return sorted.slice(low, end);
}
