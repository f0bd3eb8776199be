/** FILE-011: a directive that some builds refuse. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const buildDependentDirective: Check = {
  id: 'FILE-011',
  area: 'files',
  title: 'A directive works in some builds only',
  goal: 'The conf file starts on every build of this version',
  severity: 'low',
  rationale:
    'activedefrag yes needs the jemalloc that is bundled with the server: the packages of Debian and builds with ' +
    'another allocator refuse to start (seen on Redis 8.0 and Valkey 8.1 and 9.1 from Debian).',
  evaluate: (snapshot) => judgeConfProblems(snapshot, ['activedefrag'], 'nothing depends on the build'),
  remedy: 'Remove the line unless the build is known to support it.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: 'activedefrag yes\n' },
    good: { server: 'redis-7.2', conf: 'activedefrag no\n' },
  },
};
