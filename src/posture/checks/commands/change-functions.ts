/** CMD-016: FUNCTION LOAD is in @write and survives -@dangerous. */

import type { Check } from '../../check.ts';
import { since, SEVEN } from '../../conf-reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['function|load', 'function|delete', 'function|flush', 'function|restore'];

export const changeFunctions: Check = {
  id: 'CMD-016',
  area: 'commands',
  title: 'A user without need may change or delete functions',
  goal: 'Only administrators may load and delete functions',
  severity: 'high',
  rationale:
    'FUNCTION LOAD, DELETE, FLUSH and RESTORE are @write and @scripting, not @dangerous, and name no key: `~app:* ' +
    '+@write -@dangerous` still deletes every function. With REPLACE the code of a library is exchanged, and runs ' +
    'with the rights of whoever calls it next.',
  appliesWhen: since(SEVEN, 'this version has no functions'),
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      powerful: 'limited',
      risk: 'Code of a weak user runs with the rights of a strong one.',
    }),
  remedy: 'ACL SETUSER name -function.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-04', 'AP-05', 'AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read +@write -@dangerous`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read +@write -@dangerous -function`]),
  },
};
