/** REPL-004: as whom the replicas that are connected came in. */

import { isUnrestricted } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { exampleClient, exampleFact } from '../../example.ts';
import { byHand, holdingData, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { mayRun, rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const powerfulReplicaSession: Check = {
  id: 'REPL-004',
  area: 'replication',
  title: 'Replicas are connected as the default user or as an administrator',
  goal: 'Replicas are connected as a user that can only replicate',
  severity: 'medium',
  rationale:
    'The password that a replica uses lies in clear in its configuration file. If it is an administrator’s, whoever reads a replica’s file rules the primary.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readFact(snapshot.clients, 'CLIENT LIST', (clients, from) => {
        const replicas = clients.filter(({ flags }) => flags.includes('S'));
        if (replicas.length === 0) return notApplicable('no replica is connected');
        return readFact(snapshot.users, 'users', (users) => {
          const administrators = new Set(
            users
              .filter(({ user }) => isUnrestricted(user, user.table) || mayRun(user, 'acl|setuser'))
              .map(({ user }) => user.name),
          );
          const bad = replicas.filter(({ user }) => user === 'default' || administrators.has(user));
          return bad.length === 0
            ? pass(
                `replicas are connected as ${[...new Set(replicas.map(({ user }) => user))].join(', ')}`,
                from,
              )
            : fail(
                rows(bad, ({ address, user }) =>
                  evidence(`replica ${address} is connected as ${user}`, from),
                ),
                [
                  byHand(
                    'Set masteruser and masterauth on the replicas to a user with +psync +replconf +ping.',
                  ),
                ],
              );
        });
      }),
    ),
  remedy: 'Create a replication user on every node and set masteruser and masterauth on the replicas.',
  references: [REFERENCES.replication, REFERENCES.acl],
  attackPaths: ['AP-03', 'AP-10'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: '',
      facts: {
        clients: exampleFact([exampleClient({ user: 'default', flags: 'S', lastCommand: 'replconf' })]),
      },
    },
    good: withUsers('redis-7.2', [`user replica on ${HASH} +psync +replconf +ping`], {
      facts: {
        clients: exampleFact([exampleClient({ user: 'replica', flags: 'S', lastCommand: 'replconf' })]),
      },
    }),
  },
};
