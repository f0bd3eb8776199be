/** FILE-004: a comment behind a value. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const trailingComment: Check = {
  id: 'FILE-004',
  area: 'files',
  title: 'A comment stands behind a value',
  goal: 'Comments stand on lines of their own',
  severity: 'high',
  rationale:
    'A # is a comment at the start of a line only. Behind a value it is read as further arguments: most directives ' +
    'then stop the start, and a few, as bind, take the words for values.',
  evaluate: (snapshot) =>
    judgeConfProblems(snapshot, ['trailing-comment'], 'no comment stands behind a value'),
  remedy: 'Move the comment to a line of its own.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: 'protected-mode yes # always\n' },
    good: { server: 'redis-7.2', conf: '# always\nprotected-mode yes\n' },
  },
};
