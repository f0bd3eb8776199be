/** Many random revocations on the same fleets: what went wrong, with the seed that brings it about again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from '../../test/servers/server.ts';
import {
  startReplicated,
  startSentinelFleet,
  startStandalone,
  type Topology,
} from '../../test/servers/topology.ts';
import { randomFrom } from '../acl/random.ts';
import { runScenario } from './run.ts';
import { randomScenario } from './scenario.ts';

export interface SoakFailure {
  /** `--seed` of this run alone, with `--runs 1`. */
  readonly seed: number;
  readonly server: string;
  readonly problems: readonly string[];
}

export interface SoakOutcome {
  readonly runs: number;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly failures: readonly SoakFailure[];
  /** Nodes that were pending with nothing wrong, because they were not reached in time. */
  readonly excused: number;
}

/** Runs have the seeds `seed`, `seed` + 1 and so on. Stops early after `untilMs` of the clock. */
export async function soakRevocations(
  server: Server,
  seed: number,
  runs: number,
  untilMs = Number.POSITIVE_INFINITY,
): Promise<SoakOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-soak-revoke-'));
  const fleets: Topology[] = [];
  const verdicts: Record<string, number> = {};
  const failures: SoakFailure[] = [];
  let done = 0;
  let excused = 0;
  try {
    fleets.push(
      await startStandalone({ server, access: 'conf' }),
      await startReplicated({ server }),
      await startSentinelFleet({ server, access: seed % 2 === 0 ? 'aclfile' : 'conf' }),
    );
    const sizes = fleets.map(({ nodes }) => nodes.length);
    for (; done < runs && Date.now() < untilMs; done += 1) {
      const own = seed + done;
      const scenario = randomScenario(randomFrom(own), sizes);
      const fleet = fleets[scenario.fleet];
      if (fleet === undefined) throw new Error('a fleet to choose');
      const { verdict, problems, excused: late } = await runScenario(scenario, fleet, { folder });
      excused += late;
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      if (problems.length > 0) failures.push({ seed: own, server: server.id, problems });
    }
  } finally {
    await Promise.all(fleets.map((fleet) => fleet.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
  return { runs: done, verdicts, failures, excused };
}
