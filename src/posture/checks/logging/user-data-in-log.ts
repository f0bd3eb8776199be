/** LOG-005: keys and values in crash reports. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting } from '../../verdict.ts';

export const userDataInLog: Check = {
  id: 'LOG-005',
  area: 'logging',
  title: 'Crash reports print keys and values into the log',
  goal: 'The log holds no user data',
  severity: 'low',
  rationale:
    'hide-user-data-from-log exists since Redis 7.4 (default no) and Valkey 8.0 (default yes). Without it a crash or a protocol error writes arguments of commands, and so personal data and tokens, into the log.',
  appliesWhen: (snapshot) =>
    !snapshot.product.known ||
    snapshot.settings.has('hide-user-data-from-log') ||
    'this version has no hide-user-data-from-log',
  evaluate: (snapshot, context) => judgeSetting(snapshot, context, 'hide-user-data-from-log'),
  remedy: 'Set hide-user-data-from-log yes.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  attackPaths: ['AP-10'],
  examples: {
    bad: { server: 'redis-7.4', conf: '' },
    good: { server: 'redis-7.4', conf: 'hide-user-data-from-log yes\n' },
  },
};
