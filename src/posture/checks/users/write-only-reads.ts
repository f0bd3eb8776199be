/** USER-019: keys given for writing only still answer questions. */

import type { User } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { since, SEVEN } from '../../conf-reading.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, holding, rows, runnable, withdraw } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

/** Commands that tell of the value with no more than the right to write. Seen on Redis 7.0 to 8.0, Valkey 7.2 to 9.1. */
const TELLING =
  'strlen sismember smismember hexists hstrlen xclaim xautoclaim getbit scard llen hlen zcard xlen delifeq'.split(
    ' ',
  );

export const writeOnlyReads: Check = {
  id: 'USER-019',
  area: 'users',
  title: 'A write-only user can still read',
  goal: 'A user with write-only keys cannot ask about their values',
  severity: 'medium',
  rationale:
    '%W~ keeps GET out, and lets EXISTS, TYPE, STRLEN, SISMEMBER, HEXISTS, XCLAIM and ZADD INCR answer; on Valkey 8.1 SET ' +
    'IFEQ and on 9.1 DELIFEQ tell whether a guess is right. Only the commands can be withheld, not the answers.',
  appliesWhen: since(SEVEN, 'this version has no write-only key patterns'),
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.flatMap((fact) => {
        const held =
          dutyOf(fact.user) === 'application' && writesOnly(fact.user) ? runnable(fact.user, TELLING) : [];
        return held.length === 0 ? [] : [{ fact, held }];
      });
      if (found.length === 0)
        return pass('no user with write-only keys holds commands that tell of the value', from);
      return fail(
        rows(found, ({ fact, held }) => holding(fact, held)),
        found.slice(0, 20).map(({ fact, held }) => withdraw(fact.user, held)),
      );
    }),
  remedy: 'Grant single commands (SET, LPUSH, XADD, …) in place of +@write.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user intake on ${HASH} %W~in:* +@string +@hash +@set -@dangerous`]),
    good: withUsers('redis-7.2', [`user intake on ${HASH} %W~in:* +set +lpush +xadd`]),
  },
};

function writesOnly(user: User): boolean {
  const keys = user.selectors.flatMap((selector) => selector.keys);
  return (
    keys.length > 0 &&
    keys.every(({ read, write }) => write && !read) &&
    user.selectors.every(({ allKeys }) => !allKeys)
  );
}
