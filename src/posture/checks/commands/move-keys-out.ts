/** CMD-013: MIGRATE connects to any host, RESTORE parses any payload. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['migrate', 'restore', 'restore-asking'];

export const moveKeysOut: Check = {
  id: 'CMD-013',
  area: 'commands',
  title: 'A user without need may send keys to other hosts',
  goal: 'Applications cannot MIGRATE or RESTORE',
  severity: 'high',
  rationale:
    'MIGRATE opens a connection from the server to any host and port and sends the keys there: data leaves, and ' +
    'services that trust the server are reached. Sent to itself it writes other databases as default. RESTORE feeds ' +
    'the parsers of the RDB format with payloads of the caller, where most memory bugs of the last years were.',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: COMMANDS,
      powerful: 'judged',
      risk: 'Keys leave to any host, and crafted payloads come in.',
    }),
  remedy: 'ACL SETUSER name -migrate -restore -restore-asking, or -@dangerous.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-03', 'AP-05'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@write -flushall -flushdb -swapdb`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@write -@dangerous`]),
  },
};
