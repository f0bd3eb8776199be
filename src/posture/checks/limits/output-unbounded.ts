/** LIM-008: replies that nobody reads. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting } from '../../verdict.ts';

export const outputUnbounded: Check = {
  id: 'LIM-008',
  area: 'limits',
  title: 'A client that reads no replies can fill the memory of the server',
  goal: 'Output buffers of clients are bounded',
  severity: 'medium',
  rationale:
    'client-output-buffer-limit normal 0 0 0, the default of every version, sets no bound: replies pile up in memory for as long as the client does not read. In CVE-2025-21605 even the answers to clients that have not logged in did. Such memory does not count against maxmemory’s eviction.',
  evaluate: (snapshot, context) => judgeSetting(snapshot, context, 'client-output-buffer-limit'),
  remedy: 'Set a bound for normal clients that no honest reply reaches, for example 256mb 64mb 60.',
  references: [REFERENCES.clients, REFERENCES.clientsValkey],
  attackPaths: ['AP-07'],
  examples: {
    bad: { server: 'redis-7.2', conf: '' },
    good: { server: 'redis-7.2', conf: 'client-output-buffer-limit normal 256mb 64mb 60\n' },
  },
};
