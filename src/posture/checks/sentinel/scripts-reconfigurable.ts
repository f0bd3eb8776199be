/** SENT-002: scripts that a client may set are commands that a client may run. */

import type { Check } from '../../check.ts';
import { inMode, readFact, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { SENTINEL_CONF } from './example-conf.ts';

export const scriptsReconfigurable: Check = {
  id: 'SENT-002',
  area: 'sentinel',
  title: 'Clients may set the scripts that the Sentinel runs',
  goal: 'Scripts are set in the file only',
  severity: 'high',
  rationale:
    'With sentinel deny-scripts-reconfig no, SENTINEL SET changes notification-script and client-reconfig-script at run time: the Sentinel then runs any program that is on the host. The default is yes.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'sentinel', () =>
      readFact(snapshot.sentinel, 'deny-scripts-reconfig', ({ denyScriptsReconfig }, from) => {
        if (denyScriptsReconfig === undefined)
          return {
            status: 'unknown',
            missing: 'deny-scripts-reconfig',
            why: 'a running Sentinel does not tell it',
            look: 'read sentinel.conf: grep deny-scripts-reconfig',
          };
        return denyScriptsReconfig
          ? pass('sentinel deny-scripts-reconfig yes', from)
          : fail(
              [evidence('sentinel deny-scripts-reconfig no', from)],
              [setAndRestart('sentinel deny-scripts-reconfig', 'yes')],
              'Whoever may send SENTINEL SET runs programs on this host.',
            );
      }),
    ),
  remedy: 'Set sentinel deny-scripts-reconfig yes in sentinel.conf and restart the Sentinel.',
  references: [REFERENCES.sentinel, REFERENCES.sentinelValkey],
  attackPaths: ['AP-09'],
  examples: {
    bad: { server: 'redis-7.2', conf: `${SENTINEL_CONF}sentinel deny-scripts-reconfig no\n` },
    good: { server: 'redis-7.2', conf: SENTINEL_CONF },
  },
};
