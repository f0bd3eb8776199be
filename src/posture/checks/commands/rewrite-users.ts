/** CMD-004: ACL SETUSER is every right. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['acl|setuser', 'acl|deluser', 'acl|load'];

export const rewriteUsers: Check = {
  id: 'CMD-004',
  area: 'commands',
  title: 'A limited user may rewrite the users',
  goal: 'Only administrators may change users',
  severity: 'critical',
  rationale:
    'ACL SETUSER changes any user, the own one included: a "limited operator" with +acl|setuser gives itself ~* +@all ' +
    '(seen on every version). So do ACL LOAD with a writable file, and ACL DELUSER by removing the others.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      powerful: 'limited',
      risk: 'Its holder has every right it wants.',
    }),
  remedy: 'ACL SETUSER name -acl. For self-service let a program with its own user do what is allowed.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user support on ${HASH} -@all +acl|setuser`]),
    good: withUsers('redis-7.2', [`user support on ${HASH} -@all +acl|whoami +ping`]),
  },
};
