/** HOST-003: transparent huge pages. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { readSettings, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const hugePages: Check = {
  id: 'HOST-003',
  area: 'host',
  title: 'The server does not switch off transparent huge pages',
  goal: 'Transparent huge pages are off for the server',
  severity: 'low',
  rationale:
    'With huge pages each save copies far more memory, latency jumps, and the host may run out of memory. From 6.2 the server switches them off for itself, unless disable-thp no.',
  appliesWhen: since(
    { redis: '6.2', valkey: '7.2' },
    'this version has no disable-thp: switch them off on the host',
  ),
  evaluate: (snapshot) =>
    readSettings(snapshot, ['disable-thp'], ({ 'disable-thp': { value, from } }) =>
      value === 'no'
        ? fail([evidence('disable-thp no', from)], [setAndRestart('disable-thp', 'yes')])
        : pass('disable-thp yes', from),
    ),
  remedy: 'Set disable-thp yes and restart.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'disable-thp no\n' },
    good: { server: 'redis-7.2', conf: '' },
  },
};
