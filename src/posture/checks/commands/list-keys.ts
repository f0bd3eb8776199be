/** CMD-014: SCAN, KEYS and RANDOMKEY show key names of everybody. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { isKeyLimited, judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['keys', 'scan', 'randomkey', 'clusterscan', 'cluster|getkeysinslot'];

export const listKeys: Check = {
  id: 'CMD-014',
  area: 'commands',
  title: 'A confined user may list the keys of the others',
  goal: 'Users with key patterns cannot list key names',
  severity: 'medium',
  rationale:
    'Key patterns are checked on keys that a command names. KEYS, SCAN, RANDOMKEY, and CLUSTERSCAN on Valkey 9.1, ' +
    'name none: they show the keys of all tenants, and key names hold customer numbers and mail addresses. ' +
    '-@dangerous takes KEYS away and leaves SCAN and RANDOMKEY.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      powerful: 'left',
      only: isKeyLimited,
      risk: 'Its holder sees the key names of every application.',
    }),
  remedy:
    'ACL SETUSER name -keys -scan -randomkey; give each tenant a server or, on Valkey 9.1, a database of its own ' +
    'where it must list keys.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read -@dangerous`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read -@dangerous -scan -randomkey`]),
  },
};
