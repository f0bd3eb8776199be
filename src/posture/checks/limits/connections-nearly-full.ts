/** LIM-005: how many clients are connected, and how many were turned away. */

import type { Check } from '../../check.ts';
import { exampleInfo } from '../../example.ts';
import { byHand, readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const SHARE_MAX = 0.9;

export const connectionsNearlyFull: Check = {
  id: 'LIM-005',
  area: 'limits',
  title: 'Nearly all connections are taken, or clients were turned away',
  goal: 'There is room for more connections',
  severity: 'medium',
  rationale:
    'At maxclients every further client gets an error, the operator who wants to help included. Leaking pools do it, and so does anybody who reaches the port: no login is needed to hold a connection.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['maxclients'], ({ maxclients }) =>
      readFact(snapshot.info, 'INFO clients', (info, from) => {
        const connected = Number(info.get('connected_clients') ?? Number.NaN);
        if (Number.isNaN(connected))
          return {
            status: 'unknown',
            missing: 'connected_clients',
            why: 'INFO did not show it',
            look: 'read: redis-cli INFO clients',
          };
        const rejected = Number(info.get('rejected_connections') ?? 0);
        const seen = `connected_clients:${connected}, rejected_connections:${rejected}, maxclients ${maxclients.value}`;
        return connected > Number(maxclients.value) * SHARE_MAX || rejected > 0
          ? fail(
              [evidence(seen, from)],
              [
                byHand(
                  'Find who holds the connections (CLIENT LIST), close idle ones by timeout, and let only your clients reach the port.',
                ),
              ],
            )
          : pass(seen, from);
      }),
    ),
  remedy: 'Find the holders by CLIENT LIST, set timeout, and restrict who reaches the port.',
  references: [REFERENCES.clients, REFERENCES.clientsValkey],
  attackPaths: ['AP-07'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'maxclients 1000\n',
      facts: exampleInfo({ connected_clients: '990', rejected_connections: '42' }),
    },
    good: {
      server: 'redis-7.2',
      conf: 'maxclients 1000\n',
      facts: exampleInfo({ connected_clients: '12', rejected_connections: '0' }),
    },
  },
};
