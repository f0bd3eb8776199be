/** SENT-003: a Sentinel that cannot log in cannot fail over. */

import type { Check } from '../../check.ts';
import { byHand, inMode, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { SENTINEL_CONF } from './example-conf.ts';

export const noLoginToPrimary: Check = {
  id: 'SENT-003',
  area: 'sentinel',
  title: 'The Sentinel does not log in to the servers that it watches',
  goal: 'Sentinels log in to the servers that they watch',
  severity: 'medium',
  rationale:
    'Without sentinel auth-pass the servers must be open to be watched. If they are not, the Sentinel sees them as down and fails over again and again, or never.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'sentinel', () =>
      readFact(snapshot.sentinel, 'primaries that the Sentinel watches', ({ primaries }, from) => {
        if (primaries.length === 0) return notApplicable('the Sentinel watches nothing');
        const bad = primaries.filter(({ authenticates }) => authenticates === false);
        if (bad.length === 0 && primaries.some(({ authenticates }) => authenticates === undefined)) {
          return {
            status: 'unknown',
            missing: 'auth-pass',
            why: 'a running Sentinel does not tell it',
            look: 'read sentinel.conf: grep auth-pass',
          };
        }
        return bad.length === 0
          ? pass(`auth-pass is set for ${primaries.map(({ name }) => name).join(', ')}`, from)
          : fail(
              rows(bad, ({ name, address }) => evidence(`${name} (${address}): no auth-pass`, from)),
              [
                byHand(
                  'Create a sentinel user on every server and set sentinel auth-user and auth-pass for each primary.',
                ),
              ],
            );
      }),
    ),
  remedy:
    'Create a user for Sentinel on every server, then set sentinel auth-user and sentinel auth-pass for each watched primary.',
  references: [REFERENCES.sentinel, REFERENCES.sentinelValkey],
  attackPaths: ['AP-06', 'AP-09'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'port 26379\nsentinel monitor main 10.0.0.5 6379 2\n' },
    good: { server: 'redis-7.2', conf: SENTINEL_CONF },
  },
};
