/** Which trial belongs to a seed, and the fleets that trials are made on. */
import type { SplitNetwork } from '../../test/servers/fault-network.ts';
import type { Scene, SceneOptions } from './scene.ts';
import { planFault, planKill, type TrialPlan } from './trial.ts';

export interface ChosenTrial {
  readonly options: SceneOptions;
  readonly plan: (scene: Scene) => TrialPlan;
}

/** Fleets on which the tool is killed at every place of its journal: the small ones come first. */
const KILL_FLEETS = 2;

export function fleetsOf(main: string, network: SplitNetwork | undefined): readonly SceneOptions[] {
  const fleets: readonly Omit<SceneOptions, 'main'>[] = [
    { server: 'redis-7.0', kind: 'standalone', access: 'conf' },
    { server: 'valkey-9.1', kind: 'replicated', access: 'aclfile' },
    { server: 'redis-7.0', kind: 'replicated', access: 'aclfile' },
    { server: 'valkey-9.1', kind: 'standalone', access: 'aclfile' },
    { server: 'redis-7.0', kind: 'sentinel', access: 'aclfile' },
    { server: 'valkey-9.1', kind: 'sentinel', access: 'conf' },
    { server: 'redis-7.0', kind: 'cluster', access: 'conf' },
    { server: 'valkey-9.1', kind: 'cluster', access: 'aclfile' },
    ...(network === undefined
      ? []
      : [{ server: 'redis-7.0', kind: 'replicated' as const, access: 'aclfile' as const, network }]),
  ];
  return fleets.map((fleet) => ({ ...fleet, main }));
}

/** Consecutive seeds walk through every place of the journal and every fleet. */
export function chooseTrial(fleets: readonly SceneOptions[], seed: number): ChosenTrial {
  const nth = Math.floor(seed / 2);
  const options =
    seed % 2 === 0 ? fleets[nth % Math.min(KILL_FLEETS, fleets.length)] : fleets[nth % fleets.length];
  if (options === undefined) throw new Error('there is no fleet to try on');
  return {
    options,
    plan: (scene) =>
      seed % 2 === 0 ? planKill(scene, Math.floor(nth / KILL_FLEETS)) : planFault(scene, seed),
  };
}
