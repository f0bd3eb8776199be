/** LIM-013: after this time a script can be stopped; 0 means never. */

import type { Check } from '../../check.ts';
import { holdingData, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const endlessScripts: Check = {
  id: 'LIM-013',
  area: 'limits',
  title: 'A running script can never be stopped',
  goal: 'A script that runs too long can be stopped',
  severity: 'medium',
  rationale:
    'Until busy-reply-threshold (lua-time-limit before 7.0) has passed the server answers nobody; after it, SCRIPT KILL and FUNCTION KILL work. With 0 the server waits without end and only SIGKILL helps.',
  evaluate: (snapshot) => {
    const name = snapshot.settings.has('busy-reply-threshold') ? 'busy-reply-threshold' : 'lua-time-limit';
    return holdingData(snapshot, () =>
      readSettings(snapshot, [name], (seen) => {
        const { value, from } = seen[name];
        return Number(value) > 0 && Number(value) <= 60_000
          ? pass(`${name} ${value}`, from)
          : fail([evidence(`${name} ${value}`, from)], [set(name, '5000')]);
      }),
    );
  },
  remedy: 'Set busy-reply-threshold (or lua-time-limit) to 5000 milliseconds.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  attackPaths: ['AP-07'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'busy-reply-threshold 0\n' },
    good: { server: 'redis-7.2', conf: '' },
  },
};
