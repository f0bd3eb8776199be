/** CMD-001: FLUSHALL and FLUSHDB take no key, so that key patterns do not hold them. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['flushall', 'flushdb'];

export const emptyDatabase: Check = {
  id: 'CMD-001',
  area: 'commands',
  title: 'A user without need may empty the database',
  goal: 'Only administrators may FLUSHALL and FLUSHDB',
  severity: 'high',
  rationale:
    'FLUSHALL and FLUSHDB are in @write, @keyspace and @slow, and name no key: ~app:* does not protect the others. ' +
    'Both are also in @dangerous, and in no list that names only one of them: -flushall leaves FLUSHDB. Of 75 ACL ' +
    'files found in public repositories 30 gave FLUSHALL to an application.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      powerful: 'judged',
      risk: 'One call deletes the data of every application.',
    }),
  remedy: 'ACL SETUSER name -flushall -flushdb, or better -@dangerous behind +@write.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-03', 'AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read +@write`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read +@write -@dangerous`]),
  },
};
