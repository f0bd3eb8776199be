/** REPL-003: writes to a replica are lost, and hide. */

import type { Check } from '../../check.ts';
import { holdingData, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const replicaWritable: Check = {
  id: 'REPL-003',
  area: 'replication',
  title: 'The replica accepts writes',
  goal: 'Replicas are read-only',
  severity: 'medium',
  rationale:
    'A write on a replica is lost at the next full sync, is seen by nobody else, and can hide tampering. CVE-2026-23631 needs a writable replica.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(snapshot, ['replica-read-only'], ({ 'replica-read-only': { value, from } }) =>
        value === 'yes'
          ? pass('replica-read-only yes', from)
          : fail([evidence(`replica-read-only ${value}`, from)], [set('replica-read-only', 'yes')]),
      ),
    ),
  remedy: 'Set replica-read-only yes on every node: each may become a replica.',
  references: [REFERENCES.replication, REFERENCES.replicationValkey],
  attackPaths: ['AP-04'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'replicaof 10.0.0.5 6379\nreplica-read-only no\n' },
    good: { server: 'redis-7.2', conf: 'replicaof 10.0.0.5 6379\n' },
  },
};
