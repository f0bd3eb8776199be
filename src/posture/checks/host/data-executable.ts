/** HOST-009: a dump that can be loaded as a module. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { byHand, holdingData, readFact, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const dataExecutable: Check = {
  id: 'HOST-009',
  area: 'host',
  title: 'Files in the data directory can be run or loaded as code',
  goal: 'The data volume is mounted noexec, or modules cannot be loaded',
  severity: 'low',
  rationale:
    'A rogue primary leaves a module as the RDB file and loads it from dir. From 7.0 enable-module-command no refuses MODULE LOAD; before, only a noexec mount (or the right to the command) stands in the way.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () => {
      if (settingValue(snapshot, 'enable-module-command') === 'no') return pass('enable-module-command no');
      return readFact(snapshot.volume, 'the volume under dir', ({ mountPoint, options }, from) => {
        const seen = `${mountPoint} is mounted ${options.join(',')}`;
        return options.includes('noexec')
          ? pass(seen, from)
          : fail([evidence(seen, from)], [byHand(`Mount ${mountPoint} with noexec,nosuid,nodev.`)]);
      });
    }),
  remedy:
    'Mount the data volume with noexec,nosuid,nodev, or use version 7.0 and later with enable-module-command no.',
  references: [REFERENCES.security],
  attackPaths: ['AP-02'],
  examples: {
    bad: { server: 'redis-6.2', conf: '', facts: { volume: volume(['rw']) } },
    good: { server: 'redis-6.2', conf: '', facts: { volume: volume(['rw', 'noexec', 'nosuid', 'nodev']) } },
  },
};

function volume(options: readonly string[]): Snapshot['volume'] {
  return exampleFact({
    mountPoint: '/var/lib/redis',
    device: '/dev/sdb1',
    filesystem: 'ext4',
    options,
    encrypted: undefined,
  });
}
