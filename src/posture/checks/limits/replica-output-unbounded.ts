/** LIM-009: a replica or subscriber that falls behind. */

import type { Check } from '../../check.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const replicaOutputUnbounded: Check = {
  id: 'LIM-009',
  area: 'limits',
  title: 'A slow replica or subscriber can fill the memory of the server',
  goal: 'Output buffers of replicas and subscribers are bounded',
  severity: 'medium',
  rationale:
    'The defaults bound replicas at 256 MB and subscribers at 32 MB. Set to 0, one subscriber that stops reading takes all memory.',
  evaluate: (snapshot) =>
    readSettings(
      snapshot,
      ['client-output-buffer-limit'],
      ({ 'client-output-buffer-limit': { value, from } }) => {
        const words = value.toLowerCase().split(/\s+/);
        const open = [['slave', 'replica'], ['pubsub']].filter((names) => {
          const at = words.findIndex((word) => names.includes(word));
          return at >= 0 && /^0+$/.test(words[at + 1] ?? '') && /^0+$/.test(words[at + 2] ?? '');
        });
        return open.length === 0
          ? pass(`client-output-buffer-limit ${value}`, from)
          : fail(
              [evidence(`client-output-buffer-limit ${value}`, from)],
              open.map(([name]) =>
                set(
                  'client-output-buffer-limit',
                  name === 'pubsub' ? 'pubsub 32mb 8mb 60' : 'replica 256mb 64mb 60',
                ),
              ),
            );
      },
    ),
  remedy: 'Set the bounds back to their defaults or above.',
  references: [REFERENCES.clients, REFERENCES.clientsValkey],
  attackPaths: ['AP-07'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'client-output-buffer-limit pubsub 0 0 0\n' },
    good: { server: 'redis-7.2', conf: '' },
  },
};
