/** REPL-007: a replica that Sentinel does not name. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { holdingData, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const hiddenReplica: Check = {
  id: 'REPL-007',
  area: 'replication',
  title: 'The replica hides itself from Sentinel and from inventories',
  goal: 'Every replica is announced',
  severity: 'low',
  rationale:
    'replica-announced no (6.2 and later) keeps a replica out of SENTINEL REPLICAS. Tools that find nodes that way rotate no password there and revoke no user.',
  appliesWhen: since({ redis: '6.2', valkey: '7.2' }, 'this version announces every replica'),
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(snapshot, ['replica-announced'], ({ 'replica-announced': { value, from } }) =>
        value === 'no'
          ? fail([evidence('replica-announced no', from)], [set('replica-announced', 'yes')])
          : pass('replica-announced yes', from),
      ),
    ),
  remedy: 'Set replica-announced yes, and replica-priority 0 if it must not be promoted.',
  references: [REFERENCES.sentinel, REFERENCES.sentinelValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'replicaof 10.0.0.5 6379\nreplica-announced no\n' },
    good: { server: 'redis-7.2', conf: 'replicaof 10.0.0.5 6379\n' },
  },
};
