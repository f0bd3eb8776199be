/** DATA-006: a log of every write, of data that may be thrown away at any time. */

import type { Check } from '../../check.ts';
import { holdingData, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const durableYetEvicted: Check = {
  id: 'DATA-006',
  area: 'persistence',
  title: 'Data is logged as durable, yet any key may be evicted',
  goal: 'Durable data is not evicted',
  severity: 'low',
  rationale:
    'appendonly yes says that the data matters, an allkeys-* policy that any of it may go when memory is short. Queues lose jobs, sessions and locks vanish, and nothing reports it. This pair stood in 27 of 64 public configuration files.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(
        snapshot,
        ['appendonly', 'maxmemory-policy'],
        ({ appendonly, 'maxmemory-policy': policy }) => {
          if (appendonly.value !== 'yes') return notApplicable('appendonly is no');
          return policy.value.startsWith('allkeys-')
            ? fail(
                [evidence(`appendonly yes with maxmemory-policy ${policy.value}`, policy.from)],
                [set('maxmemory-policy', 'noeviction')],
              )
            : pass(`maxmemory-policy ${policy.value}`, policy.from);
        },
      ),
    ),
  remedy:
    'Set maxmemory-policy noeviction, or volatile-* with a TTL on what may go; put caches on a server of their own.',
  references: [REFERENCES.eviction, REFERENCES.persistence],
  examples: {
    bad: { server: 'redis-7.2', conf: 'appendonly yes\nmaxmemory 1gb\nmaxmemory-policy allkeys-lru\n' },
    good: { server: 'redis-7.2', conf: 'appendonly yes\nmaxmemory 1gb\nmaxmemory-policy noeviction\n' },
  },
};
