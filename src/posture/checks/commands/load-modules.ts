/** CMD-005: MODULE LOAD runs native code as the server. */

import type { Check } from '../../check.ts';
import { settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { pass } from '../../verdict.ts';

const COMMANDS = ['module|load', 'module|loadex'];

export const loadModules: Check = {
  id: 'CMD-005',
  area: 'commands',
  title: 'A user without need may load modules',
  goal: 'Only administrators may load modules, and no server lets them at run time',
  severity: 'critical',
  rationale:
    'A module is native code in the server process. Up to 6.2 MODULE LOAD is open to whoever holds the command; from ' +
    '7.0 on enable-module-command must allow it, which is no by default. With REPLICAOF a file can be brought along.',
  evaluate: (snapshot) => {
    const verdict = judgeGrant(snapshot, {
      commands: COMMANDS,
      powerful: 'judged',
      risk: 'Its holder runs code as the account of the server.',
    });
    const gate = settingValue(snapshot, 'enable-module-command');
    return verdict.status === 'fail' && gate === 'no'
      ? pass('enable-module-command no: the server refuses MODULE LOAD to everybody')
      : verdict;
  },
  remedy: 'ACL SETUSER name -module, and enable-module-command no.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-02'],
  examples: {
    bad: withUsers('redis-6.2', [`user app on ${HASH} ~app:* +get +module`]),
    good: withUsers('redis-6.2', [`user app on ${HASH} ~app:* -@all +get +set`]),
  },
};
