/** CMD-003: CONFIG SET is control of the server. */

import type { Check } from '../../check.ts';
import { raiseWhenPublic } from '../../exposure.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

const COMMANDS = ['config|set', 'config|rewrite'];

export const changeConfiguration: Check = {
  id: 'CMD-003',
  area: 'commands',
  title: 'A user without need may change the configuration',
  goal: 'Only administrators may CONFIG SET',
  severity: 'high',
  rationale:
    'CONFIG SET requirepass replaces every password of the default user, even beside an ACL file: AUTH with the new ' +
    'one and the server is taken. Before 7.0 dir and dbfilename can be set too. +config|get gives the reading alone; ' +
    '`+config` because a client was refused gives both.',
  evaluate: (snapshot, context) =>
    raiseWhenPublic(
      context,
      judgeGrant(snapshot, {
        commands: COMMANDS,
        duties: ['sentinel'],
        powerful: 'judged',
        risk: 'Its holder becomes the default user.',
      }),
      'critical',
    ),
  remedy: 'ACL SETUSER name -config +config|get (up to 6.2: -config, then +config|get).',
  references: [REFERENCES.acl],
  attackPaths: ['AP-01', 'AP-10'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +config`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +config|get`]),
  },
};
