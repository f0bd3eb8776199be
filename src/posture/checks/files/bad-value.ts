/** FILE-010: a value that the server refuses. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const badValue: Check = {
  id: 'FILE-010',
  area: 'files',
  title: 'A directive has a value that the server refuses',
  goal: 'Every value is accepted by this version',
  severity: 'high',
  rationale:
    'The server does not start, and says which line. In a container that restarts for ever, this is an outage.',
  evaluate: (snapshot) =>
    judgeConfProblems(snapshot, ['bad-value', 'wrong-number-of-arguments'], 'every value is accepted'),
  remedy: 'Correct the value.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: 'appendfsync sometimes\n' },
    good: { server: 'redis-7.2', conf: 'appendfsync everysec\n' },
  },
};
