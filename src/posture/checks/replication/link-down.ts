/** REPL-006: a replica without its primary. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { byHand, holdingData, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const linkDown: Check = {
  id: 'REPL-006',
  area: 'replication',
  title: 'The replica has lost its primary',
  goal: 'Replicas are linked to their primary',
  severity: 'high',
  rationale:
    'A replica whose link is down serves old data and may be promoted with it. Frequent causes: a wrong or rotated password, a certificate without clientAuth, a clock outside the certificate’s validity. It retries every second and comes back by itself once the cause is gone; REPLICAOF NO ONE would promote it instead.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readFact(snapshot.role, 'role', (role, from) => {
        if (role.kind !== 'replica') return notApplicable('this node is not a replica');
        if (role.linkUp === undefined)
          return {
            status: 'unknown',
            missing: 'state of the replication link',
            why: 'files do not show it',
            look: 'audit the running server, or read: redis-cli ROLE',
          };
        return role.linkUp
          ? pass(`linked to ${role.primary}`, from)
          : fail(
              [evidence(`link to ${role.primary} is down`, from)],
              [byHand('Read the replica’s log for the cause; do not run REPLICAOF NO ONE.')],
            );
      }),
    ),
  remedy: 'Read the replica’s log. Mend the password, certificate or clock; the link comes back by itself.',
  references: [REFERENCES.replication, REFERENCES.replicationValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'replicaof 10.0.0.5 6379\n', facts: { role: replica(false) } },
    good: { server: 'redis-7.2', conf: 'replicaof 10.0.0.5 6379\n', facts: { role: replica(true) } },
  },
};

function replica(linkUp: boolean): Snapshot['role'] {
  return exampleFact({ kind: 'replica', primary: '10.0.0.5:6379', linkUp });
}
