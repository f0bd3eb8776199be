/** LOG-014: stalls that nobody records. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting } from '../../verdict.ts';

export const noLatencyRecord: Check = {
  id: 'LOG-014',
  area: 'logging',
  title: 'Stalls of the server are not recorded',
  goal: 'Stalls of the server are recorded',
  severity: 'info',
  rationale:
    'latency-monitor-threshold 0, the default, records nothing. Stalls are how denial of service first shows, and LATENCY DOCTOR explains only what was recorded.',
  evaluate: (snapshot, context) => judgeSetting(snapshot, context, 'latency-monitor-threshold'),
  remedy: 'Set latency-monitor-threshold 100 (milliseconds).',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  attackPaths: ['AP-07'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'latency-monitor-threshold 0\n' },
    good: { server: 'redis-7.2', conf: 'latency-monitor-threshold 100\n' },
  },
};
