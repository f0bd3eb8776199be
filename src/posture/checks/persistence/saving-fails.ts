/** DATA-013: the server itself says that it could not write. */

import type { Check } from '../../check.ts';
import { exampleInfo } from '../../example.ts';
import { byHand, holdingData, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const FIELDS = ['rdb_last_bgsave_status', 'aof_last_bgrewrite_status', 'aof_last_write_status'];

export const savingFails: Check = {
  id: 'DATA-013',
  area: 'persistence',
  title: 'The last attempt to save the data failed',
  goal: 'Saving works',
  severity: 'high',
  rationale:
    'INFO persistence tells how the last snapshot and the last write of the log ended. An error means a full disk, wrong permissions, too little memory to fork, or an intruder’s dir; until it is mended a restart loses data.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readFact(snapshot.info, 'INFO persistence', (info, from) => {
        const told = FIELDS.filter((field) => info.has(field));
        if (told.length === 0)
          return {
            status: 'unknown',
            missing: 'INFO persistence',
            why: 'the section was not given',
            look: 'read: redis-cli INFO persistence',
          };
        const bad = told.filter((field) => info.get(field) !== 'ok');
        return bad.length === 0
          ? pass(told.map((field) => `${field}:ok`).join(', '), from)
          : fail(
              bad.map((field) => evidence(`${field}:${info.get(field) ?? ''}`, from)),
              [byHand('Read the server log for the cause, mend it, then run BGSAVE and look again.')],
            );
      }),
    ),
  remedy: 'Find the cause in the server log: disk space, permissions of dir, memory for the fork.',
  references: [REFERENCES.persistence, REFERENCES.admin],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: '',
      facts: exampleInfo({ rdb_last_bgsave_status: 'err', aof_last_write_status: 'ok' }),
    },
    good: {
      server: 'redis-7.2',
      conf: '',
      facts: exampleInfo({ rdb_last_bgsave_status: 'ok', aof_last_write_status: 'ok' }),
    },
  },
};
