/** SENT-004: auth-pass without auth-user is a login as default. */

import type { Check } from '../../check.ts';
import { setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { SENTINEL_CONF } from './example-conf.ts';
import { readSentinelLines } from './sentinel-lines.ts';

export const sentinelLogsInAsDefault: Check = {
  id: 'SENT-004',
  area: 'sentinel',
  title: 'The Sentinel logs in to the servers as the default user',
  goal: 'Sentinels have a user of their own on the servers',
  severity: 'medium',
  rationale:
    'sentinel auth-pass alone logs in as default, so that user must stay on with wide rights, and its password lies in clear in sentinel.conf, which the Sentinel rewrites itself. sentinel auth-user exists since 6.0.',
  evaluate: (snapshot, context) =>
    readSentinelLines(snapshot, (lines) => {
      const named = new Set(lines.filter(({ verb }) => verb === 'auth-user').map(({ args }) => args[0]));
      const passwords = lines.filter(({ verb }) => verb === 'auth-pass');
      if (passwords.length === 0) return notApplicable('no auth-pass is set');
      if (!context.expected.users.named) return notApplicable('named users are not asked for at this level');
      const bad = passwords.filter(({ args }) => !named.has(args[0]));
      return bad.length === 0
        ? pass(`auth-user is set for ${[...named].join(', ')}`)
        : fail(
            rows(bad, ({ args, from }) =>
              evidence(`sentinel auth-pass ${args[0] ?? ''} without auth-user`, from),
            ),
            bad.map(({ args }) => setAndRestart('sentinel auth-user', `${args[0] ?? ''} sentinel`)),
          );
    }),
  remedy: 'Create a user for Sentinel on every server and name it by sentinel auth-user.',
  references: [REFERENCES.sentinel, REFERENCES.sentinelValkey],
  attackPaths: ['AP-09', 'AP-10'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'port 26379\nsentinel monitor main 10.0.0.5 6379 2\nsentinel auth-pass main an-example-password\n',
    },
    good: { server: 'redis-7.2', conf: SENTINEL_CONF },
  },
};
