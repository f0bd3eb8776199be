/** CMD-011: DEBUG where the server still allows it. */

import type { Check } from '../../check.ts';
import { readFact, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { pass } from '../../verdict.ts';

export const debugServer: Check = {
  id: 'CMD-011',
  area: 'commands',
  title: 'A user without need may run DEBUG',
  goal: 'DEBUG is closed, or only administrators hold it',
  severity: 'high',
  rationale:
    'DEBUG stops the server (SEGFAULT, SLEEP), reads any key without a check (OBJECT, DIGEST-VALUE) and changes internals. ' +
    'Up to 6.2 it is open to whoever holds it; from 7.0 on enable-debug-command must allow it, which is no by default.',
  evaluate: (snapshot) =>
    readFact(snapshot.product, 'the server version', () => {
      if (settingValue(snapshot, 'enable-debug-command') === 'no')
        return pass('enable-debug-command no: the server refuses DEBUG to everybody');
      return judgeGrant(snapshot, {
        commands: ['debug', 'debug|segfault', 'debug|sleep', 'debug|object'],
        powerful: 'judged',
        risk: 'Its holder stops the server or reads any key.',
      });
    }),
  remedy: 'ACL SETUSER name -debug, and enable-debug-command no (the default from 7.0 on).',
  references: [REFERENCES.acl],
  attackPaths: ['AP-16'],
  examples: {
    bad: withUsers('redis-6.2', [`user app on ${HASH} ~app:* +get +debug`]),
    good: withUsers('redis-6.2', [`user app on ${HASH} ~app:* +get`]),
  },
};
