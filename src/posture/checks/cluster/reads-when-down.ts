/** CLUS-005: reads from a node that the cluster has lost. */

import type { Check } from '../../check.ts';
import { inMode, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const readsWhenDown: Check = {
  id: 'CLUS-005',
  area: 'cluster',
  title: 'A node that lost the cluster goes on answering reads',
  goal: 'A node that lost the cluster stops answering',
  severity: 'low',
  rationale:
    'With cluster-allow-reads-when-down yes a partitioned node serves old data without limit of time: a lock or a revoked session may still read as valid.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'cluster', () =>
      readSettings(
        snapshot,
        ['cluster-allow-reads-when-down'],
        ({ 'cluster-allow-reads-when-down': { value, from } }) =>
          value === 'yes'
            ? fail(
                [evidence('cluster-allow-reads-when-down yes', from)],
                [set('cluster-allow-reads-when-down', 'no')],
              )
            : pass(`cluster-allow-reads-when-down ${value}`, from),
      ),
    ),
  remedy: 'Set cluster-allow-reads-when-down no, or waive it where stale reads do no harm.',
  references: [REFERENCES.cluster, REFERENCES.clusterValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'cluster-enabled yes\ncluster-allow-reads-when-down yes\n' },
    good: { server: 'redis-7.2', conf: 'cluster-enabled yes\n' },
  },
};
