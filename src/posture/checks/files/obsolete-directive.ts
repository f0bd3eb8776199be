/** FILE-003: a directive that the version no longer has, or ignores. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const obsoleteDirective: Check = {
  id: 'FILE-003',
  area: 'files',
  title: 'The conf file holds an obsolete directive',
  goal: 'Every directive has an effect',
  severity: 'low',
  rationale:
    'Some directives were removed and stop the start; others are read and do nothing, such as io-threads-do-reads on ' +
    'newer servers. Whoever reads the file believes in them.',
  evaluate: (snapshot) =>
    judgeConfProblems(snapshot, ['removed-directive', 'ignored-directive'], 'no directive is obsolete'),
  remedy: 'Remove the line.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'valkey-8.1', conf: 'io-threads-do-reads yes\n' },
    good: { server: 'valkey-8.1', conf: 'io-threads 2\n' },
  },
};
