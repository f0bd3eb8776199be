/**
 * One rotation under load, undisturbed or with something that goes wrong, chosen by a seed; brought to its end, and judged.
 * Even seeds rotate leaves, odd ones the authority; one in three is disturbed.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { canMount, fillDisk } from '../../test/servers/fault-disk.ts';
import type { ToolRun } from '../../test/servers/fault-tool.ts';
import type { TopologyNode } from '../../test/servers/node.ts';
import { randomFrom, type Random } from '../acl/random.ts';
import { checkDropped, checkFleet, checkServed, readServed } from './checks.ts';
import {
  doPhase,
  endLeaves,
  readNext,
  rotateAuthority,
  rotateLeaves,
  type RotationKind,
} from './rotation.ts';
import { tellRun, type Scene } from './scene.ts';

export const ANOMALIES = ['wrong-file', 'disk-full', 'tool-killed', 'replica-paused'] as const;
export type Anomaly = (typeof ANOMALIES)[number];

export interface TrialPlan {
  readonly rotation: RotationKind;
  readonly anomaly: Anomaly | undefined;
}

export interface TrialResult extends TrialPlan {
  readonly problems: readonly string[];
  /** Whether the anomaly took place: a program that is to die late may be over before. */
  readonly happened: boolean;
}

const DISTURBED = 3;
/** A run writes to its journal at least so often for each node. */
const WRITES_PER_NODE = 6;
/** Visits that are under way end. */
const VISIT_MS = 300;
const TRIES_MAX = 3;

export function planTrial(seed: number): TrialPlan {
  const random = randomFrom(seed);
  return {
    rotation: seed % 2 === 0 ? 'leaf' : 'ca',
    anomaly: random.chance(1, DISTURBED) ? random.pick(ANOMALIES) : undefined,
  };
}

/** Does it, mends what was broken, goes on to the end, and looks. */
export async function runTrial(scene: Scene, plan: TrialPlan, seed: number): Promise<TrialResult> {
  const random = randomFrom(seed ^ 0x5eed);
  const problems: string[] = [];
  const counted = scene.traffic.count();
  const served = await readServed(scene);
  const old = scene.tls.client;
  let happened = true;
  try {
    if (plan.anomaly !== undefined) {
      const disturbed = await disturb(scene, plan.rotation, plan.anomaly, random);
      happened = disturbed.happened;
      problems.push(...disturbed.problems);
      if (plan.anomaly === 'wrong-file') problems.push(...(await checkServed(scene, served, 'same')));
    }
    problems.push(...(await finish(scene, plan.rotation)));
    problems.push(...(await checkServed(scene, served, 'changed')));
    if (plan.rotation === 'ca') problems.push(...(await checkDropped(scene, old)));
    problems.push(...(await checkFleet(scene, scene.connections)));
    await scene.traffic.advance();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  const { failed, dropped } = scene.traffic.count();
  if (failed > counted.failed)
    problems.push(`${failed - counted.failed} commands failed: ${scene.traffic.failures().join('; ')}`);
  if (dropped > counted.dropped) problems.push(`${dropped - counted.dropped} connections were dropped`);
  return { ...plan, problems, happened };
}

interface Disturbance {
  readonly happened: boolean;
  readonly problems: readonly string[];
}

function disturb(
  scene: Scene,
  rotation: RotationKind,
  anomaly: Anomaly,
  random: Random,
): Promise<Disturbance> {
  switch (anomaly) {
    case 'wrong-file':
      return offerWrongFile(scene, rotation);
    case 'disk-full':
      return fillOneDisk(scene, rotation, random);
    case 'tool-killed':
      return killTool(scene, rotation, random);
    case 'replica-paused':
      return pauseReplica(scene, rotation, random);
  }
}

/** A certificate with the key of another; a leaf for an authority. Both are refused before anything is touched. */
async function offerWrongFile(scene: Scene, rotation: RotationKind): Promise<Disturbance> {
  const [one, other] = await Promise.all([scene.tls.issueLeaf(), scene.tls.issueLeaf()]);
  const place = (name: string, text: string): string => {
    const path = join(scene.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const certificate = place('wrong.crt', one.certPem);
  const argv =
    rotation === 'leaf'
      ? ['leaf', '--new-cert', certificate, '--new-key', place('wrong.key', other.keyPem)]
      : ['ca', '--next', '--new-ca', certificate];
  const run = await scene.tool(['rotate', ...argv, '--yes', '--json']);
  return {
    happened: true,
    problems: run.exit === 2 ? [] : [`a wrong file was not refused: ${tellRun(run)}`],
  };
}

async function fillOneDisk(scene: Scene, rotation: RotationKind, random: Random): Promise<Disturbance> {
  if (!canMount()) return { happened: false, problems: [] };
  const fault = fillDisk(random.pick(scene.topology.data));
  let run: ToolRun;
  try {
    run = await begin(scene, rotation);
  } finally {
    fault.mend();
  }
  const problems = run.exit === 0 ? [`a full disk went unnoticed: ${tellRun(run)}`] : [];
  return { happened: true, problems: [...problems, ...(await settleLeaves(scene, rotation, random))] };
}

async function killTool(scene: Scene, rotation: RotationKind, random: Random): Promise<Disturbance> {
  // The phases of an authority before the one that is hit.
  for (let ahead = rotation === 'ca' ? random.below(2) : 0; ahead > 0; ahead -= 1) {
    const run = await doPhase(scene, 'next');
    if (readNext(run) === undefined) return { happened: false, problems: [tellRun(run)] };
  }
  const phase = random.pick(['before', 'torn', 'written', 'synced'] as const);
  const at = 1 + random.below(scene.topology.nodes.length * WRITES_PER_NODE);
  const run = await begin(scene, rotation, { killAt: { phase, at } });
  const happened = run.exit === 137;
  const problems = happened || run.exit === 0 ? [] : [`it should have been killed: ${tellRun(run)}`];
  return {
    happened,
    problems: [...problems, ...(happened ? await settleLeaves(scene, rotation, random) : [])],
  };
}

/** From the middle of the run on, until the program has given it up. */
async function pauseReplica(scene: Scene, rotation: RotationKind, random: Random): Promise<Disturbance> {
  const { topology, traffic } = scene;
  const primaries = new Set(await topology.findPrimaries());
  const replica = random.pick(topology.data.filter((node) => !primaries.has(node)));
  traffic.avoid([replica]);
  await new Promise((resolve) => setTimeout(resolve, VISIT_MS));
  let happened = false;
  let run: ToolRun;
  try {
    const meanwhile = (): Promise<void> => {
      happened = true;
      replica.pause();
      return Promise.resolve();
    };
    run = await begin(scene, rotation, { waitAt: 2 + random.below(6), meanwhile });
  } finally {
    if (happened) await wake(replica);
    traffic.avoid([]);
  }
  const problems = [0, 2, 3].includes(run.exit) ? [] : [`a paused replica: ${tellRun(run)}`];
  return { happened, problems: [...problems, ...(await settleLeaves(scene, rotation, random))] };
}

async function wake(node: TopologyNode): Promise<void> {
  node.resume();
  await node.command('PING');
}

function begin(
  scene: Scene,
  rotation: RotationKind,
  more: Parameters<typeof rotateLeaves>[1] = {},
): Promise<ToolRun> {
  return rotation === 'leaf' ? rotateLeaves(scene, more) : doPhase(scene, 'next', more);
}

/** A run of leaves that is not over is gone on with or taken back; where none is open it says so by 2. */
async function settleLeaves(
  scene: Scene,
  rotation: RotationKind,
  random: Random,
): Promise<readonly string[]> {
  const way = random.pick(['resume', 'undo'] as const);
  if (rotation === 'ca') {
    // Forth again is the way of `finish`; back is tried here, and may be refused where nothing was begun.
    if (way === 'undo') await doPhase(scene, 'undo');
    return [];
  }
  let run: ToolRun | undefined;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    run = await endLeaves(scene, way);
    if (run.exit === 0 || run.exit === 2) return [];
  }
  return [`${way} did not come to an end: ${run === undefined ? '' : tellRun(run)}`];
}

async function finish(scene: Scene, rotation: RotationKind): Promise<readonly string[]> {
  if (rotation === 'ca') {
    const { finished, said } = await rotateAuthority(scene);
    return finished ? [] : [`the authority was not rotated: ${said}`];
  }
  const run = await rotateLeaves(scene);
  return run.exit === 0 ? [] : [`the leaves were not rotated: ${tellRun(run)}`];
}
