/** REPL-010: the user that masteruser names must be able to replicate. */

import type { Change } from '../../../policy/index.ts';
import type { Check } from '../../check.ts';
import { holdingData, readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { mayRun, shortRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const uselessReplicationUser: Check = {
  id: 'REPL-010',
  area: 'replication',
  title: 'The replication user cannot replicate',
  goal: 'The user named by masteruser may run PSYNC and REPLCONF',
  severity: 'high',
  rationale:
    'Users are kept on each node apart, and every node may become the primary. Rules apply from left to right, so "+psync +replconf +ping -@all" ends with nothing. A link that is up stays up until it is cut; then it never comes back.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(snapshot, ['masteruser'], ({ masteruser: { value: name, from } }) => {
        if (name === '') return notApplicable('masteruser is not set');
        return readFact(snapshot.users, 'users', (users) => {
          const found = users.find(({ user }) => user.name === name);
          const fix: readonly Change[] = [
            {
              kind: 'set-user',
              name,
              rules: ['reset', 'on', '>THE_PASSWORD_OF_MASTERAUTH', '+psync', '+replconf', '+ping'],
            },
          ];
          if (found === undefined)
            return fail(
              [evidence(`masteruser ${name}, a user that this node does not have`, from)],
              fix,
              'When this node is primary its replicas cannot log in.',
            );
          const missing = ['psync', 'replconf'].filter((command) => !mayRun(found.user, command));
          if (found.user.enabled && missing.length === 0)
            return pass(`user ${name} may replicate`, found.from);
          return fail(
            [
              evidence(
                `user ${name} ${found.user.enabled ? `may not run ${missing.join(', ').toUpperCase()}` : 'is off'}: ${shortRules(found.text)}`,
                found.from,
              ),
            ],
            fix,
            'When this node is primary its replicas cannot replicate.',
          );
        });
      }),
    ),
  remedy:
    'Give the replication user on every node: on, its password, +psync +replconf +ping (and +sync for dual channel replication).',
  references: [REFERENCES.replication, REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user replica on ${HASH} +psync +replconf +ping -@all`], {
      conf: 'masteruser replica\nmasterauth an-example-password\n',
    }),
    good: withUsers('redis-7.2', [`user replica on ${HASH} +psync +replconf +ping`], {
      conf: 'masteruser replica\nmasterauth an-example-password\n',
    }),
  },
};
