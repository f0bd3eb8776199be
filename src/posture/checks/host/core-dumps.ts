/** HOST-005: a core dump is a copy of the data. */

import type { Check } from '../../check.ts';
import { exampleUnit } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const coreDumps: Check = {
  id: 'HOST-005',
  area: 'host',
  title: 'A crash writes all data into a core dump',
  goal: 'The server leaves no core dumps',
  severity: 'low',
  rationale:
    'A core dump holds every key, value and password in memory, and often lands where others can read it or is sent away by a crash reporter. LimitCORE=0 in the unit prevents it; the crash report in the log stays.',
  evaluate: (snapshot, context) =>
    context.expected.host.sandboxedUnit
      ? readFact(snapshot.unit, 'the systemd unit', ({ name, service }, from) => {
          const limit = service.get('LimitCORE');
          if (limit === undefined)
            return {
              status: 'unknown',
              missing: 'LimitCORE',
              why: `${name} does not set it, so the default of the host decides`,
              look: `read: systemctl show ${name} -p LimitCORE`,
            };
          return limit === '0' || limit === '0:0'
            ? pass(`${name}: LimitCORE=${limit}`, from)
            : fail([evidence(`${name}: LimitCORE=${limit}`, from)], [byHand('Set LimitCORE=0 in the unit.')]);
        })
      : notApplicable('core dumps are not judged at this level'),
  remedy: 'Set LimitCORE=0 in a drop-in of the unit.',
  references: [REFERENCES.systemd],
  attackPaths: ['AP-10'],
  examples: {
    bad: { server: 'redis-7.2', conf: '', facts: exampleUnit({ LimitCORE: 'infinity' }) },
    good: { server: 'redis-7.2', conf: '', facts: exampleUnit({ LimitCORE: '0' }) },
  },
};
