/** CMD-017: SCRIPT FLUSH empties the script cache of everybody. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['script|flush', 'script|kill', 'function|kill'];

export const flushScripts: Check = {
  id: 'CMD-017',
  area: 'commands',
  title: 'A user without need may flush or kill scripts',
  goal: 'Only administrators may flush and kill scripts',
  severity: 'low',
  rationale:
    'The script cache is shared: SCRIPT FLUSH makes every EVALSHA of every application fail until it is loaded again, ' +
    'SCRIPT KILL and FUNCTION KILL end the script that runs now, whoever started it. -@dangerous does not take them ' +
    'away.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      duties: ['sentinel'],
      powerful: 'left',
      risk: 'Scripts of other applications fail.',
    }),
  remedy: 'ACL SETUSER name -script +script|load +script|exists, or -@scripting.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +eval +script`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* -@all +get +set`]),
  },
};
