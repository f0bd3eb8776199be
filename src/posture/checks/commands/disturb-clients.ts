/** CMD-015: CLIENT KILL and CLIENT PAUSE, which +@connection contains. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['client|kill', 'client|pause'];

export const disturbClients: Check = {
  id: 'CMD-015',
  area: 'commands',
  title: 'A user without need may end or pause the connections of others',
  goal: 'Only administrators and Sentinel may kill or pause clients',
  severity: 'high',
  rationale:
    '+@connection looks like what a client needs for connecting, and contains CLIENT KILL, PAUSE, UNBLOCK and LIST: ' +
    'any application closes the connections of the administrator, or stops all writes for an hour.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      duties: ['sentinel'],
      powerful: 'left',
      risk: 'One application stops all the others.',
    }),
  remedy:
    'ACL SETUSER name -client|kill -client|pause -client|list (up to 6.2: -client), or single grants: +ping +select +client|setname ' +
    '+client|setinfo.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +@connection`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +ping +select +client|setname`]),
  },
};
