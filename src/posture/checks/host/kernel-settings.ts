/** HOST-004: settings of the kernel that the server only warns about. */

import type { Check } from '../../check.ts';
import { holdingData } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { notApplicable } from '../../verdict.ts';
import { SENTINEL_CONF } from '../sentinel/example-conf.ts';

export const kernelSettings: Check = {
  id: 'HOST-004',
  area: 'host',
  title: 'Nobody has shown the kernel settings of the host',
  goal: 'Memory overcommit is allowed and secrets do not reach swap',
  severity: 'low',
  rationale:
    'Without vm.overcommit_memory=1 a save can fail on a host with free memory. Swap writes keys and passwords to a disk that may not be encrypted. The server warns at start and says no more.',
  evaluate: (snapshot, context) =>
    holdingData(snapshot, () =>
      context.expected.host.sandboxedUnit
        ? {
            status: 'manual',
            instruction:
              'On the host show: sysctl vm.overcommit_memory (1), and swapon --show (none, or on an encrypted device).',
          }
        : notApplicable('kernel settings are not asked for at this level'),
    ),
  remedy: 'Set vm.overcommit_memory=1 in /etc/sysctl.d, and disable or encrypt swap.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: '' },
    good: { server: 'redis-7.2', conf: SENTINEL_CONF },
  },
};
