/** LIM-003: more clients than the process may have files. */

import type { Check } from '../../check.ts';
import { exampleUnit } from '../../example.ts';
import { byHand, readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

/** Descriptors that the server keeps for itself (CONFIG_MIN_RESERVED_FDS in server.h). */
const RESERVED = 32;

export const tooFewDescriptors: Check = {
  id: 'LIM-003',
  area: 'limits',
  title: 'maxclients is higher than the files that the process may open',
  goal: 'The process may open a file for each allowed client',
  severity: 'low',
  rationale:
    'The server needs a descriptor per client and 32 for itself. If the limit is lower it lowers maxclients at start with a warning in the log, or, started by a unit that limits it, refuses connections under load.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['maxclients'], ({ maxclients }) =>
      readFact(snapshot.unit, 'the systemd unit', ({ name, service }, from) => {
        const limit = service.get('LimitNOFILE');
        if (limit === undefined)
          return {
            status: 'unknown',
            missing: 'LimitNOFILE',
            why: `${name} does not set it`,
            look: `read: systemctl show ${name} -p LimitNOFILE`,
          };
        const files = limit === 'infinity' ? Number.POSITIVE_INFINITY : Number(limit.split(':')[0]);
        const needed = Number(maxclients.value) + RESERVED;
        return files >= needed
          ? pass(`LimitNOFILE=${limit}, maxclients ${maxclients.value}`, from)
          : fail(
              [evidence(`LimitNOFILE=${limit}, maxclients ${maxclients.value}`, from)],
              [byHand(`Set LimitNOFILE=${needed} or more in the unit, or lower maxclients.`)],
            );
      }),
    ),
  remedy: 'Raise LimitNOFILE in the unit, or lower maxclients.',
  references: [REFERENCES.clients, REFERENCES.clientsValkey],
  attackPaths: ['AP-07'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'maxclients 10000\n', facts: exampleUnit({ LimitNOFILE: '1024' }) },
    good: { server: 'redis-7.2', conf: 'maxclients 10000\n', facts: exampleUnit({ LimitNOFILE: '65535' }) },
  },
};
