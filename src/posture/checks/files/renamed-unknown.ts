/** FILE-013: a rename-command line for a command that is not there. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const renamedUnknown: Check = {
  id: 'FILE-013',
  area: 'files',
  title: 'rename-command names an unknown command',
  goal: 'Every rename-command line names a command',
  severity: 'high',
  rationale:
    'The server refuses to start: No such command in rename-command. That happens for a misspelling, and for a ' +
    'command that an earlier line renamed.',
  evaluate: (snapshot) =>
    judgeConfProblems(snapshot, ['rename-command-unknown'], 'every rename-command line names a command'),
  remedy: 'Remove the line, and deny the command by user rights.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: 'rename-command FLUSHALL ""\nrename-command FLUSHALL x\n' },
    good: { server: 'redis-7.2', conf: 'port 6379\n' },
  },
};
