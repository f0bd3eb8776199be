/** FILE-008: an include that cannot be followed. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const includeProblem: Check = {
  id: 'FILE-008',
  area: 'files',
  title: 'An include cannot be followed',
  goal: 'Every included file is read',
  severity: 'high',
  rationale:
    'A missing file stops the start; a pattern that matches nothing is fine from 7.0 on and refused before; up to 6.2 ' +
    'patterns are not known at all; files that include each other never end. What was to be included, often the ' +
    'passwords, is not in force.',
  evaluate: (snapshot) =>
    judgeConfProblems(
      snapshot,
      [
        'include-missing',
        'include-empty-glob',
        'include-cycle',
        'include-too-deep',
        'include-too-many',
        'include-glob-unsupported',
      ],
      'every include can be followed',
    ),
  remedy: 'Correct the path, or remove the line.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-6.2', conf: 'include redis.conf\n' },
    good: { server: 'redis-6.2', conf: 'port 6379\n' },
  },
};
