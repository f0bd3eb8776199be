/** USER-028: a user that is called a reader may write. */

import type { User } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, holding, rows, runnable } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

const READERS =
  /(^|[^a-z])(ro|read|reader|readers|readonly|read-only|read_only|viewer|guest)([^a-z]|$)|readonly/i;
const WRITES = [
  'set',
  'del',
  'hset',
  'lpush',
  'sadd',
  'zadd',
  'xadd',
  'expire',
  'getset',
  'getdel',
  'rename',
];

export const readerWrites: Check = {
  id: 'USER-028',
  area: 'users',
  title: 'A read-only user may write',
  goal: 'Users that are called readers only read',
  severity: 'medium',
  rationale:
    'The name promises what the rules do not keep: +@all -@write leaves the vector commands of Redis 8, which have no ' +
    'category; a selector or a later category brings writes back. Which users are readers is told from their name.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.flatMap((fact) => {
        const held = isReader(fact.user) ? runnable(fact.user, WRITES) : [];
        return held.length === 0 ? [] : [{ fact, held }];
      });
      if (found.length === 0) return pass('no user that is called a reader may write', from);
      return fail(
        rows(found, ({ fact, held }) => holding(fact, held)),
        found.slice(0, 20).map(({ fact }) => ({
          kind: 'set-user' as const,
          name: fact.user.name,
          rules: ['-@all', '+@read', '-@dangerous'],
        })),
      );
    }),
  remedy: 'Grant +@read -@dangerous and the steps of a connection; from 7.0 on give the keys by %R~.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user reader on ${HASH} ~app:* +@read +@write -@dangerous`]),
    good: withUsers('redis-7.2', [`user reader on ${HASH} %R~app:* +@read -@dangerous`]),
  },
};

function isReader(user: User): boolean {
  const writable = user.selectors.some(({ allKeys, keys }) => allKeys || keys.some(({ write }) => write));
  return READERS.test(user.name) && writable && !['off', 'administrator'].includes(dutyOf(user));
}
