/** LIM-006: sessions that never end. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting } from '../../verdict.ts';

export const idleSessions: Check = {
  id: 'LIM-006',
  area: 'limits',
  title: 'Idle sessions are never closed',
  goal: 'Idle sessions end',
  severity: 'low',
  rationale:
    'A connection keeps its user until it is closed: removing a password or switching the user off does not close it. timeout ends idle ones, for all users alike; the server spares replicas, blocked clients and subscribers.',
  evaluate: (snapshot, context) => judgeSetting(snapshot, context, 'timeout'),
  remedy: 'Set timeout, and make sure that connection pools test and reopen their connections.',
  references: [REFERENCES.clients, REFERENCES.clientsValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'timeout 0\n' },
    good: { server: 'redis-7.2', conf: 'timeout 600\n' },
  },
};
