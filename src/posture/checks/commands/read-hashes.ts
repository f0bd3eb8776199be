/** CMD-025: ACL LIST and GETUSER show unsalted password hashes. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['acl|list', 'acl|getuser'];

export const readHashes: Check = {
  id: 'CMD-025',
  area: 'commands',
  title: 'A user without need may read password hashes',
  goal: 'Only administrators and auditors may list users',
  severity: 'medium',
  rationale:
    'ACL LIST and ACL GETUSER show the SHA-256 of every password, unsalted. Short and common passwords are found in ' +
    'seconds, and equal ones are seen at once.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      duties: ['observer'],
      powerful: 'left',
      risk: 'Weak passwords of other users are found offline.',
    }),
  remedy: 'ACL SETUSER name -acl +acl|whoami.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +acl|list`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +acl|whoami`]),
  },
};
