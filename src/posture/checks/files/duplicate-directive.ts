/** FILE-006: a directive that is written twice. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const duplicateDirective: Check = {
  id: 'FILE-006',
  area: 'files',
  title: 'A directive is written twice',
  goal: 'Every directive is written once',
  severity: 'low',
  rationale:
    'The last line wins without a word. Whoever corrects the first one changes nothing, and an include at the end of ' +
    'the file overrides everything above it.',
  evaluate: (snapshot) =>
    judgeConfProblems(snapshot, ['duplicate-directive'], 'no directive is written twice'),
  remedy: 'Remove all but the last, or the one that was meant.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: 'protected-mode yes\nprotected-mode no\n' },
    good: { server: 'redis-7.2', conf: 'protected-mode yes\n' },
  },
};
