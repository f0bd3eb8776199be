/** CMD-006: REPLICAOF hands the server to another primary. */

import type { Check } from '../../check.ts';
import { raiseWhenPublic } from '../../exposure.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['replicaof', 'slaveof', 'failover', 'cluster|replicate'];

export const changePrimary: Check = {
  id: 'CMD-006',
  area: 'commands',
  title: 'A user without need may choose the primary',
  goal: 'Only administrators and Sentinel may change replication',
  severity: 'high',
  rationale:
    'REPLICAOF to a host of the attacker empties the server and runs whatever the new primary sends, ACL SETUSER ' +
    'included, without any check of rights (seen on every version up to 8.0.6 and 9.1.2). FAILOVER with a fake ' +
    'replica and CLUSTER REPLICATE end in the same place.',
  evaluate: (snapshot, context) =>
    raiseWhenPublic(
      context,
      judgeGrant(snapshot, {
        commands: COMMANDS,
        duties: ['sentinel'],
        powerful: 'judged',
        risk: 'Its holder replaces data and users.',
      }),
      'critical',
    ),
  remedy: 'ACL SETUSER name -@dangerous, or -replicaof -slaveof -failover.',
  references: [REFERENCES.acl, REFERENCES.replication],
  attackPaths: ['AP-02', 'AP-03'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +replicaof`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* -@all +get +set`]),
  },
};
