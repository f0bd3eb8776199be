/** HOST-010: the mode of the files that the server makes. */

import type { Check } from '../../check.ts';
import { exampleUnit } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const wideUmask: Check = {
  id: 'HOST-010',
  area: 'host',
  title: 'Files that the server makes are readable to everybody',
  goal: 'The umask keeps others out of new files',
  severity: 'low',
  rationale:
    'RDB, AOF and log files get the umask of the process; the default 022 lets everybody read them. The race on the unix socket (CVE-2023-45145) is closed by a strict umask too.',
  evaluate: (snapshot, context) =>
    context.expected.host.sandboxedUnit
      ? readFact(snapshot.unit, 'the systemd unit', ({ name, service }, from) => {
          const text = service.get('UMask') ?? '0022';
          const seen = `${name}: UMask=${service.get('UMask') ?? '0022 (default)'}`;
          return (Number.parseInt(text, 8) & 0o007) === 0o007
            ? pass(seen, from)
            : fail([evidence(seen, from)], [byHand('Set UMask=0077 in the unit.')]);
        })
      : notApplicable('the umask is not judged at this level'),
  remedy: 'Set UMask=0077 (or 0027) in a drop-in of the unit.',
  references: [REFERENCES.systemd],
  attackPaths: ['AP-15'],
  examples: {
    bad: { server: 'redis-7.2', conf: '', facts: exampleUnit({ User: 'redis' }) },
    good: { server: 'redis-7.2', conf: '', facts: exampleUnit({ User: 'redis', UMask: '0077' }) },
  },
};
