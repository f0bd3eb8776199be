/** REPL-001: a replica that cannot log in to its primary. */

import type { Check } from '../../check.ts';
import { byHand, holdingData, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const missingCredentials: Check = {
  id: 'REPL-001',
  area: 'replication',
  title: 'The replica has no password for its primary',
  goal: 'Every node can log in to every other as the replication user',
  severity: 'high',
  rationale:
    'Passwords are set on the primary and on each replica apart. Once the primary asks for a password, a replica without masterauth stays cut off: the log says "NOAUTH", the data grows stale, and a failover promotes it as it is.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readFact(snapshot.role, 'role', (role, from) => {
        if (role.kind !== 'replica') return notApplicable('this node is not a replica');
        const secret = snapshot.secrets.get('masterauth');
        if (secret === undefined)
          return {
            status: 'unknown',
            missing: 'masterauth',
            why: 'it was not read',
            look: 'read: CONFIG GET masterauth',
          };
        return readFact(secret, 'masterauth', (password, at) => {
          if (!password.isEmpty()) return pass('masterauth is set', at);
          if (role.linkUp === true) return pass(`linked to ${role.primary} without a password`, from);
          return readFact(snapshot.users, 'users', (users) =>
            users.some(({ user }) => user.name === 'default' && user.enabled && user.nopass)
              ? notApplicable('the nodes ask for no password')
              : fail(
                  [
                    evidence(
                      `replica of ${role.primary} without masterauth, while this node asks for a password`,
                      at,
                    ),
                  ],
                  [byHand('Set masteruser and masterauth to the replication user on every node.')],
                ),
          );
        });
      }),
    ),
  remedy:
    'Create a replication user on all nodes (+psync +replconf +ping), then set masteruser and masterauth on all of them.',
  references: [REFERENCES.replication, REFERENCES.replicationValkey, REFERENCES.acl],
  examples: {
    bad: { server: 'redis-7.2', conf: 'replicaof 10.0.0.5 6379\nrequirepass an-example-password\n' },
    good: {
      server: 'redis-7.2',
      conf: 'replicaof 10.0.0.5 6379\nrequirepass an-example-password\nmasterauth an-example-password\n',
    },
  },
};
