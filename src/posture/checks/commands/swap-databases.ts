/** CMD-002: SWAPDB exchanges whole databases under their users. */

import type { Check } from '../../check.ts';
import { holdingData } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['swapdb'];

export const swapDatabases: Check = {
  id: 'CMD-002',
  area: 'commands',
  title: 'A user without need may swap databases',
  goal: 'Only administrators may SWAPDB',
  severity: 'medium',
  rationale:
    'SWAPDB is in @write, @fast and @dangerous and names no key: it exchanges the databases under every connection, ' +
    'so that each application sees the data of another. On Valkey 9.1 db= holds it back.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      judgeGrant(snapshot, {
        commands: COMMANDS,
        powerful: 'left',
        risk: 'Every application reads and writes in the database of another.',
      }),
    ),
  remedy: 'ACL SETUSER name -swapdb, or -@dangerous.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* -@all +@fast`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* -@all +get +set`]),
  },
};
