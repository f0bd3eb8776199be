/** FILE-007: user lines beside an ACL file. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const usersInTwoPlaces: Check = {
  id: 'FILE-007',
  area: 'files',
  title: 'Users are declared in the conf file and in an ACL file',
  goal: 'Users are declared in one place',
  severity: 'high',
  rationale:
    'The server refuses to start with both: please define either an ACL file or declare users directly in your ' +
    'redis.conf, but not both. CONFIG REWRITE writes user lines where no aclfile is set, so that adding one later ' +
    'ends here.',
  evaluate: (snapshot) =>
    judgeConfProblems(snapshot, ['users-and-aclfile'], 'users are declared in one place'),
  remedy: 'Move the user lines into the ACL file.',
  references: [REFERENCES.acl],
  examples: {
    bad: { server: 'redis-7.2', conf: 'aclfile users.acl\nuser app on nopass ~app:* +get\n' },
    good: { server: 'redis-7.2', conf: 'user app on nopass ~app:* +get\n' },
  },
};
