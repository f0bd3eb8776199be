/** DATA-012: a log that the kernel writes when it likes. */

import type { Check } from '../../check.ts';
import { holdingData, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const logNotSynced: Check = {
  id: 'DATA-012',
  area: 'persistence',
  title: 'The append-only log is never synced by the server',
  goal: 'The append-only log is synced at least every second',
  severity: 'low',
  rationale:
    'appendfsync no leaves it to the kernel, about every 30 seconds on Linux. A power cut loses that much although every write was acknowledged.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(snapshot, ['appendonly', 'appendfsync'], ({ appendonly, appendfsync }) => {
        if (appendonly.value !== 'yes') return notApplicable('appendonly is no');
        return appendfsync.value === 'no'
          ? fail([evidence('appendfsync no', appendfsync.from)], [set('appendfsync', 'everysec')])
          : pass(`appendfsync ${appendfsync.value}`, appendfsync.from);
      }),
    ),
  remedy: 'Set appendfsync everysec, or always where no acknowledged write may be lost.',
  references: [REFERENCES.persistence, REFERENCES.persistenceValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'appendonly yes\nappendfsync no\n' },
    good: { server: 'redis-7.2', conf: 'appendonly yes\n' },
  },
};
