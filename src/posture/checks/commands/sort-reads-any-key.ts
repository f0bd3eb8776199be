/** CMD-020: SORT with BY and GET reads any key on 6.x. */

import type { Check } from '../../check.ts';
import { before, SEVEN } from '../../conf-reading.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { isKeyLimited, judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['sort'];

export const sortReadsAnyKey: Check = {
  id: 'CMD-020',
  area: 'commands',
  title: 'A confined user may read any key by SORT',
  goal: 'Users with key patterns cannot SORT on 6.x',
  severity: 'high',
  rationale:
    'Up to 6.2 the keys of SORT … BY and GET are not checked: SORT app:l BY nosort GET secret:* returns the secret to ' +
    'a user of ~app:*. From 7.0 on the server refuses it without the right to read every key.',
  appliesWhen: before(SEVEN, 'from 7.0 on SORT checks the keys of BY and GET'),
  evaluate: (snapshot) =>
    readFact(snapshot.product, 'the version of the server', () =>
      judgeGrant(snapshot, {
        commands: COMMANDS,
        powerful: 'left',
        only: isKeyLimited,
        risk: 'Its holder reads the keys of every application.',
      }),
    ),
  remedy: 'ACL SETUSER name -sort, or -@dangerous; or run 7.0 or later.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11', 'AP-12'],
  examples: {
    bad: withUsers('redis-6.2', [`user app on ${HASH} ~app:* -@all +@read +sort`]),
    good: withUsers('redis-6.2', [`user app on ${HASH} ~app:* -@all +@read -sort`]),
  },
};
