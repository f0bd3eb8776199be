/** USER-022: the user of the replicas may do more than replicate. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { isReplicationUser } from '../../replication-user.ts';
import { dutyOf, rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const replicationUserExceeds: Check = {
  id: 'USER-022',
  area: 'users',
  title: 'The replication user may do more than replicate',
  goal: 'The replication user holds the replication stream and nothing else',
  severity: 'medium',
  rationale:
    'Its password is in clear on every replica. A replica needs PSYNC and REPLCONF, and SYNC for the dual channel of Valkey ' +
    '8.0 and later; no key pattern, no channel. PING is sent before AUTH.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.filter(
        ({ user }) =>
          isReplicationUser(snapshot, user) && !['off', 'replication', 'backup'].includes(dutyOf(user)),
      );
      if (found.length === 0) return pass('no replication user holds other commands', from);
      return fail(
        rows(found, ({ text, from: at }) => evidence(text, at)),
        found.slice(0, 20).map(({ user }) => ({
          kind: 'set-user' as const,
          name: user.name,
          rules: ['resetkeys', '-@all', '+psync', '+replconf', '+ping'],
        })),
      );
    }),
  remedy: 'ACL SETUSER name resetkeys -@all +psync +replconf +ping (+sync on Valkey 8.0 and later).',
  references: [REFERENCES.acl, REFERENCES.replication],
  attackPaths: ['A3'],
  examples: {
    bad: withUsers('redis-7.2', [`user replica on ${HASH} ~* +@all -@admin +psync +replconf`]),
    good: withUsers('redis-7.2', [`user replica on ${HASH} +psync +replconf +ping`]),
  },
};
