/** CLUS-008: in a cluster every node may become a replica. */

import type { Check } from '../../check.ts';
import { byHand, inMode, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const noReplicationPassword: Check = {
  id: 'CLUS-008',
  area: 'cluster',
  title: 'Cluster nodes ask for a password but have none for each other',
  goal: 'Every node can log in to every other for replication',
  severity: 'high',
  rationale:
    'The bus needs no password, replication does. Without masterauth a replica never gets its data, and after a failover the old primary cannot come back.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'cluster', () =>
      readFact(snapshot.users, 'users', (users) => {
        if (users.some(({ user }) => user.name === 'default' && user.enabled && user.nopass))
          return notApplicable('the nodes ask for no password');
        const secret = snapshot.secrets.get('masterauth');
        if (secret === undefined)
          return {
            status: 'unknown',
            missing: 'masterauth',
            why: 'it was not read',
            look: 'read: CONFIG GET masterauth',
          };
        return readFact(secret, 'masterauth', (password, from) =>
          password.isEmpty()
            ? fail(
                [evidence('masterauth is not set', from)],
                [byHand('Set masteruser and masterauth on every node.')],
              )
            : pass('masterauth is set', from),
        );
      }),
    ),
  remedy: 'Set masteruser and masterauth on every node, to a user with +psync +replconf +ping.',
  references: [REFERENCES.cluster, REFERENCES.replication],
  examples: {
    bad: { server: 'redis-7.2', conf: 'cluster-enabled yes\nrequirepass an-example-password\n' },
    good: {
      server: 'redis-7.2',
      conf: 'cluster-enabled yes\nrequirepass an-example-password\nmasterauth an-example-password\n',
    },
  },
};
