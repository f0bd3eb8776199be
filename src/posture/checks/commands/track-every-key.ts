/** CMD-019: CLIENT TRACKING in broadcasting mode names every key that changes. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { isKeyLimited, judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['client|tracking'];

export const trackEveryKey: Check = {
  id: 'CMD-019',
  area: 'commands',
  title: 'A confined user may be told of every changed key',
  goal: 'Users with key patterns cannot use broadcast tracking',
  severity: 'low',
  rationale:
    'CLIENT TRACKING ON BCAST without a prefix sends the name of every key that changes, of all tenants; patterns are ' +
    'not looked at. It is in @connection, as CLIENT SETNAME is.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      powerful: 'left',
      only: isKeyLimited,
      risk: 'Its holder hears the names of all keys that change.',
    }),
  remedy:
    'ACL SETUSER name -client|tracking (up to 6.2: -client); libraries with client-side caching work without broadcasting only where they ' +
    'may track.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +client|tracking`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* -@all +get +set`]),
  },
};
