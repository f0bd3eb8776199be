/** CMD-026: SAVE and BGSAVE by whoever wants to. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['save', 'bgsave', 'bgrewriteaof'];

export const saveSnapshots: Check = {
  id: 'CMD-026',
  area: 'commands',
  title: 'A user without need may start snapshots and rewrites',
  goal: 'Only administrators and backups may start snapshots',
  severity: 'low',
  rationale:
    'SAVE stops the server until the snapshot is written; BGSAVE and BGREWRITEAOF fork, which doubles memory under ' +
    'writes. Called in a loop they bring the server down; together with CONFIG SET dir they write files.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      duties: ['backup'],
      powerful: 'left',
      risk: 'Its holder slows or stops the server.',
    }),
  remedy: 'ACL SETUSER name -save -bgsave -bgrewriteaof, or -@dangerous.',
  references: [REFERENCES.acl, REFERENCES.persistence],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +bgsave`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* -@all +get +set`]),
  },
};
