/**
 * A rotation as a run: on disk before the first file is placed, taken back by itself when a step fails, gone on with or
 * taken back by its journal after a crash.
 */

import {
  createRun,
  executeRun,
  leafStages,
  listRuns,
  makeRunId,
  openJournal,
  readRun,
  resumeRun,
  undoRun,
  type JournalEntry,
  type Run,
  type RunReport,
  type RunSummary,
  type Step,
} from '../../change/index.ts';
import type { Topology } from '../../fleet/index.ts';
import { safeText } from '../../text/index.ts';
import { describeActor } from '../change/actor.ts';
import { openPorts } from '../change/apply-ports.ts';
import { holdState, type Engine } from '../change/apply-run.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import type { RotateLeafFlags } from '../commands/tls/rotate.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import type { LeafPlan, ShownLeaf } from './rotate-leaf-plan.ts';
import { removeEarlierFiles } from './rotate-leaf-backups.ts';
import { isAbandoned } from './rotate-leaf-open.ts';
import { recordOutcome } from './rotate-leaf-record.ts';

/** What a run of this kind remembers beside its steps. */
export interface LeafFacts {
  readonly fleet: string | null;
  readonly files: 'place' | 'placed';
  readonly canary: string | null;
  /** By `id` of the node. */
  readonly leaves: Readonly<
    Record<string, { readonly from: ShownLeaf | null; readonly to: ShownLeaf | null }>
  >;
  /** Nodes that could not be asked when it was planned. */
  readonly away: readonly string[];
}

/** What a run came to, and why a step of it failed, which is told even when it was taken back. */
export interface LeafRunEnd {
  readonly report: RunReport;
  readonly failures: readonly LeafFailure[];
  /** The operator stopped it. */
  readonly interrupted: boolean;
}

export interface LeafFailure {
  readonly step: Step;
  readonly detail: string;
}

export interface LeafRunWorld {
  readonly entry: FleetEntry;
  readonly topology: Topology | undefined;
  readonly flags: Pick<RotateLeafFlags, 'quiet' | 'json'>;
}

/** Does what the plan says. Throws a `ChangeError` when the journal fails. */
export function executeLeafRun(
  plan: LeafPlan,
  world: LeafRunWorld,
  context: CommandContext,
): Promise<LeafRunEnd> {
  const run = newRun(plan, world, context);
  return conduct(run, 'new', executeRun, world, context);
}

export function resumeLeafRun(run: Run, world: LeafRunWorld, context: CommandContext): Promise<LeafRunEnd> {
  return conduct(run, 'known', resumeRun, world, context);
}

export function undoLeafRun(run: Run, world: LeafRunWorld, context: CommandContext): Promise<LeafRunEnd> {
  return conduct(run, 'known', undoRun, world, context);
}

/** The run that is meant: by its id, or the last one that is not over. Throws a {@link CommandFailure}. */
export function findLeafRun(
  { stateFolder, fleet }: FleetEntry,
  wanted: string | true | undefined,
  way: 'resume' | 'undo' | 'status',
): { readonly run: Run; readonly status: RunSummary['status'] } {
  const runs = listRuns(stateFolder).filter(({ operation }) => operation === 'rotate-leaf');
  const over: readonly RunSummary['status'][] = OVER[way];
  const isMeant = ({ id, status }: RunSummary): boolean => {
    if (typeof wanted === 'string') return id === wanted;
    if (status === 'damaged' || over.includes(status)) return false;
    const { run, entries } = readRun(stateFolder, id);
    if (way !== 'status' && isAbandoned(entries)) return false;
    return fleet === undefined || factsOf(run).fleet === fleet.name;
  };
  const found = runs.find(isMeant);
  if (found === undefined) {
    const what =
      typeof wanted === 'string'
        ? `there is no rotation of certificates ${wanted} in ${stateFolder}`
        : `there is no rotation of certificates to ${way === 'status' ? 'show' : way === 'undo' ? 'take back' : 'go on with'}`;
    throw new CommandFailure({ code: 'E_RUN', what, next: 'wardis apply --runs lists them' });
  }
  if (typeof wanted === 'string' && over.includes(found.status)) {
    const what = `run ${found.id} ${found.status === 'done' ? 'is done' : 'was taken back'}`;
    throw new CommandFailure({ code: 'E_RUN', what, next: 'wardis tls rotate leaf --status' });
  }
  const { run, entries } = readRun(stateFolder, found.id);
  if (way !== 'status' && isAbandoned(entries)) {
    throw new CommandFailure({
      code: 'E_RUN',
      what: `run ${found.id} was given up`,
      next: 'wardis tls rotate leaf --status',
    });
  }
  return { run, status: found.status };
}

/** What an earlier rotation left half done, as sentences. */
export function openRunNotes(entry: FleetEntry): readonly string[] {
  const runs = listRuns(entry.stateFolder).filter(({ operation }) => operation === 'rotate-leaf');
  const [last] = runs;
  if (last === undefined || !HALF_DONE.includes(last.status)) return [];
  if (isAbandoned(readRun(entry.stateFolder, last.id).entries)) return [];
  if (
    entry.fleet !== undefined &&
    factsOf(readRun(entry.stateFolder, last.id).run).fleet !== entry.fleet.name
  )
    return [];
  return [
    `note: run ${last.id} was not finished; go on with it, or take it back first: wardis tls rotate leaf --resume, --undo, --abandon`,
  ];
}

const HALF_DONE: readonly RunSummary['status'][] = ['open', 'pending', 'stopped', 'undo-incomplete'];

const OVER = { resume: ['done', 'undone'], undo: ['undone'], status: [] } as const;

/** Facts come back from disk as they were written, by us. */
export function factsOf({ facts }: Run): LeafFacts {
  return facts as unknown as LeafFacts;
}

async function conduct(
  run: Run,
  which: 'new' | 'known',
  engine: Engine,
  { entry, topology, flags }: LeafRunWorld,
  context: CommandContext,
): Promise<LeafRunEnd> {
  const end = await holdState({ entry }, `tls rotate leaf ${run.id}`, context, async (held) => {
    const journal = which === 'new' ? await createRun(held.lock, run) : await openJournal(held.lock, run.id);
    const ports = openPorts(
      journal,
      {
        entry,
        topology,
        known: new Map(),
        files: 'every-host',
        noise: flags.quiet === true ? 'silent' : 'progress',
        signal: held.signal,
      },
      context,
    );
    try {
      const { canary, files } = factsOf(journal.run);
      const report = await engine(journal.run, ports, {
        concurrency: entry.concurrency,
        ...(canary === null ? {} : { canary }),
        // What another system has placed cannot be put back from here.
        onFailure: files === 'place' ? 'undo' : 'stop',
      });
      const failures = failuresOf(journal.run, journal.entries);
      const notes = await removeEarlierFiles(report, (node) => ports.host?.(node));
      for (const note of notes) context.terminal.err(`${safeText(note)}\n`);
      return { report, failures, interrupted: held.signal.aborted };
    } finally {
      await ports.close();
      await journal.close();
    }
  });
  for (const note of await recordOutcome(end.report, entry.stateFolder)) {
    context.terminal.err(`${safeText(note)}\n`);
  }
  return end;
}

/** Of the last attempt: what went well when it was tried again is no failure any more. */
export function failuresOf(run: Run, entries: readonly JournalEntry[]): readonly LeafFailure[] {
  const failed = new Map<number, string>();
  for (const entry of entries) {
    if (!('step' in entry)) continue;
    if (entry.state === 'failed') failed.set(entry.step, entry.detail ?? 'refused');
    else if (entry.state === 'done' || entry.state === 'unneeded') failed.delete(entry.step);
  }
  const steps = run.stages.flatMap((stage) => stage.steps);
  return steps.flatMap((step) => {
    const detail = failed.get(step.id);
    return detail === undefined ? [] : [{ step, detail }];
  });
}

function newRun(plan: LeafPlan, { entry, topology }: LeafRunWorld, context: CommandContext): Run {
  const startedAt = context.now();
  const changes = plan.nodes.flatMap(({ change }) => change ?? []);
  const leaves = plan.nodes.map(({ sight, from, to }) => [
    sight.node.id,
    { from: from ?? null, to: to ?? null },
  ]);
  const facts: LeafFacts = {
    fleet: entry.fleet?.name ?? null,
    files: plan.files,
    canary: plan.canary ?? null,
    leaves: Object.fromEntries(leaves) as LeafFacts['leaves'],
    away: plan.left.filter(({ kind }) => kind !== 'plaintext').map(({ node }) => node.id),
  };
  return {
    id: makeRunId('rotate-leaf', startedAt),
    operation: 'rotate-leaf',
    startedAt: startedAt.toISOString(),
    actor: describeActor(),
    subject: `certificates of ${changes.length === 1 ? (changes[0]?.node.id ?? '') : `${changes.length} nodes`}`,
    // The other Sentinels too: they tell whether one can be spared.
    nodes: (topology?.nodes ?? []).map(({ id, role }) => ({ id, role })),
    stages: leafStages(changes, plan.canary === undefined ? {} : { canary: plan.canary }),
    facts: { ...facts },
  };
}
