/**
 * Certificates of real fleets rotated under load: a primary with two replicas, three Sentinels over the same, a Cluster of
 * six, on three versions, over TLS alone with client certificates. Leaves and authority by turns, 20 times on each fleet,
 * by the program as people run it; one in three is disturbed: a wrong file, a full disk, the program killed at a place of
 * its journal, a replica that stands still. After each: every port shows the new certificate, the fleet is whole, and 0
 * connections were dropped and 0 commands failed. Connections to a Sentinel that restarts end, and are counted apart. A
 * line for each failure and one for each fleet; exits 1 on a failure.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { countConnections } from '../test/servers/connection-watch.ts';
import { availableServers } from '../test/servers/server.ts';
import { printLine, readOptions } from './acl/options.ts';
import { openScene, type Scene, type SceneOptions } from './tls-rotate/scene.ts';
import type { TrafficCount } from './tls-rotate/traffic.ts';
import { planTrial, runTrial } from './tls-rotate/trial.ts';

const RUNS_DEFAULT = 20;
const SERVERS_DEFAULT = ['redis-7.0', 'redis-8.0', 'valkey-9.1'];
const KINDS = ['replicated', 'sentinel', 'cluster'] as const;

const options = readOptions(RUNS_DEFAULT);
const main = process.env['WARDIS_MAIN'] ?? join(process.cwd(), 'dist/cli/main.js');
if (!existsSync(main)) {
  console.error('npm run build first');
  process.exit(2);
}
/** `redis-7.0`: all its fleets; `redis-7.0/cluster`: one. */
const wanted = options.servers.length === 0 ? SERVERS_DEFAULT : options.servers;
const fleets = availableServers().flatMap(({ id: server }) =>
  KINDS.filter((kind) => wanted.includes(server) || wanted.includes(`${server}/${kind}`)).map((kind) => ({
    server,
    kind,
    main,
  })),
);
let failures = 0;
let runs = 0;
for (const fleet of fleets) await rotateFleet(fleet);
if (fleets.length === 0) console.error('no server found: npm run servers');
process.exit(failures > 0 || runs === 0 ? 1 : 0);

async function rotateFleet(fleet: SceneOptions): Promise<void> {
  const place = `${fleet.server} ${fleet.kind}`;
  const counts = new Map<string, number>();
  const totals: FleetTotals[] = [];
  const started = Date.now();
  let scene: Scene | undefined;
  let failed = 0;
  for (let i = 0; i < options.runs; i += 1) {
    const seed = (options.seed + i) >>> 0;
    const plan = planTrial(seed);
    try {
      scene ??= await openScene(fleet);
      const result = await runTrial(scene, plan, seed);
      const name = `${plan.rotation}, ${plan.anomaly ?? 'undisturbed'}`;
      const what = result.happened ? name : `${name} (it was over before)`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
      if (result.problems.length === 0) continue;
      failed += 1;
      tellFailure(seed, { place, ...result });
    } catch (error) {
      failed += 1;
      tellFailure(seed, { place, ...plan, problems: [String(error)] });
    }
    // After a problem the fleet itself is not trusted any more.
    if (scene !== undefined) totals.push(await close(scene));
    scene = undefined;
  }
  if (scene !== undefined) totals.push(await close(scene));
  runs += options.runs;
  failures += failed;
  const seconds = Math.round((Date.now() - started) / 1000);
  const detail = { fleet: place, ...sumTotals(totals), rotations: Object.fromEntries(counts), seconds };
  printLine({ soak: 'tls-rotate', runs: options.runs, failures: failed, seed: options.seed, detail });
}

interface FleetTotals extends TrafficCount {
  /** That the data nodes took, ours and the program's among them. */
  readonly connections: number;
}

async function close(scene: Scene): Promise<FleetTotals> {
  const connections = await countConnections(scene.topology).catch(() => 0);
  const count = await scene.traffic.stop().catch(() => scene.traffic.count());
  await scene.stop().catch(() => undefined);
  return { ...count, connections };
}

function sumTotals(totals: readonly FleetTotals[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const each of totals)
    for (const [name, value] of Object.entries(each)) sums[name] = (sums[name] ?? 0) + Number(value);
  return sums;
}

function tellFailure(seed: number, detail: Readonly<Record<string, unknown>>): void {
  if (failures < options.failuresMax) printLine({ soak: 'tls-rotate', runs: 1, failures: 1, seed, detail });
}
