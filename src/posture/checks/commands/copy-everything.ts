/** CMD-007: PSYNC and SYNC send the whole data set. */

import type { Check } from '../../check.ts';
import { raiseWhenPublic } from '../../exposure.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['psync', 'sync'];

export const copyEverything: Check = {
  id: 'CMD-007',
  area: 'commands',
  title: 'A user without need may copy the whole data set',
  goal: 'Only replicas and backups may read the replication stream',
  severity: 'high',
  rationale:
    'Any client may play replica: -@all +psync +replconf is enough to receive every key and then every later write, ' +
    'and SYNC alone does the same. No key pattern applies.',
  evaluate: (snapshot, context) =>
    raiseWhenPublic(
      context,
      judgeGrant(snapshot, {
        commands: COMMANDS,
        duties: ['replication', 'backup'],
        powerful: 'judged',
        risk: 'Its holder receives every key and every later write.',
      }),
      'critical',
    ),
  remedy: 'ACL SETUSER name -psync -sync; replicas and backups have users of their own.',
  references: [REFERENCES.acl, REFERENCES.replication],
  attackPaths: ['AP-03'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +psync +replconf`]),
    good: withUsers('redis-7.2', [`user replica on ${HASH} -@all +psync +replconf +ping`]),
  },
};
