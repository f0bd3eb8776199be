/** FILE-001: a directive that no version knows. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const unknownDirective: Check = {
  id: 'FILE-001',
  area: 'files',
  title: 'The conf file holds an unknown directive',
  goal: 'Every directive is known to the server',
  severity: 'high',
  rationale:
    'An unknown word stops the start: Bad directive or wrong number of arguments. On Redis 8.0 the message is another ' +
    'one, comes late and names no line. Often it is a misspelling, and then the protection it was to give is missing ' +
    'as well.',
  evaluate: (snapshot) => judgeConfProblems(snapshot, ['unknown-directive'], 'every directive is known'),
  remedy: 'Correct the name, or remove the line.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: 'active-rehashing yes\n' },
    good: { server: 'redis-7.2', conf: 'activerehashing yes\n' },
  },
};
