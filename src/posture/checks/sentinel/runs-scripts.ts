/** SENT-008: programs that a Sentinel runs on every event. */

import type { Check } from '../../check.ts';
import { examplePaths } from '../../example.ts';
import { byHand, combine, printMode, readPath } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { SENTINEL_CONF } from './example-conf.ts';
import { readSentinelLines } from './sentinel-lines.ts';

const VERBS = new Set(['notification-script', 'client-reconfig-script']);

export const runsScripts: Check = {
  id: 'SENT-008',
  area: 'sentinel',
  title: 'The Sentinel runs a script that others may change',
  goal: 'Scripts that a Sentinel runs belong to root and are written by root only',
  severity: 'high',
  rationale:
    'notification-script and client-reconfig-script run as the Sentinel’s user on every event. Whoever may write the file runs code there; one in /tmp is a sign of intrusion.',
  evaluate: (snapshot) =>
    readSentinelLines(snapshot, (lines) => {
      const scripts = lines.filter(({ verb }) => VERBS.has(verb));
      if (scripts.length === 0) return pass('no scripts are configured');
      return combine(
        scripts.map(({ verb, args, from }) => {
          const path = args[1] ?? '';
          if (/^\/(?:tmp|var\/tmp|dev\/shm)\//.test(path))
            return fail(
              [evidence(`sentinel ${verb} ${path}`, from)],
              [byHand(`Find out who put ${path} there, and remove the line.`)],
            );
          return readPath(snapshot, path, ({ mode, owner }, at) => {
            const seen = `${path} has mode ${printMode(mode)}, owner ${owner}`;
            return (mode & 0o022) === 0
              ? pass(seen, at)
              : fail([evidence(seen, at)], [{ kind: 'file-mode', path, mode: '0755', owner: 'root' }]);
          });
        }),
      );
    }),
  remedy: 'chown root and chmod 0755 the script, or remove the line.',
  references: [REFERENCES.sentinel, REFERENCES.sentinelValkey],
  attackPaths: ['AP-09'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: `${SENTINEL_CONF}sentinel notification-script main /opt/notify.sh\n`,
      facts: examplePaths({ '/opt/notify.sh': { mode: 0o777 } }),
    },
    good: { server: 'redis-7.2', conf: SENTINEL_CONF },
  },
};
