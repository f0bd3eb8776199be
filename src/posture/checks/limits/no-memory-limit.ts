/** LIM-001: without a bound the kernel chooses what dies. */

import type { Check } from '../../check.ts';
import { holdingData } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting } from '../../verdict.ts';

export const noMemoryLimit: Check = {
  id: 'LIM-001',
  area: 'limits',
  title: 'The server may take all memory of the host',
  goal: 'maxmemory bounds the data',
  severity: 'medium',
  rationale:
    'With maxmemory 0 the data set grows until the kernel kills the server or a neighbour. Anybody who may write can bring that about.',
  evaluate: (snapshot, context) => holdingData(snapshot, () => judgeSetting(snapshot, context, 'maxmemory')),
  remedy:
    'Set maxmemory to about three quarters of what the host can give; copies on write need the rest while saving.',
  references: [REFERENCES.eviction, REFERENCES.admin],
  attackPaths: ['AP-07'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'maxmemory 0\n' },
    good: { server: 'redis-7.2', conf: 'maxmemory 2gb\n' },
  },
};
