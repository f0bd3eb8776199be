/** LIM-011: a limit whose raising has opened overflows. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting } from '../../verdict.ts';

export const bulkRaised: Check = {
  id: 'LIM-011',
  area: 'limits',
  title: 'The limit of a single value was raised above its default',
  goal: 'proto-max-bulk-len is at most 512 MB',
  severity: 'medium',
  rationale:
    'Several integer overflows (CVE-2021-29477, CVE-2021-32761 and others) can be reached only after proto-max-bulk-len or the compact encoding limits were raised. Nothing honest needs values over 512 MB.',
  evaluate: (snapshot, context) => judgeSetting(snapshot, context, 'proto-max-bulk-len'),
  remedy: 'Set proto-max-bulk-len to 512mb or less.',
  references: [REFERENCES.security, REFERENCES.clients],
  attackPaths: ['AP-07'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'proto-max-bulk-len 4gb\n' },
    good: { server: 'redis-7.2', conf: 'proto-max-bulk-len 128mb\n' },
  },
};
