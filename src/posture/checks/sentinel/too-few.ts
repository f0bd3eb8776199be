/** SENT-007: fewer than three Sentinels cannot outvote a broken one. */

import type { Check } from '../../check.ts';
import { byHand, inMode, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { SENTINEL_CONF, watching } from './example-conf.ts';

export const tooFew: Check = {
  id: 'SENT-007',
  area: 'sentinel',
  title: 'Fewer than three Sentinels watch the primary',
  goal: 'At least three Sentinels watch each primary',
  severity: 'medium',
  rationale:
    'One or two Sentinels cannot form a majority when one of them is gone, and one that is captured decides alone.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'sentinel', () =>
      readFact(snapshot.sentinel, 'primaries that the Sentinel watches', ({ primaries }, from) => {
        if (primaries.length === 0) return notApplicable('the Sentinel watches nothing');
        const bad = primaries.filter(({ otherSentinels }) => otherSentinels < 2);
        if (bad.length === 0)
          return pass(
            primaries
              .map(({ name, otherSentinels }) => `${name}: ${otherSentinels + 1} Sentinels`)
              .join(', '),
            from,
          );
        if (snapshot.origin === 'files' && from.kind === 'file') {
          return {
            status: 'unknown',
            missing: 'the other Sentinels',
            why: 'a fresh sentinel.conf names none: they find each other at run time',
            look: 'audit the running Sentinel, or read: SENTINEL SENTINELS name',
          };
        }
        return fail(
          rows(bad, ({ name, otherSentinels }) => evidence(`${name}: ${otherSentinels + 1} Sentinels`, from)),
          [byHand('Run at least three Sentinels on hosts that fail apart from each other.')],
        );
      }),
    ),
  remedy: 'Run three or five Sentinels on separate hosts.',
  references: [REFERENCES.sentinel, REFERENCES.sentinelValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: SENTINEL_CONF, facts: watching({ otherSentinels: 1 }) },
    good: { server: 'redis-7.2', conf: SENTINEL_CONF, facts: watching({ otherSentinels: 2 }) },
  },
};
