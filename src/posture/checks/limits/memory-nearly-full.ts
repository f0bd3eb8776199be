/** LIM-014: memory at its bound, with nothing that may be evicted. */

import type { Check } from '../../check.ts';
import { exampleInfo } from '../../example.ts';
import { byHand, holdingData, readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

const SHARE_MAX = 0.95;

export const memoryNearlyFull: Check = {
  id: 'LIM-014',
  area: 'limits',
  title: 'Memory is nearly full and nothing may be evicted',
  goal: 'There is memory for more data',
  severity: 'medium',
  rationale:
    'At maxmemory with noeviction every write is refused with OOM. A user that may write can cause it.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(snapshot, ['maxmemory', 'maxmemory-policy'], ({ maxmemory, 'maxmemory-policy': policy }) =>
        readFact(snapshot.info, 'INFO memory', (info, from) => {
          const used = Number(info.get('used_memory') ?? Number.NaN);
          const limit = Number(info.get('maxmemory') ?? maxmemory.value);
          if (Number.isNaN(used))
            return {
              status: 'unknown',
              missing: 'used_memory',
              why: 'INFO did not show it',
              look: 'read: redis-cli INFO memory',
            };
          if (!(limit > 0)) return notApplicable('there is no memory limit');
          const seen = `used_memory:${used} of ${limit}, maxmemory-policy ${policy.value}`;
          return policy.value === 'noeviction' && used > limit * SHARE_MAX
            ? fail(
                [evidence(seen, from)],
                [byHand('Raise maxmemory, or find what fills it: redis-cli --bigkeys, MEMORY DOCTOR.')],
              )
            : pass(seen, from);
        }),
      ),
    ),
  remedy: 'Raise maxmemory, give keys a TTL, or split the data.',
  references: [REFERENCES.eviction, REFERENCES.admin],
  attackPaths: ['AP-07'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'maxmemory 1gb\n',
      facts: exampleInfo({ used_memory: '1073000000', maxmemory: '1073741824' }),
    },
    good: {
      server: 'redis-7.2',
      conf: 'maxmemory 1gb\n',
      facts: exampleInfo({ used_memory: '1000000', maxmemory: '1073741824' }),
    },
  },
};
