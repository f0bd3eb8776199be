/** LOG-008: how long records are kept is decided elsewhere. */

import type { Check } from '../../check.ts';
import { holdingData } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { notApplicable } from '../../verdict.ts';
import { SENTINEL_CONF } from '../sentinel/example-conf.ts';

export const retentionUnproven: Check = {
  id: 'LOG-008',
  area: 'logging',
  title: 'Nobody has shown how long logs are kept',
  goal: 'Logs are kept as long as asked',
  severity: 'low',
  rationale:
    'The server keeps no log beyond its file and ACL LOG in memory; a restart empties ACL LOG. Retention belongs to the store that the log is sent to.',
  evaluate: (snapshot, context) => {
    const days = context.expected.review.logRetentionDays;
    return holdingData(snapshot, () =>
      days === undefined
        ? notApplicable('no retention is asked for at this level')
        : {
            status: 'manual',
            instruction: `Show a server log and ACL LOG entries that are ${days} days old.`,
          },
    );
  },
  remedy: 'Ship the log and ACL LOG to a store with a retention rule, and test a search in its oldest part.',
  references: [REFERENCES.aclLog],
  examples: {
    bad: { server: 'redis-7.2', conf: '' },
    good: { server: 'redis-7.2', conf: SENTINEL_CONF },
  },
};
