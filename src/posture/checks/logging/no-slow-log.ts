/** LOG-013: the slow log, under both of its names. */

import type { Check } from '../../check.ts';
import { holdingData, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const noSlowLog: Check = {
  id: 'LOG-013',
  area: 'logging',
  title: 'Slow commands are not recorded',
  goal: 'Slow commands are recorded',
  severity: 'low',
  rationale:
    'KEYS, large scripts and patterns made to be slow hold up every client. The slow log tells which client sent them. Valkey 8.1 calls it the command log and keeps the old names as aliases.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () => {
      const renamed = snapshot.settings.has('commandlog-execution-slower-than');
      const threshold = renamed ? 'commandlog-execution-slower-than' : 'slowlog-log-slower-than';
      const length = renamed ? 'commandlog-slow-execution-max-len' : 'slowlog-max-len';
      return readSettings(snapshot, [threshold, length], (seen) => {
        const slower = seen[threshold];
        const entries = seen[length];
        if (slower.value.startsWith('-'))
          return fail([evidence(`${threshold} ${slower.value}`, slower.from)], [set(threshold, '10000')]);
        if (entries.value === '0') return fail([evidence(`${length} 0`, entries.from)], [set(length, '128')]);
        return pass(`${threshold} ${slower.value}, ${length} ${entries.value}`, slower.from);
      });
    }),
  remedy: 'Set slowlog-log-slower-than 10000 (microseconds) and slowlog-max-len 128 or more.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'slowlog-log-slower-than -1\n' },
    good: { server: 'redis-7.2', conf: '' },
  },
};
