/** LOG-004: a log that an intruder cannot edit. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting } from '../../verdict.ts';

export const noCopyOffHost: Check = {
  id: 'LOG-004',
  area: 'logging',
  title: 'No copy of the log leaves the host',
  goal: 'The log is copied to where an intruder cannot edit it',
  severity: 'medium',
  rationale:
    'Whoever takes the host edits its files. syslog is the one way by which the server itself hands its log on; a collector that reads logfile or the journal does the same.',
  evaluate: (snapshot, context) => judgeSetting(snapshot, context, 'syslog-enabled'),
  remedy:
    'Set syslog-enabled yes and forward syslog to a store that is write-once; or waive it, naming the collector that reads the log file.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'logfile /var/log/redis/redis.log\n' },
    good: { server: 'redis-7.2', conf: 'syslog-enabled yes\n' },
  },
};
