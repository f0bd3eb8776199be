/**
 * Executing a run: its stages one after another, the steps of a node in order, several nodes at a time. The canary goes
 * through each stage alone. The first step that fails ends it: nothing more begins, what is under way is read to its
 * end. A node that cannot be reached is pending, and the others go on.
 */

import { CONCURRENCY_DEFAULT, forEachAtOnce } from '../../fleet/index.ts';
import type { Run, RunOutcome, RunReport, Stage } from '../run.ts';
import type { Step } from '../step.ts';
import { beginConduct, byNode, type Conduct } from './conduct.ts';
import { historyOf, readHistory, stepsOf } from './history.ts';
import type { RunOptions, RunPorts } from './ports.ts';
import { restoreLost } from './recheck.ts';
import { outcomeOf, reportRun } from './report.ts';
import { openSessions } from './sessions.ts';
import { endOfFault, runStep, type StepEnd } from './step-run.ts';
import { takeBack } from './undo.ts';

/** Executes a run that was just written to disk. Throws a `ChangeError` when the journal fails, nothing for what nodes do. */
export function executeRun(run: Run, ports: RunPorts, options: RunOptions = {}): Promise<RunReport> {
  return conduct(run, ports, options, 'new', goForth);
}

/**
 * Goes on with a run that was cut short: every step that is not done is asked of its node again, and what was done is
 * looked at, because a node may have been started anew. An undo that was cut short goes on as an undo.
 */
export function resumeRun(run: Run, ports: RunPorts, options: RunOptions = {}): Promise<RunReport> {
  if (readHistory(ports.journal.entries).direction === 'back') return undoRun(run, ports, options);
  return conduct(run, ports, options, 'known', async (conduct) => {
    await recheckAll(conduct);
    return goForth(conduct);
  });
}

/** Takes a run back, in reverse order: every step that may have taken effect is asked of its node first. */
export function undoRun(run: Run, ports: RunPorts, options: RunOptions = {}): Promise<RunReport> {
  return conduct(run, ports, options, 'known', takeBack);
}

async function conduct(
  run: Run,
  ports: RunPorts,
  options: RunOptions,
  which: 'new' | 'known',
  work: (conduct: Conduct) => Promise<RunOutcome>,
): Promise<RunReport> {
  const sessions = openSessions(run, ports);
  if (which === 'known') sessions.admitKnown();
  try {
    let outcome = await work(beginConduct(run, ports, options, sessions));
    await end(ports, outcome);
    if (outcome === 'stopped' && options.onFailure === 'undo' && ports.signal?.aborted !== true) {
      sessions.admitKnown();
      outcome = await takeBack(beginConduct(run, ports, options, sessions));
      await end(ports, outcome);
    }
    ports.onEvent?.({ kind: 'ended', outcome });
  } finally {
    sessions.close();
  }
  return reportRun(run, ports.journal.entries);
}

function end(ports: RunPorts, outcome: RunOutcome): Promise<void> {
  return ports.journal.append({ at: ports.now().toISOString(), ended: outcome });
}

async function goForth(conduct: Conduct): Promise<RunOutcome> {
  const { run, ports, options } = conduct;
  for (const stage of run.stages) {
    if (conduct.isHalted()) break;
    const canary = canaryOf(conduct, stage);
    ports.onEvent?.({ kind: 'stage', stage, ...(canary === undefined ? {} : { canary }) });
    await runStage(conduct, stage, canary);
    if (options.unreachable === 'stop' && conduct.away.size > 0) {
      await leaveRest(conduct);
      break;
    }
  }
  if (conduct.isHalted()) return 'stopped';
  return outcomeOf(run, ports.journal.entries);
}

async function runStage(conduct: Conduct, stage: Stage, canary: string | undefined): Promise<void> {
  const nodes = byNode(unfinished(conduct, stage.steps));
  const first = canary === undefined ? undefined : nodes.get(canary);
  if (canary !== undefined && first !== undefined) {
    await runNode(conduct, canary, first);
    if (conduct.isHalted()) return;
    if (conduct.away.has(canary)) {
      // Without the canary nothing is tried out: one that was asked for is waited for, else the next one serves.
      if (conduct.options.canary === canary) return leaveRest(conduct);
      return runStage(conduct, stage, canaryOf(conduct, stage));
    }
    if (nodes.size > 1) await conduct.remark('canary passed', { node: canary, stage: stage.name });
  }
  const others = [...nodes].filter(([node]) => node !== canary);
  await forEachAtOnce(others, conduct.options.concurrency ?? CONCURRENCY_DEFAULT, ([node, steps]) =>
    runNode(conduct, node, steps),
  );
}

/**
 * The node that was asked for, or the first replica that still answers. Where TLS files are read anew, which can lock
 * everybody out, there is always one.
 */
function canaryOf({ run, options, away }: Conduct, stage: Stage): string | undefined {
  if (options.canary === 'none') return undefined;
  const nodes = new Set(stage.steps.map((step) => step.node));
  if (options.canary !== undefined) return nodes.has(options.canary) ? options.canary : undefined;
  const present = run.nodes.filter(({ id }) => nodes.has(id) && !away.has(id));
  const replica = present.find(({ role }) => role === 'replica');
  const reloads = stage.steps.some((step) => step.kind === 'reload-tls' && step.on === 'perform');
  return (replica ?? (reloads ? present[0] : undefined))?.id;
}

async function runNode(conduct: Conduct, node: string, steps: readonly Step[]): Promise<void> {
  for (const [at, step] of steps.entries()) {
    if (conduct.isHalted()) return;
    const why = conduct.away.get(node);
    if (why !== undefined) return leavePending(conduct, steps.slice(at), why);
    try {
      const end = await runStep(step, conduct.sessionOf(node), circumstancesOf(conduct, step));
      if (end.state === 'failed') conduct.halt();
      if (end.state === 'pending') conduct.leave(node, waiting(step, end), end.away);
    } catch (error) {
      conduct.halt();
      throw error;
    }
  }
}

function circumstancesOf(conduct: Conduct, step: Step): Parameters<typeof runStep>[2] {
  return {
    note: conduct.note,
    begun: historyOf(conduct.history, step).begun,
    afterCut: () => restoreLost(conduct, step.node),
  };
}

function waiting(step: Step, { detail }: StepEnd): string {
  return `waits for step ${step.id}: ${detail ?? 'the node cannot be reached'}`;
}

async function leavePending(conduct: Conduct, steps: readonly Step[], why: string): Promise<void> {
  await Promise.all(steps.map((step) => conduct.note(step, 'pending', why)));
}

/** What was not reached waits for the nodes that are away. */
async function leaveRest(conduct: Conduct): Promise<void> {
  const rest = unfinished(conduct, stepsOf(conduct.run));
  const [first] = conduct.away;
  const why = `waits for ${first?.[0] ?? 'a node'}, which could not be reached`;
  const unsaid = rest.filter((step) => historyOf(conduct.history, step).state !== 'pending');
  await leavePending(conduct, unsaid, why);
  for (const { id } of conduct.run.nodes) conduct.leave(id, why);
}

function unfinished(conduct: Conduct, steps: readonly Step[]): readonly Step[] {
  return steps.filter((step) => {
    const { state } = historyOf(conduct.history, step);
    return state !== 'done' && state !== 'unneeded';
  });
}

async function recheckAll(conduct: Conduct): Promise<void> {
  const nodes = [...byNode(stepsOf(conduct.run)).keys()];
  await forEachAtOnce(nodes, conduct.options.concurrency ?? CONCURRENCY_DEFAULT, async (node) => {
    const ended = await restoreLost(conduct, node).catch((error: unknown) => endOfFault(error));
    if (ended?.state === 'failed') conduct.halt();
    else if (ended !== undefined) {
      conduct.leave(node, ended.detail ?? 'the node cannot be reached', ended.away);
    }
  });
}
