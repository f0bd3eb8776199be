/** DATA-008: a dump without a checksum. */

import type { Check } from '../../check.ts';
import { holdingData, readSettings, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const noChecksum: Check = {
  id: 'DATA-008',
  area: 'persistence',
  title: 'Damaged or edited dumps are loaded without a check',
  goal: 'Dumps carry a checksum that is verified',
  severity: 'low',
  rationale:
    'rdbchecksum no drops the CRC64 of the RDB file, for about a tenth of speed. A damaged dump is then loaded as far as it goes. The checksum finds damage, not a forger.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(snapshot, ['rdbchecksum'], ({ rdbchecksum: { value, from } }) =>
        value === 'yes'
          ? pass('rdbchecksum yes', from)
          : fail([evidence(`rdbchecksum ${value}`, from)], [setAndRestart('rdbchecksum', 'yes')]),
      ),
    ),
  remedy: 'Set rdbchecksum yes and restart.',
  references: [REFERENCES.persistence, REFERENCES.persistenceValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'rdbchecksum no\n' },
    good: { server: 'redis-7.2', conf: '' },
  },
};
