/** FILE-012: a directive under its old name. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const oldName: Check = {
  id: 'FILE-012',
  area: 'files',
  title: 'A directive is written under its old name',
  goal: 'Directives have their current names',
  severity: 'info',
  rationale:
    'Old names (slave-…, …-ziplist-…, lua-time-limit) are accepted; a search for the current name misses them, and a ' +
    'second line under the other name overrides the first.',
  evaluate: (snapshot) => judgeConfProblems(snapshot, ['old-name'], 'no old names'),
  remedy: 'Write the current name.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: 'slave-read-only yes\n' },
    good: { server: 'redis-7.2', conf: 'replica-read-only yes\n' },
  },
};
