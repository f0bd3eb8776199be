/** CMD-009: SLOWLOG and COMMANDLOG show arguments of slow commands. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['slowlog|get', 'commandlog|get'];

export const readSlowCommands: Check = {
  id: 'CMD-009',
  area: 'commands',
  title: 'A user without need may read the arguments of slow commands',
  goal: 'Only administrators may read SLOWLOG and COMMANDLOG',
  severity: 'medium',
  rationale:
    'SLOWLOG GET shows the arguments, so the data, of whoever was slow. Valkey 8.1 and later has COMMANDLOG GET with ' +
    'the same content and large requests besides: -slowlog does not cover it. SLOWLOG LEN is enough for metrics.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      powerful: 'left',
      risk: 'Its holder reads values of other applications.',
    }),
  remedy: 'ACL SETUSER name -slowlog +slowlog|len, and -commandlog on Valkey 8.1 and later.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: withUsers('redis-7.2', [`user exporter on ${HASH} -@all +info +slowlog|get`]),
    good: withUsers('redis-7.2', [`user exporter on ${HASH} -@all +info +slowlog|len`]),
  },
};
