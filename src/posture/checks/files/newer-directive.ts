/** FILE-002: a directive of a newer version or of the other product. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const newerDirective: Check = {
  id: 'FILE-002',
  area: 'files',
  title: 'The conf file was written for another server',
  goal: 'Every directive belongs to this product and version',
  severity: 'high',
  rationale:
    'Files travel between versions: enable-debug-command needs 7.0, hide-user-data-from-log 7.4, log-format is of ' +
    'Valkey. A server that does not know the directive does not start.',
  evaluate: (snapshot) =>
    judgeConfProblems(
      snapshot,
      ['needs-newer-version', 'other-product'],
      'every directive belongs to this version',
    ),
  remedy: 'Remove the line, or run the version that it was written for.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-6.2', conf: 'enable-debug-command no\n' },
    good: { server: 'redis-6.2', conf: 'protected-mode yes\n' },
  },
};
