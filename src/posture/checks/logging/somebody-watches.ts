/** LOG-012: a MONITOR session sees every key and value. */

import type { Check } from '../../check.ts';
import { exampleClient, exampleFact } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const somebodyWatches: Check = {
  id: 'LOG-012',
  area: 'logging',
  title: 'Somebody is watching every command with MONITOR',
  goal: 'Nobody watches the commands of others',
  severity: 'high',
  rationale:
    'MONITOR shows the keys and values of all users; the right to it alone is enough, without any key pattern. A running MONITOR survives the loss of the right, and costs 1.8 to 3.6 times the processor time per command. Redis 6.0 shows passwords in MIGRATE.',
  evaluate: (snapshot) =>
    readFact(snapshot.clients, 'CLIENT LIST', (clients, from) => {
      const watching = clients.filter(
        ({ flags, lastCommand }) => flags.includes('O') || lastCommand.toLowerCase() === 'monitor',
      );
      return watching.length === 0
        ? pass('no client runs MONITOR', from)
        : fail(
            rows(watching, ({ address, user, ageSeconds }) =>
              evidence(`${address} as ${user} for ${ageSeconds} s`, from),
            ),
            watching
              .slice(0, 20)
              .map(({ id }) => byHand(`CLIENT KILL ID ${id}, and take +monitor from the user.`)),
          );
    }),
  remedy: 'End the session by CLIENT KILL and take MONITOR away from the user.',
  references: [REFERENCES.security, REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: '',
      facts: { clients: exampleFact([exampleClient({ user: 'ops', flags: 'O', lastCommand: 'monitor' })]) },
    },
    good: { server: 'redis-7.2', conf: '', facts: { clients: exampleFact([exampleClient({})]) } },
  },
};
