// A sample of the rotations that `npm run soak -- tls-rotate` does under load: the seeds name what is rotated, and what goes wrong.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { openScene, type SceneOptions } from '../../soak/tls-rotate/scene.ts';
import { planTrial, runTrial } from '../../soak/tls-rotate/trial.ts';
import { MAIN } from '../cli/run.ts';
import { availableServers } from '../servers/index.ts';

const main = process.env['WARDIS_MAIN'] ?? MAIN;
const ids = new Set(availableServers().map(({ id }) => id));
const TIMEOUT_MS = 180_000;

const SAMPLES: readonly (Omit<SceneOptions, 'main'> & { readonly seeds: readonly number[] })[] = [
  // Leaves while the program is killed, then the authority.
  { server: 'redis-7.0', kind: 'replicated', seeds: [0, 9] },
  // Leaves: Sentinels are restarted one after another.
  { server: 'redis-8.0', kind: 'sentinel', seeds: [6] },
  // Leaves after a pair that does not fit was refused.
  { server: 'valkey-9.1', kind: 'cluster', seeds: [4] },
];

describe('a rotation under load drops no connection and fails no command', () => {
  it('has a program to run', () => {
    expect(existsSync(main), 'npm run build first').toBe(true);
  });

  for (const { server, kind, seeds } of SAMPLES) {
    it(`${server}, ${kind}: seeds ${seeds.join(', ')}`, { timeout: TIMEOUT_MS }, async (context) => {
      if (!ids.has(server)) context.skip(`${server} is not on this machine`);
      const scene = await openScene({ server, kind, main });
      try {
        for (const seed of seeds) {
          const result = await runTrial(scene, planTrial(seed), seed);
          expect(result, `seed ${seed}`).toMatchObject({ problems: [], happened: true });
        }
        const counted = await scene.traffic.stop();
        expect(counted).toMatchObject({ failed: 0, dropped: 0 });
        expect(counted.commands).toBeGreaterThan(1000);
        expect(counted.handshakes).toBeGreaterThan(20);
        expect(counted.resumed).toBeGreaterThan(5);
      } finally {
        await scene.stop();
      }
    });
  }
});
