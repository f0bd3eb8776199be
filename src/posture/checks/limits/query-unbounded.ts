/** LIM-010: what a client may send before it is looked at. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting } from '../../verdict.ts';

export const queryUnbounded: Check = {
  id: 'LIM-010',
  area: 'limits',
  title: 'A client may send more than a gigabyte before it is looked at',
  goal: 'Query buffers are bounded',
  severity: 'low',
  rationale:
    'client-query-buffer-limit bounds the request that a logged-in client is still sending (1 GB by default). Above that a few clients take all memory. Before login the server allows no argument over 16 kB.',
  evaluate: (snapshot, context) => judgeSetting(snapshot, context, 'client-query-buffer-limit'),
  remedy: 'Lower client-query-buffer-limit to a little over your largest request.',
  references: [REFERENCES.clients, REFERENCES.clientsValkey],
  attackPaths: ['AP-07'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'client-query-buffer-limit 8gb\n' },
    good: { server: 'redis-7.2', conf: 'client-query-buffer-limit 256mb\n' },
  },
};
