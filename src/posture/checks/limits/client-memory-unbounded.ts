/** LIM-012: the buffers of all clients together. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting } from '../../verdict.ts';

export const clientMemoryUnbounded: Check = {
  id: 'LIM-012',
  area: 'limits',
  title: 'The buffers of all clients together are not bounded',
  goal: 'maxmemory-clients bounds the buffers of all clients together',
  severity: 'low',
  rationale:
    'From 7.0 maxmemory-clients ends the connections that hold the most buffer memory before the data suffers. While a server is open to CVE-2026-23479 or CVE-2026-130822 (a freed client is used after eviction) keep it at 0 and upgrade first.',
  appliesWhen: since({ redis: '7.0', valkey: '7.2' }, 'this version has no maxmemory-clients'),
  evaluate: (snapshot, context) => judgeSetting(snapshot, context, 'maxmemory-clients'),
  remedy: 'Upgrade to a version without the eviction flaws, then set maxmemory-clients 20%.',
  references: [REFERENCES.clients, REFERENCES.clientsValkey],
  attackPaths: ['A7'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'maxmemory-clients 0\n' },
    good: { server: 'redis-7.2', conf: 'maxmemory-clients 20%\n' },
  },
};
