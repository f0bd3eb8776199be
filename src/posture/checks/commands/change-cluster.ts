/** CMD-018: CLUSTER RESET, FORGET, MEET and the rest change the cluster. */

import type { Check } from '../../check.ts';
import { inMode } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = [
  'cluster|reset',
  'cluster|forget',
  'cluster|meet',
  'cluster|failover',
  'cluster|replicate',
  'cluster|setslot',
  'cluster|addslots',
  'cluster|delslots',
  'cluster|flushslots',
  'cluster|flushslot',
  'cluster|migrateslots',
];

export const changeCluster: Check = {
  id: 'CMD-018',
  area: 'commands',
  title: 'A user without need may change the cluster',
  goal: 'Only administrators may change the cluster',
  severity: 'high',
  rationale:
    'CLUSTER MEET brings a node of the attacker in, REPLICATE and FAILOVER move the data, RESET and FORGET tear the ' +
    'cluster apart. +cluster, added because a client was refused CLUSTER SLOTS, grants them all.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'cluster', () =>
      judgeGrant(snapshot, {
        commands: COMMANDS,
        powerful: 'limited',
        risk: 'Its holder takes nodes out, or brings in nodes of his own.',
      }),
    ),
  remedy: 'ACL SETUSER name -cluster +cluster|slots +cluster|shards +cluster|nodes.',
  references: [REFERENCES.acl, REFERENCES.cluster],
  attackPaths: ['AP-08'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +cluster`], {
      conf: 'cluster-enabled yes\n',
    }),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +cluster|slots +cluster|shards`], {
      conf: 'cluster-enabled yes\n',
    }),
  },
};
