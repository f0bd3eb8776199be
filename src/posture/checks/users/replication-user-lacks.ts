/** USER-023: the user of the replicas cannot replicate. */

import type { User } from '../../../acl/index.ts';
import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { readFact, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { isReplicationUser } from '../../replication-user.ts';
import { mayRun, printCommands, rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const replicationUserLacks: Check = {
  id: 'USER-023',
  area: 'users',
  title: 'The replication user cannot replicate',
  goal: 'The replication user holds what a replica runs',
  severity: 'high',
  rationale:
    'A replica runs PSYNC and REPLCONF; with dual-channel-replication-enabled (Valkey 8.0 and later) also SYNC, without ' +
    'which it loops for ever on "Received unexpected $ENDOFF response: -NOPERM". A link that is up stays up: the fault ' +
    'shows at the next reconnect.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users
        .filter(({ user }) => user.enabled && isReplicationUser(snapshot, user))
        .map((fact) => ({ fact, names: lacking(snapshot, fact.user) }))
        .filter(({ names }) => names.length > 0);
      if (found.length === 0) return pass('every replication user can replicate', from);
      return fail(
        rows(found, ({ fact, names }) =>
          evidence(`user ${fact.user.name} may not run ${printCommands(names)}: ${fact.text}`, fact.from),
        ),
        found.slice(0, 20).map(({ fact, names }) => ({
          kind: 'set-user' as const,
          name: fact.user.name,
          rules: names.map((name) => `+${name}`),
        })),
        'Replicas cannot connect, or will not after the next break.',
      );
    }),
  remedy: 'ACL SETUSER name +psync +replconf +ping (and +sync for the dual channel), behind any -@all.',
  references: [REFERENCES.acl, REFERENCES.replication],
  examples: {
    bad: withUsers('redis-7.2', [`user replica on ${HASH} +psync +replconf +ping -@all`]),
    good: withUsers('redis-7.2', [`user replica on ${HASH} -@all +psync +replconf +ping`]),
  },
};

function lacking(snapshot: Snapshot, user: User): readonly string[] {
  const dual = settingValue(snapshot, 'dual-channel-replication-enabled') === 'yes' ? ['sync'] : [];
  return ['psync', 'replconf', ...dual].filter((name) => !mayRun(user, name));
}
