/** FILE-009: lines that the server cannot read as words. */

import type { Check } from '../../check.ts';
import { judgeConfProblems } from '../../conf-judgement.ts';
import { REFERENCES } from '../../reference.ts';

export const unreadableConf: Check = {
  id: 'FILE-009',
  area: 'files',
  title: 'The conf file cannot be read as lines of words',
  goal: 'The conf file is plain text with balanced quotes',
  severity: 'high',
  rationale:
    'Unbalanced quotes, NUL bytes and a byte order mark stop the start, or hide what follows: a NUL ends the file for ' +
    'the server. Quotes inside a word are joined by Valkey 9.1 and refused by all others.',
  evaluate: (snapshot) =>
    judgeConfProblems(
      snapshot,
      ['unbalanced-quotes', 'nul-byte', 'byte-order-mark', 'conf-too-large'],
      'every line can be read',
    ),
  remedy: 'Correct the line; save the file as UTF-8 without a byte order mark.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: 'logfile "/var/log/redis.log\n' },
    good: { server: 'redis-7.2', conf: 'logfile "/var/log/redis.log"\n' },
  },
};
