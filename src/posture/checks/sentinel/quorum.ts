/** SENT-006: how many Sentinels must agree that a primary is down. */

import type { Check } from '../../check.ts';
import { byHand, inMode, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { SENTINEL_CONF, watching } from './example-conf.ts';

export const quorum: Check = {
  id: 'SENT-006',
  area: 'sentinel',
  title: 'The quorum does not fit the number of Sentinels',
  goal: 'The quorum is a majority of the Sentinels',
  severity: 'medium',
  rationale:
    'With a quorum below the majority a few cut-off or captured Sentinels can call a primary down; with one above the number of Sentinels nothing is ever failed over. The failover itself always needs a majority.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'sentinel', () =>
      readFact(snapshot.sentinel, 'primaries that the Sentinel watches', ({ primaries }, from) => {
        const seen = primaries.filter(({ otherSentinels }) => otherSentinels > 0);
        if (seen.length === 0) return notApplicable('no other Sentinel is known here (SENT-007)');
        const bad = seen.flatMap(({ name, quorum: asked, otherSentinels }) => {
          const all = otherSentinels + 1;
          const majority = Math.floor(all / 2) + 1;
          return asked >= majority && asked <= all
            ? []
            : [
                {
                  name,
                  majority,
                  text: `${name}: quorum ${asked} of ${all} Sentinels, a majority is ${majority}`,
                },
              ];
        });
        return bad.length === 0
          ? pass(
              seen
                .map(
                  ({ name, quorum: asked, otherSentinels }) =>
                    `${name}: quorum ${asked} of ${otherSentinels + 1}`,
                )
                .join(', '),
              from,
            )
          : fail(
              bad.map(({ text }) => evidence(text, from)),
              bad.map(({ name, majority }) =>
                byHand(`SENTINEL SET ${name} quorum ${majority}, on every Sentinel.`),
              ),
            );
      }),
    ),
  remedy: 'SENTINEL SET name quorum to the majority, on every Sentinel.',
  references: [REFERENCES.sentinel, REFERENCES.sentinelValkey],
  attackPaths: ['AP-09'],
  examples: {
    bad: { server: 'redis-7.2', conf: SENTINEL_CONF, facts: watching({ quorum: 1, otherSentinels: 4 }) },
    good: { server: 'redis-7.2', conf: SENTINEL_CONF, facts: watching({ quorum: 2, otherSentinels: 2 }) },
  },
};
