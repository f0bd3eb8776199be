/** LOG-010: crashes that leave nothing to look at. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const crashLogOff: Check = {
  id: 'LOG-010',
  area: 'logging',
  title: 'A crash leaves no report',
  goal: 'A crash leaves a report in the log',
  severity: 'low',
  rationale:
    'Memory corruption attacks crash the server before they succeed. With crash-log-enabled no (6.2 and later) the only trace is a restart.',
  appliesWhen: since({ redis: '6.2', valkey: '7.2' }, 'this version always reports crashes'),
  evaluate: (snapshot) =>
    readSettings(snapshot, ['crash-log-enabled'], ({ 'crash-log-enabled': { value, from } }) =>
      value === 'no'
        ? fail([evidence('crash-log-enabled no', from)], [set('crash-log-enabled', 'yes')])
        : pass('crash-log-enabled yes', from),
    ),
  remedy: 'Set crash-log-enabled yes.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'crash-log-enabled no\n' },
    good: { server: 'redis-7.2', conf: '' },
  },
};
