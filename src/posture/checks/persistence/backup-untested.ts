/** DATA-010: only a restore shows that a backup is one. */

import type { Check } from '../../check.ts';
import { holdingData } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { notApplicable } from '../../verdict.ts';

export const backupUntested: Check = {
  id: 'DATA-010',
  area: 'persistence',
  title: 'Nobody has shown that a backup can be restored',
  goal: 'Backups are taken off the host and restored as a test',
  severity: 'medium',
  rationale:
    'Replication copies mistakes and deletions at once; it is no backup. RDB files on the same host go with the host. A server cannot tell whether a copy exists elsewhere or would load.',
  evaluate: (snapshot, context) =>
    holdingData(snapshot, () =>
      context.expected.request.level === 'basic'
        ? notApplicable('backups are not asked for at this level')
        : {
            status: 'manual',
            instruction:
              'Name the last backup that was restored on another host, when, and how long it took.',
          },
    ),
  remedy:
    'Copy RDB files off the host on a schedule, encrypted, and restore one regularly on a scratch server.',
  references: [REFERENCES.persistence, REFERENCES.persistenceValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'appendonly yes\n' },
    good: { server: 'redis-7.2', conf: 'port 26379\nsentinel monitor main 10.0.0.5 6379 2\n' },
  },
};
