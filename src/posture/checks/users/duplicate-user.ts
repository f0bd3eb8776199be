/** USER-026: the conf file declares a user twice. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';
import { HASH } from '../../user-example.ts';

export const duplicateUser: Check = {
  id: 'USER-026',
  area: 'users',
  title: 'A user is declared twice in the conf file',
  goal: 'Every user has one line',
  severity: 'medium',
  rationale:
    'Up to 6.2 the last line wins without a word, so that whoever reads the first one is wrong about the rights. From 7.0 ' +
    'on the server does not start: Duplicate user found. (In an ACL file the same is USER-025.)',
  evaluate: (snapshot) =>
    judgeConfProblems(snapshot, ['duplicate-user'], 'every user line is of another user'),
  remedy: 'Join the lines to one, and check what the user may do then.',
  references: [REFERENCES.acl],
  examples: {
    bad: { server: 'redis-6.2', conf: `user app on ${HASH} ~app:* +get\nuser app on ${HASH} ~app:* +set\n` },
    good: { server: 'redis-6.2', conf: `user app on ${HASH} ~app:* +get +set\n` },
  },
};
