/** DATA-001: neither snapshots nor a log: a restart forgets everything. */

import type { Check } from '../../check.ts';
import { holdingData, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const noPersistence: Check = {
  id: 'DATA-001',
  area: 'persistence',
  title: 'Nothing is written to disk: a restart loses all data',
  goal: 'Data that matters survives a restart',
  severity: 'low',
  rationale:
    'With save "" and appendonly no a restart, a crash or a kill for memory leaves an empty server; with replicas, an empty primary that restarts quickly empties them too. For a pure cache that is right: waive the check there.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(snapshot, ['save', 'appendonly'], ({ save, appendonly }) =>
        appendonly.value === 'no' && save.value === ''
          ? fail(
              [evidence('save ""', save.from), evidence('appendonly no', appendonly.from)],
              [set('appendonly', 'yes')],
            )
          : pass(appendonly.value === 'yes' ? 'appendonly yes' : `save ${save.value}`, appendonly.from),
      ),
    ),
  remedy:
    'Set appendonly yes (by CONFIG SET first, so that the log starts from the present data), or save points; or waive it for a cache.',
  references: [REFERENCES.persistence, REFERENCES.persistenceValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'save ""\nappendonly no\n' },
    good: { server: 'redis-7.2', conf: 'appendonly yes\n' },
  },
};
