/** LIM-002: an eviction policy that can never act. */

import type { Check } from '../../check.ts';
import { holdingData, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const policyWithoutLimit: Check = {
  id: 'LIM-002',
  area: 'limits',
  title: 'The eviction policy has no effect, because there is no memory limit',
  goal: 'An eviction policy comes with a memory limit',
  severity: 'low',
  rationale:
    'maxmemory-policy acts only when maxmemory is reached. With maxmemory 0 nothing is ever evicted, and the cache that was meant grows until the host runs out of memory.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(
        snapshot,
        ['maxmemory-policy', 'maxmemory'],
        ({ 'maxmemory-policy': policy, maxmemory }) => {
          if (policy.value === 'noeviction') return notApplicable('maxmemory-policy is noeviction');
          return maxmemory.value === '0'
            ? fail(
                [evidence(`maxmemory-policy ${policy.value} with maxmemory 0`, policy.from)],
                [set('maxmemory', '1gb')],
              )
            : pass(`maxmemory ${maxmemory.value}, maxmemory-policy ${policy.value}`, maxmemory.from);
        },
      ),
    ),
  remedy: 'Set maxmemory.',
  references: [REFERENCES.eviction],
  examples: {
    bad: { server: 'redis-7.2', conf: 'maxmemory-policy allkeys-lru\n' },
    good: { server: 'redis-7.2', conf: 'maxmemory 2gb\nmaxmemory-policy allkeys-lru\n' },
  },
};
