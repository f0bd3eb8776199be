/**
 * The runs that are one apply: nodes that could not be read when it began are done later, in runs of their own that
 * continue the first. They are taken back together, the last one first.
 */

import { listRuns, openJournal, type Run, type RunReport, type RunSummary } from '../../change/index.ts';
import type { ApplyFlags } from '../commands/apply.ts';
import type { CommandContext } from '../context.ts';
import { conductRun, type Engine, type Held, type World } from './apply-run.ts';

/** The run and those of the same apply, the newest first. */
export function familyOf(stateFolder: string, id: string): readonly RunSummary[] {
  const runs = listRuns(stateFolder);
  const known = new Map(runs.map((run) => [run.id, run]));
  const first = firstOf(id, known);
  return runs.filter((run) => run.id === id || firstOf(run.id, known) === first);
}

/** What a chain of so many runs hides is a circle, which only a forger makes. */
const CHAIN_RUNS_MAX = 1000;

function firstOf(id: string, known: ReadonlyMap<string, RunSummary>): string {
  let first = id;
  for (let steps = 0; steps < CHAIN_RUNS_MAX; steps += 1) {
    const before = known.get(first)?.continues;
    if (before === undefined) return first;
    first = before;
  }
  return first;
}

/** Takes back each of them in turn. */
export async function takeBackRuns(
  runs: readonly Run[],
  world: World,
  held: Held,
  flags: ApplyFlags,
  context: CommandContext,
  engine: Engine,
): Promise<readonly RunReport[]> {
  const reports: RunReport[] = [];
  for (const { id } of runs) {
    const journal = await openJournal(held.lock, id);
    try {
      reports.push(await conductRun(journal, engine, world, held, flags, context));
    } finally {
      await journal.close();
    }
  }
  return reports;
}
