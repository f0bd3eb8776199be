/** One trial: an apply that is disturbed, then mended and either finished or taken back, and looked at all the way. */
import type { ToolRun } from '../../test/servers/fault-tool.ts';
import { randomFrom, type Random } from '../acl/random.ts';
import {
  checkAccess,
  checkClaims,
  checkEnd,
  checkResult,
  checkSecrets,
  checkUsers,
  readStatuses,
} from './checks.ts';
import { chooseFault, journalPlaces, killTool, type Fault, type FaultKind } from './faults.ts';
import type { Scene } from './scene.ts';

export type Finish = 'resume' | 'undo';

export interface TrialPlan {
  readonly fault: Fault;
  readonly finish: Finish;
  /** The tool is killed a second time, while it finishes. */
  readonly killedAgain: number | undefined;
  /** Finishing is tried once while nodes are still away. */
  readonly early: boolean;
}

export interface TrialResult {
  readonly words: string;
  readonly kind: FaultKind;
  readonly finish: Finish;
  readonly happened: boolean;
  readonly exits: readonly number[];
  readonly problems: readonly string[];
}

const FINISHES_MAX = 4;

/** The tool killed at place number `nth` of its journal, every place in turn. */
export function planKill(scene: Scene, nth: number): TrialPlan {
  const places = journalPlaces(scene);
  const place = places[Math.floor(nth / 2) % places.length];
  if (place === undefined) throw new Error('the journal has no places');
  const killedAgain = nth % 5 === 0 ? 1 + (nth % 7) : undefined;
  return { fault: killTool(place), finish: nth % 2 === 0 ? 'resume' : 'undo', killedAgain, early: false };
}

/** Any other fault, by seed; undefined where this machine does not let us. */
export function planFault(scene: Scene, seed: number): TrialPlan | undefined {
  const random: Random = randomFrom(seed);
  const fault = chooseFault(scene, random);
  if (fault === undefined) return undefined;
  return {
    fault,
    finish: random.pick(['resume', 'undo'] as const),
    killedAgain: random.chance(1, 6) ? 1 + random.below(8) : undefined,
    early: random.chance(1, 3),
  };
}

/** The scene is in its old state before, and must be reset after. */
export async function runTrial(scene: Scene, plan: TrialPlan): Promise<TrialResult> {
  const { fault, finish } = plan;
  const runs: ToolRun[] = [];
  const problems: string[] = [];
  const tool = async (...input: Parameters<Scene['tool']>): Promise<ToolRun> => {
    const run = await scene.tool(...input);
    runs.push(run);
    return run;
  };
  const first = await tool(['apply', '--yes', '--json'], fault.tool);
  const happened = fault.hasHappened(first);
  for (const proxy of scene.proxies.values()) proxy.disarm();
  problems.push(...expectExit(fault, happened, first));
  if (plan.early && fault.away.length > 0 && happened) {
    const { exit } = await tool([...finishCommand(finish)]);
    // An undo may have nothing to do at a node that was never told anything.
    if (exit === 0 && first.exit === 3 && finish === 'resume')
      problems.push('resume said done while nodes were away');
  }
  await fault.mend();
  problems.push(
    ...(await checkAccess(scene)),
    ...(await checkUsers(scene, fault)),
    ...(await checkClaims(scene, fault)),
  );
  if (plan.killedAgain !== undefined) {
    await tool([...finishCommand(finish)], { killAt: { phase: 'synced', at: plan.killedAgain } });
    problems.push(...(await checkAccess(scene)), ...(await checkUsers(scene, fault)));
  }
  const ended = await finishRun(scene, plan, tool);
  problems.push(...ended.problems);
  problems.push(
    ...(await checkAccess(scene)),
    ...(await checkUsers(scene, fault)),
    ...(await checkClaims(scene, fault)),
  );
  if (ended.standing !== undefined) problems.push(...(await checkEnd(scene, fault, ended.standing)));
  const last = runs.at(-1);
  if (last !== undefined && last.out.startsWith('{'))
    problems.push(...(await checkResult(scene, fault, last.out)));
  problems.push(
    ...checkSecrets(
      scene,
      runs.flatMap(({ out, err }) => [out, err]),
    ),
  );
  return {
    words: fault.words,
    kind: fault.kind,
    finish,
    happened,
    exits: runs.map(({ exit }) => exit),
    problems: problems.length === 0 ? [] : [...problems, ...runs.map(tellRun)],
  };
}

function finishCommand(finish: Finish): readonly string[] {
  return finish === 'resume'
    ? ['apply', '--resume', '--yes', '--json']
    : ['apply', '--undo', '--yes', '--json'];
}

/** Nodes that were away must not be called done; a refusal must not be called success. */
function expectExit({ kind, away }: Fault, happened: boolean, { exit, err }: ToolRun): readonly string[] {
  if (!happened) return exit === 0 ? [] : [`nothing happened, yet it ended with ${exit}: ${err}`];
  switch (kind) {
    case 'tool-killed':
    case 'tool-killed-at-command':
      return exit === 137 ? [] : [`it should have been killed and ended with ${exit}`];
    case 'node-killed':
    case 'node-paused':
    case 'partition':
      // Hurt after its last step a node is not missed.
      return exit === 3 || exit === 0 ? [] : [`${away.length} nodes were away, and it ended with ${exit}`];
    case 'reply-cut':
    case 'disk-full':
    case 'read-only':
    case 'failover':
    case 'other-admin':
      return exit === 0 || exit === 3 ? [] : [`it ended with ${exit}: ${err}`];
  }
}

/** Until it says done. Where a run never began, or somebody else changed the same user, a new apply is the way on. */
async function finishRun(
  scene: Scene,
  { fault, finish }: TrialPlan,
  tool: Scene['tool'],
): Promise<{ readonly problems: readonly string[]; readonly standing?: 'old' | 'new' }> {
  const [latest] = readStatuses(scene);
  if (latest === undefined) {
    const { exit } = await tool(['apply', '--yes', '--json']);
    return exit === 0 ? { problems: [], standing: 'new' } : { problems: [`a new apply ended with ${exit}`] };
  }
  const standing = finish === 'resume' ? 'new' : 'old';
  if (finish === 'resume' && latest.status === 'done') return { problems: [], standing };
  if (finish === 'undo' && latest.status === 'undone') return { problems: [], standing };
  let last: ToolRun | undefined;
  for (let tries = 0; tries < FINISHES_MAX; tries += 1) {
    last = await tool([...finishCommand(finish)]);
    if (last.exit === 0) return { problems: [], standing };
  }
  // Whoever was changed by somebody else meanwhile is neither as before nor as wanted: a new apply decides.
  if (fault.foreign.size === 0) return { problems: [`${finish} ended with ${last?.exit} again and again`] };
  if (finish === 'undo') return { problems: [] };
  const { exit } = await tool(['apply', '--yes', '--json']);
  return exit === 0 ? { problems: [], standing } : { problems: [`a new apply ended with ${exit}`] };
}

function tellRun({ exit, out, err }: ToolRun): string {
  return `exit ${exit}: ${[err.trim(), out.trim()].filter((text) => text !== '').join(' | ')}`.slice(0, 3000);
}
