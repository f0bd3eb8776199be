/** CMD-012: SHUTDOWN ends the server. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['shutdown'];

export const stopServer: Check = {
  id: 'CMD-012',
  area: 'commands',
  title: 'A user without need may stop the server',
  goal: 'Only administrators may SHUTDOWN',
  severity: 'high',
  rationale:
    'SHUTDOWN ends the process, with NOSAVE also the writes since the last snapshot. It is in @admin and @dangerous; ' +
    'lists that name FLUSHALL and CONFIG forget it.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      powerful: 'limited',
      risk: 'One call stops the server for everybody.',
    }),
  remedy: 'ACL SETUSER name -shutdown, or -@dangerous.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* -@all +get +shutdown`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* -@all +get +set`]),
  },
};
