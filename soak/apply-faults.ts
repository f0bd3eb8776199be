/**
 * Applies that are disturbed, on real fleets: nodes killed and paused, replies cut, disks full, failovers, a network that
 * splits, another administrator, and the tool itself killed at every place of its journal; then resumed or undone.
 * After each: nobody is locked out, no user is lost, every node is old or new, and the journal says which. A line for
 * each failure and one for the whole; exits 1 on a failure. Even seeds walk through the journal: 400 runs meet every
 * place of it, once to resume and once to undo. Odd ones choose a fault.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { canSplitNetwork, splitNetwork } from '../test/servers/fault-network.ts';
import { printLine, readOptions } from './acl/options.ts';
import { openScene, type Scene, type SceneOptions } from './apply-faults/scene.ts';
import { chooseTrial, fleetsOf } from './apply-faults/trials.ts';
import { runTrial } from './apply-faults/trial.ts';

const RUNS_DEFAULT = 400;

const options = readOptions(RUNS_DEFAULT);
const main = process.env['WARDIS_MAIN'] ?? join(process.cwd(), 'dist/cli/main.js');
if (!existsSync(main)) {
  console.error('npm run build first');
  process.exit(2);
}
const network = canSplitNetwork() ? splitNetwork() : undefined;

const fleets = fleetsOf(main, network).filter(
  ({ server }) => options.servers.length === 0 || options.servers.includes(server),
);
const scenes = new Map<SceneOptions, Scene>();
const counts = new Map<string, number>();
let failures = 0;
let runs = 0;
for (let i = 0; i < options.runs; i += 1) {
  const seed = (options.seed + i) >>> 0;
  const fleet = chooseTrial(fleets, seed);
  if (fleet.options.network === 'impossible') {
    count('left out: no rights to split the network');
    continue;
  }
  const place = `${fleet.options.server} ${fleet.options.kind} ${fleet.options.access}`;
  try {
    const scene = scenes.get(fleet.options) ?? (await openScene(fleet.options));
    scenes.set(fleet.options, scene);
    const plan = fleet.plan(scene);
    if (plan === undefined) {
      count('left out: no rights to mount');
      continue;
    }
    const result = await runTrial(scene, plan);
    runs += result.happened ? 1 : 0;
    count(result.happened ? `${result.kind}, ${result.finish}` : 'nothing happened');
    if (result.problems.length > 0) fail(seed, { place, ...result });
    await scene.reset();
    // After a problem the fleet itself is not trusted any more.
    if (result.problems.length > 0) await drop(fleet.options);
  } catch (error) {
    fail(seed, { place, problems: [error instanceof Error ? error.message : String(error)] });
    await drop(fleet.options);
  }
}
for (const scene of scenes.values()) await scene.stop();
network?.stop();
const covered = Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
printLine({ soak: 'apply-faults', runs, failures, seed: options.seed, detail: covered });
process.exit(failures > 0 || runs === 0 ? 1 : 0);

function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function fail(seed: number, detail: Readonly<Record<string, unknown>>): void {
  failures += 1;
  if (failures <= options.failuresMax)
    printLine({ soak: 'apply-faults', runs: 1, failures: 1, seed, detail });
}

async function drop(fleet: SceneOptions): Promise<void> {
  await scenes
    .get(fleet)
    ?.stop()
    .catch(() => undefined);
  scenes.delete(fleet);
}
