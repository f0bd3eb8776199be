/** Going on with a run, or taking it back: from its journal, at the nodes where they are now. */

import {
  createRun,
  executeRun,
  listRuns,
  openJournal,
  readRun,
  resumeRun,
  undoRun,
  type Journal,
  type Run,
  type RunReport,
  type RunSummary,
} from '../../change/index.ts';
import { FleetError, type Topology } from '../../fleet/index.ts';
import type { ApplyFlags } from '../commands/apply.ts';
import type { CommandContext } from '../context.ts';
import { noRun } from './apply-failure.ts';
import { familyOf, takeBackRuns } from './apply-family.ts';
import { newRun, rememberUsers, showResult, worldOf } from './apply-new.ts';
import { exitOf, type ApplyResult, type PlannedNumbers } from './apply-result.ts';
import { conductRun, holdState, type Engine, type Held, type World } from './apply-run.ts';
import { confirmChange } from './confirm.ts';
import { enterFleet, findNodes, type FleetEntry } from './fleet-access.ts';
import { makePlan } from './plan-making.ts';
import { leaveOutRevoked } from './revoked-since.ts';
import { distrustStateFolder } from './state-folder.ts';

export async function resumeApply(
  named: readonly string[],
  flags: ApplyFlags,
  context: CommandContext,
): Promise<void> {
  const opened = await openRun(named, flags, flags.resume, 'resume', context);
  const { run, world } = opened;
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `This goes on with run ${run.id} (${run.subject}), at ${run.nodes.length} nodes.`,
      scriptForm: `wardis apply --resume ${run.id} --yes`,
    },
    context,
  );
  const result = await holdState(world, `apply --resume ${run.id}`, context, async (held) => {
    const journal = await openJournal(held.lock, run.id);
    try {
      const report = await conductRun(
        journal,
        sparing('resume', world, context),
        world,
        held,
        flags,
        context,
      );
      const planned = plannedOf(run);
      const missing = unreadOf(run);
      const rest =
        report.outcome === 'done' && missing.length > 0
          ? await finishUnread(named, flags, journal, missing, held, context)
          : { reports: [], unread: missing.map(neverRead) };
      const goesBack = report.outcome === 'undone' || report.outcome === 'undo-incomplete';
      const others = goesBack ? opened.family.filter(({ id }) => id !== run.id) : [];
      const engine = sparing('undo', world, context);
      const back = await takeBackRuns(others, world, held, flags, context, engine);
      return {
        reports: [report, ...back, ...rest.reports],
        planned,
        unread: goesBack ? [] : rest.unread,
        interrupted: held.signal.aborted,
      };
    } finally {
      await journal.close();
    }
  });
  end(result, flags, 'apply', context);
}

export async function undoApply(
  named: readonly string[],
  flags: ApplyFlags,
  context: CommandContext,
): Promise<void> {
  const { run, world, family } = await openRun(named, flags, flags.undo, 'undo', context);
  const nodes = new Set(family.flatMap((each) => each.nodes.map(({ id }) => id)));
  const others = family.filter(({ id }) => id !== run.id).map(({ id }) => id);
  const more = others.length === 0 ? '' : ` and ${others.join(', ')} of the same apply`;
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `This takes back run ${run.id} (${run.subject})${more}, at ${nodes.size} nodes.`,
      scriptForm: `wardis apply --undo ${run.id} --yes`,
    },
    context,
  );
  const result = await holdState(world, `apply --undo ${run.id}`, context, async (held) => {
    const engine = sparing('undo', world, context);
    return {
      reports: await takeBackRuns(family, world, held, flags, context, engine),
      planned: plannedOf(run),
      unread: [],
      interrupted: held.signal.aborted,
    };
  });
  end(result, flags, 'undo', context);
}

function end(result: ApplyResult, flags: ApplyFlags, asked: 'apply' | 'undo', context: CommandContext): void {
  showResult(result, flags, context);
  context.finish(exitOf(result, result.reports[0]?.outcome === 'undone' ? 'undo' : asked));
}

interface OpenedRun {
  readonly run: Run;
  readonly world: World;
  /** All runs of the same apply that were not taken back, this one too, the newest first. */
  readonly family: readonly Run[];
}

/** Looked up with the state folder held: a revocation may have come while somebody was asked. */
function sparing(way: 'resume' | 'undo', { entry }: World, { terminal }: CommandContext): Engine {
  const engine = way === 'resume' ? resumeRun : undoRun;
  return (whole, ports, options) => {
    const { run, notes } = leaveOutRevoked(whole, entry.stateFolder, way);
    for (const note of notes) terminal.err(`${note}\n`);
    return engine(run, ports, options);
  };
}

/** The run that is meant, and the fleet as it is now. */
async function openRun(
  named: readonly string[],
  flags: ApplyFlags,
  wanted: string | true | undefined,
  way: 'resume' | 'undo',
  context: CommandContext,
): Promise<OpenedRun> {
  const entry = await enterFleet(named, flags, context);
  distrustStateFolder(entry.stateFolder);
  const id = typeof wanted === 'string' ? wanted : lastRun(entry, way);
  const { run } = readRun(entry.stateFolder, id);
  if (run.operation !== 'apply') {
    throw noRun(`${id} is a run of ${run.operation}, which has its own ${way}`);
  }
  const family = familyOf(entry.stateFolder, id);
  const status = family.find((each) => each.id === id)?.status;
  const left = family.filter((each) => each.status !== 'undone');
  if (way === 'resume' && status === 'done') throw noRun(`run ${id} is done`);
  if (way === 'resume' ? status === 'undone' : left.length === 0) throw noRun(`run ${id} was taken back`);
  return {
    run,
    family: left.map((each) => readRun(entry.stateFolder, each.id).run),
    world: {
      entry,
      topology: await findIfPossible(entry),
      known: new Map(),
      files: flags.files === true ? 'every-host' : 'this-host',
      noise: flags.quiet === true ? 'silent' : 'progress',
    },
  };
}

/** Going on: the last one that is not over. Taking back: the last one that was not taken back. */
function lastRun(entry: FleetEntry, way: 'resume' | 'undo'): string {
  const over: readonly RunSummary['status'][] =
    way === 'resume' ? ['done', 'undone', 'damaged'] : ['undone', 'damaged'];
  const runs = listRuns(entry.stateFolder).filter(({ operation }) => operation === 'apply');
  const found = runs.find(({ id, status }) => !over.includes(status) && isOfFleet(entry, id));
  if (found !== undefined) return found.id;
  throw noRun(
    way === 'resume' ? 'there is no run that could be gone on with' : 'there is no run to take back',
  );
}

function isOfFleet(entry: FleetEntry, id: string): boolean {
  const { fleet } = readRun(entry.stateFolder, id).run.facts;
  return entry.fleet === undefined || fleet === entry.fleet.name;
}

/** Where no seed answers, the run knows the addresses. */
async function findIfPossible(entry: FleetEntry): Promise<Topology | undefined> {
  try {
    return await findNodes(entry);
  } catch (error) {
    if (error instanceof FleetError) return undefined;
    throw error;
  }
}

/** Nodes that could not be read when the plan was made: planned now by the same revision, and done in a run of their own. */
async function finishUnread(
  named: readonly string[],
  flags: ApplyFlags,
  journal: Journal,
  missing: readonly string[],
  held: Held,
  context: CommandContext,
): Promise<Pick<ApplyResult, 'reports' | 'unread'>> {
  const made = await makePlan(named, flags, context);
  const { plan, stages } = made.planned;
  const gone = missing.filter((node) => !plan.nodes.some((each) => each.node === node));
  const said = plan.unreadable.filter(({ node }) => missing.includes(node));
  const unread = gone.map((node) => said.find((each) => each.node === node) ?? neverRead(node));
  const refused = plan.refusals.filter(({ node }) => missing.includes(node));
  const why =
    plan.revision === journal.run.facts['revision']
      ? refused.map(({ message }) => message)
      : ['the policy was changed since: wardis apply'];
  if (why.length > 0) {
    const detail = why.join('; ');
    await endAs(journal, 'pending', context);
    return { reports: [], unread: missing.map((node) => ({ node, detail })) };
  }
  const own = stages
    .map((stage) => ({ ...stage, steps: stage.steps.filter((step) => missing.includes(step.node)) }))
    .filter(({ steps }) => steps.length > 0);
  const reports: RunReport[] = [];
  if (own.length > 0) {
    const run = newRun({ ...made, planned: { plan, stages: own } }, context);
    const continued = { ...run, facts: { ...run.facts, unread: [], continues: journal.run.id } };
    const second = await createRun(held.lock, continued);
    try {
      reports.push(await conductRun(second, executeRun, worldOf(made, flags), held, flags, context));
    } finally {
      await second.close();
    }
  }
  const over = unread.length === 0 && reports.every(({ outcome }) => outcome === 'done');
  await endAs(journal, over ? 'done' : 'pending', context);
  if (over) rememberUsers(made, 'done');
  return { reports, unread };
}

async function endAs(journal: Journal, ended: 'done' | 'pending', context: CommandContext): Promise<void> {
  await journal.append({ at: context.now().toISOString(), ended });
}

function neverRead(node: string): ApplyResult['unread'][number] {
  return { node, detail: 'could not be read' };
}

/** Facts come back from disk as they were written, by us. */
function plannedOf({ facts }: Run): PlannedNumbers {
  const planned = facts['planned'] as Partial<PlannedNumbers> | undefined;
  return { add: planned?.add ?? 0, change: planned?.change ?? 0, remove: planned?.remove ?? 0 };
}

function unreadOf({ facts }: Run): readonly string[] {
  const unread = facts['unread'];
  return Array.isArray(unread) ? unread.filter((node) => typeof node === 'string') : [];
}
