/** SENT-001: who may tell a Sentinel what to do. */

import type { Check } from '../../check.ts';
import { byHand, inMode, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { SENTINEL_CONF } from './example-conf.ts';

const CLOSE = byHand(
  'Set requirepass (or an aclfile with default off) in every sentinel.conf, and sentinel sentinel-pass with it; then restart them one by one.',
);

export const openSentinel: Check = {
  id: 'SENT-001',
  area: 'sentinel',
  title: 'Whoever reaches the Sentinel may redirect every client',
  goal: 'Sentinels ask for credentials',
  severity: 'critical',
  rationale:
    'SENTINEL SET, MONITOR, REMOVE and FAILOVER change which server clients are sent to and which scripts run. A Sentinel without authentication gives that to everybody who reaches port 26379. ACL users work in Sentinels from 6.2.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'sentinel', () => {
      // Sentinels of 6.0 have no ACL command: what a stranger was answered tells as much.
      const answered = snapshot.listeners.known ? snapshot.listeners.value : [];
      const entered = snapshot.users.known ? undefined : answered.find(({ answer }) => answer === 'open');
      if (entered !== undefined)
        return fail(
          [
            evidence(`${entered.address} lets anyone in`, {
              kind: 'probe',
              address: entered.address,
              what: 'PING without AUTH',
            }),
          ],
          [CLOSE],
        );
      return readFact(snapshot.users, 'users of the Sentinel', (users) => {
        const open = users.find(({ user }) => user.name === 'default' && user.enabled && user.nopass);
        return open === undefined
          ? pass('the default user cannot be used without a password')
          : fail([evidence(open.text, open.from)], [CLOSE]);
      });
    }),
  remedy:
    'Give the Sentinels users of their own (6.2 and later) or requirepass, the same on all of them, and sentinel sentinel-user and sentinel-pass so that they still talk to each other.',
  references: [REFERENCES.sentinel, REFERENCES.sentinelValkey],
  attackPaths: ['AP-09', 'AP-06'],
  examples: {
    bad: { server: 'redis-7.2', conf: SENTINEL_CONF },
    good: { server: 'redis-7.2', conf: `${SENTINEL_CONF}requirepass an-example-password\n` },
  },
};
