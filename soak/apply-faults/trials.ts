/** Which trial belongs to a seed, and the fleets that trials are made on. */
import type { SplitNetwork } from '../../test/servers/fault-network.ts';
import type { Scene, SceneOptions } from './scene.ts';
import { planFault, planKill, type TrialPlan } from './trial.ts';

export interface ChosenTrial {
  readonly options: SceneOptions;
  /** Undefined: this machine does not let us. */
  readonly plan: (scene: Scene) => TrialPlan | undefined;
}

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
    { server: 'redis-7.0', kind: 'replicated', access: 'aclfile', network: network ?? 'impossible' },
  ];
  return fleets.map((fleet) => ({ ...fleet, main }));
}

/**
 * Even seeds kill the tool on the first fleet, at every place of its journal in turn, once to resume and once to undo;
 * odd ones go round the fleets and choose a fault.
 */
export function chooseTrial(fleets: readonly SceneOptions[], seed: number): ChosenTrial {
  const nth = Math.floor(seed / 2);
  const options = seed % 2 === 0 ? fleets[0] : fleets[nth % fleets.length];
  if (options === undefined) throw new Error('there is no fleet to try on');
  return { options, plan: (scene) => (seed % 2 === 0 ? planKill(scene, nth) : planFault(scene, seed)) };
}
