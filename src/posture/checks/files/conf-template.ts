/** FILE-005: template text that was not rendered. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const confTemplate: Check = {
  id: 'FILE-005',
  area: 'files',
  title: 'The conf file holds unrendered template text',
  goal: 'The conf file is rendered before the server reads it',
  severity: 'high',
  rationale:
    'In a number or a choice a template stops the start. In a string it is worse: the server starts and takes ${VAR} ' +
    'literally, as a path, a name or a password that stands in the repository.',
  evaluate: (snapshot) => judgeConfProblems(snapshot, ['template'], 'no template text'),
  remedy:
    'Render the file before the server reads it, and let an empty variable fail; audit the rendered file.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: 'port {{ redis_port }}\n' },
    good: { server: 'redis-7.2', conf: 'port 6379\n' },
  },
};
