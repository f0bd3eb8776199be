/** LOG-006: a level that hides events. */

import type { Check } from '../../check.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, judgeSetting, pass } from '../../verdict.ts';

export const logLevel: Check = {
  id: 'LOG-006',
  area: 'logging',
  title: 'The log level hides security events',
  goal: 'The log tells starts, configuration changes and TLS errors',
  severity: 'low',
  rationale:
    'At loglevel warning or nothing the server does not tell of restarts, of the primary it follows, or of replicas that connect. No level tells of failed logins.',
  evaluate: (snapshot, context) => {
    if (context.expected.settings.has('loglevel')) return judgeSetting(snapshot, context, 'loglevel');
    return readSettings(snapshot, ['loglevel'], ({ loglevel: { value, from } }) =>
      value === 'warning' || value === 'nothing'
        ? fail([evidence(`loglevel ${value}`, from)], [set('loglevel', 'notice')])
        : pass(`loglevel ${value}`, from),
    );
  },
  remedy: 'Set loglevel notice or verbose.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'loglevel warning\n' },
    good: { server: 'redis-7.2', conf: 'loglevel notice\n' },
  },
};
