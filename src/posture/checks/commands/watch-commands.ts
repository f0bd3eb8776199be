/** CMD-008: MONITOR shows the commands and values of everybody. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['monitor'];

export const watchCommands: Check = {
  id: 'CMD-008',
  area: 'commands',
  title: 'A user without need may watch all commands',
  goal: 'Only administrators may MONITOR',
  severity: 'high',
  rationale:
    'MONITOR streams the commands of every client with their values, whatever the keys of the watching user; +monitor ' +
    'alone is enough. It shows EVAL arguments, on 6.0 MIGRATE passwords too, and costs the server two to four times ' +
    'the CPU for each command. A MONITOR that runs survives -monitor.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      powerful: 'limited',
      risk: 'Its holder reads every value that any client writes or sends.',
    }),
  remedy: 'ACL SETUSER name -monitor, then CLIENT KILL USER name.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: withUsers('redis-7.2', [`user exporter on ${HASH} -@all +info +monitor`]),
    good: withUsers('redis-7.2', [`user exporter on ${HASH} -@all +info +ping`]),
  },
};
