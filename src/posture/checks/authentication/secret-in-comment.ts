/** AUTH-015: a comment of the conf file holds a password. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const secretInComment: Check = {
  id: 'AUTH-015',
  area: 'authentication',
  title: 'A comment holds a password',
  goal: 'Comments hold no secrets',
  severity: 'low',
  rationale:
    'A line such as `#masterauth …` that was commented out still shows the password to everybody who reads the file, ' +
    'and it is often still in use elsewhere.',
  evaluate: (snapshot) => judgeConfProblems(snapshot, ['secret-in-comment'], 'no comment holds a password'),
  remedy: 'Remove the line, and rotate the password if it is or was in use.',
  references: [REFERENCES.security],
  attackPaths: ['AP-10'],
  examples: {
    bad: { server: 'redis-7.2', conf: '#masterauth 9f2b7c41d0\n' },
    good: { server: 'redis-7.2', conf: '# masterauth is set in replica.conf\n' },
  },
};
