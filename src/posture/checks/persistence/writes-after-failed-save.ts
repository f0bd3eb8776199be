/** DATA-007: go on writing although nothing can be saved. */

import type { Check } from '../../check.ts';
import { holdingData, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const writesAfterFailedSave: Check = {
  id: 'DATA-007',
  area: 'persistence',
  title: 'Writes go on after snapshots have failed',
  goal: 'Writes stop when they can no longer be saved',
  severity: 'low',
  rationale:
    'With stop-writes-on-bgsave-error no a full disk or a failed fork goes unnoticed, and everything since the last snapshot is lost at the next restart.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(
        snapshot,
        ['stop-writes-on-bgsave-error', 'save'],
        ({ 'stop-writes-on-bgsave-error': stop, save }) => {
          if (save.value === '') return notApplicable('no snapshots are taken');
          return stop.value === 'yes'
            ? pass('stop-writes-on-bgsave-error yes', stop.from)
            : fail(
                [evidence('stop-writes-on-bgsave-error no', stop.from)],
                [set('stop-writes-on-bgsave-error', 'yes')],
              );
        },
      ),
    ),
  remedy: 'Set stop-writes-on-bgsave-error yes and watch rdb_last_bgsave_status.',
  references: [REFERENCES.persistence, REFERENCES.persistenceValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'save 60 1\nstop-writes-on-bgsave-error no\n' },
    good: { server: 'redis-7.2', conf: 'save 60 1\n' },
  },
};
