// A sample of the applies that `npm run soak -- apply-faults` disturbs: the seeds name the disturbance.
import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';

import { openScene, type Scene, type SceneOptions } from '../../soak/apply-faults/scene.ts';
import { runTrial } from '../../soak/apply-faults/trial.ts';
import { chooseTrial, fleetsOf } from '../../soak/apply-faults/trials.ts';
import { MAIN } from '../cli/run.ts';
import { availableServers, canSplitNetwork, splitNetwork } from '../servers/index.ts';

const main = process.env['WARDIS_MAIN'] ?? MAIN;
const network = canSplitNetwork() ? splitNetwork() : undefined;
const fleets = fleetsOf(main, network);
const scenes = new Map<SceneOptions, Scene>();
const ids = new Set(availableServers().map(({ id }) => id));

async function sceneOf(options: SceneOptions): Promise<Scene> {
  const scene = scenes.get(options) ?? (await openScene(options));
  scenes.set(options, scene);
  return scene;
}

afterAll(async () => {
  for (const scene of scenes.values()) await scene.stop();
  network?.stop();
});

/** Three runs of the tool, one of them perhaps against a node that does not answer. */
const TRIAL_TIMEOUT_MS = 90_000;

/** On fleets of one and of three: even ones kill the tool at a place of its journal, odd ones are any other fault. */
const SEEDS = [8, 44, 68, 120, 150, 19, 21, 53, 57, 73, 127, 399, 309, 469, 507];

describe('an apply that is disturbed leaves each node old or new, and nobody locked out', () => {
  it('has a program to run', () => {
    expect(existsSync(main), 'npm run build first').toBe(true);
  });

  for (const seed of SEEDS) {
    const { options, plan } = chooseTrial(fleets, seed);
    it(`seed ${seed}: ${options.server}, ${options.kind}`, { timeout: TRIAL_TIMEOUT_MS }, async (context) => {
      if (options.network === 'impossible') context.skip('no rights to split the network');
      if (!ids.has(options.server)) context.skip(`${options.server} is not on this machine`);
      const scene = await sceneOf(options);
      const trial = plan(scene);
      if (trial === undefined) return context.skip('no rights to mount');
      const result = await runTrial(scene, trial);
      await scene.reset();
      expect(result.problems, result.words).toEqual([]);
      expect(result.happened, result.words).toBe(true);
    });
  }
});
