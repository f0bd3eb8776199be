/** LIM-007: peers that are gone without saying so. */

import type { Check } from '../../check.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, judgeSetting, pass } from '../../verdict.ts';

export const deadPeers: Check = {
  id: 'LIM-007',
  area: 'limits',
  title: 'Connections of peers that are gone are kept for ever',
  goal: 'Dead connections are found',
  severity: 'low',
  rationale:
    'With tcp-keepalive 0 a peer that vanished keeps its connection, its memory and its place under maxclients until the process ends.',
  evaluate: (snapshot, context) => {
    if (context.expected.settings.has('tcp-keepalive'))
      return judgeSetting(snapshot, context, 'tcp-keepalive');
    return readSettings(snapshot, ['tcp-keepalive'], ({ 'tcp-keepalive': { value, from } }) =>
      value === '0'
        ? fail([evidence('tcp-keepalive 0', from)], [set('tcp-keepalive', '300')])
        : pass(`tcp-keepalive ${value}`, from),
    );
  },
  remedy: 'Set tcp-keepalive 60 to 300.',
  references: [REFERENCES.clients, REFERENCES.clientsValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'tcp-keepalive 0\n' },
    good: { server: 'redis-7.2', conf: 'tcp-keepalive 300\n' },
  },
};
