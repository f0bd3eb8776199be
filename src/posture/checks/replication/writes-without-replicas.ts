/** REPL-005: a primary that goes on alone. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { holdingData, readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { notApplicable, pass } from '../../verdict.ts';

export const writesWithoutReplicas: Check = {
  id: 'REPL-005',
  area: 'replication',
  title: 'A primary that lost all its replicas goes on accepting writes',
  goal: 'A primary without replicas stops accepting writes',
  severity: 'low',
  rationale:
    'With min-replicas-to-write 0 a primary that the network has cut off takes writes until Sentinel or the cluster has promoted another; those writes are lost when it comes back. Where loss is worse than an outage, ask for one replica.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readFact(snapshot.role, 'role', (role, from) => {
        if (role.kind !== 'primary' || role.replicas.length === 0)
          return notApplicable('this node has no replicas');
        return readSettings(snapshot, ['min-replicas-to-write'], ({ 'min-replicas-to-write': { value } }) =>
          value === '0'
            ? {
                status: 'manual',
                instruction: `Decide which is worse here, a lost write or a refused one: min-replicas-to-write is 0 with ${role.replicas.length} replicas. Where loss is worse: CONFIG SET min-replicas-to-write 1`,
              }
            : pass(`min-replicas-to-write ${value}`, from),
        );
      }),
    ),
  remedy:
    'Set min-replicas-to-write 1 and min-replicas-max-lag 10 where lost writes are worse than refused ones; else leave it, and say who decided.',
  references: [REFERENCES.replication, REFERENCES.replicationValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: '', facts: { role: primary() } },
    good: { server: 'redis-7.2', conf: 'min-replicas-to-write 1\n', facts: { role: primary() } },
  },
};

function primary(): Snapshot['role'] {
  return exampleFact({ kind: 'primary', replicas: [{ address: '10.0.0.6:6379', state: 'online' }] });
}
