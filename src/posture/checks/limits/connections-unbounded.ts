/** LIM-004: how many clients may connect. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting } from '../../verdict.ts';

export const connectionsUnbounded: Check = {
  id: 'LIM-004',
  area: 'limits',
  title: 'The number of connections is not reasonably bounded',
  goal: 'maxclients is a number that the host can bear',
  severity: 'low',
  rationale:
    'Each connection costs memory and a descriptor before it has logged in. A very high maxclients lets one client exhaust the host; the clients that come first keep the others out at any number, so a firewall and client certificates matter more.',
  evaluate: (snapshot, context) => judgeSetting(snapshot, context, 'maxclients'),
  remedy: 'Set maxclients to what your pools need, with some room.',
  references: [REFERENCES.clients, REFERENCES.clientsValkey],
  attackPaths: ['AP-07'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'maxclients 1000000\n' },
    good: { server: 'redis-7.2', conf: 'maxclients 10000\n' },
  },
};
