/** HOST-006: the clock decides on certificates, TTLs and the order of records. */

import type { Check } from '../../check.ts';
import { exampleClock } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const OFFSET_MS_MAX = 5000;

export const clockWrong: Check = {
  id: 'HOST-006',
  area: 'host',
  title: 'The clock of the server is wrong',
  goal: 'The clock of the server agrees with ours',
  severity: 'medium',
  rationale:
    'A jump of the clock drops replication (repl-timeout uses it), expires keys, and beyond the validity of certificates breaks every TLS link; minutes alone do not. Records with wrong times are worth little in an investigation.',
  evaluate: (snapshot) =>
    readFact(snapshot.clock, 'TIME', ({ serverMs, localMs, roundTripMs }, from) => {
      const offset = serverMs - localMs;
      const seen = `${Math.abs(offset)} ms ${offset < 0 ? 'behind' : 'ahead of'} ours`;
      return Math.abs(offset) > OFFSET_MS_MAX + roundTripMs
        ? fail(
            [evidence(seen, from)],
            [
              byHand(
                'Synchronise the clock of the host (chrony, systemd-timesyncd), slowly if it is far off.',
              ),
            ],
          )
        : pass(seen, from);
    }),
  remedy:
    'Run a time daemon on every host. Do not promote replicas that lost their link meanwhile: they come back by themselves.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: '', facts: { clock: exampleClock(600_000) } },
    good: { server: 'redis-7.2', conf: '', facts: { clock: exampleClock(3) } },
  },
};
