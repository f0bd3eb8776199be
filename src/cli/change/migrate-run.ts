/**
 * A phase as a run: on disk before the first step, resumed where it was cut short, taken back by the journal. Nodes are
 * called by the newest way that works; the last two phases are done by the new way alone, so that nothing is closed
 * before it was used.
 */

import {
  blockersOfBack,
  createRun,
  executeRun,
  listRuns,
  makeRunId,
  openJournal,
  readRun,
  resumeRun,
  undoRun,
  type MigrationSight,
  type Phase,
  type PhasePlan,
  type Run,
  type RunPorts,
  type RunReport,
  type RunSummary,
  type Stage,
} from '../../change/index.ts';
import { openConnection, type Connection, type Target } from '../../fleet/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import type { MigrateFlags } from '../commands/migrate.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { describeActor } from './actor.ts';
import { holdState } from './apply-run.ts';
import { confirmChange } from './confirm.ts';
import type { FleetEntry } from './fleet-access.ts';
import type { Standing } from './migrate.ts';
import type { MigrateEntry } from './migrate-entry.ts';
import { printBlockers, printStanding, standingAsData, type ShowLook } from './migrate-show.ts';
import { targetsOf, type MigrateLogins } from './migrate-way.ts';
import { leaveOutRevoked } from './revoked-since.ts';

/** Where a node was when the run was made. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
}

/** A run of an earlier call that is not over. */
export interface OpenRun {
  readonly id: string;
  readonly phase: Phase;
  readonly status: RunSummary['status'];
}

/** The last phase that was done and not taken back; undefined: none by us. */
function lastRunOf({ migration }: Standing): OpenRun | undefined {
  const folder = migration.entry.stateFolder;
  for (const { id, status } of newestRuns(folder)) {
    if (status === 'undone' || status === 'damaged') continue;
    const { facts } = readRun(folder, id).run;
    if (facts['fleet'] === migration.name) return { id, phase: facts['phase'] as Phase, status };
  }
  return undefined;
}

/**
 * Nodes of the last run that nobody knows any more: a primary forgets a replica that is down, but the replica comes back
 * as it was.
 */
export function forgottenNodes(
  migration: MigrateEntry,
  sights: readonly MigrationSight[],
): readonly string[] {
  const folder = migration.entry.stateFolder;
  const run = newestRuns(folder)
    .filter(({ status }) => status !== 'damaged')
    .map(({ id }) => readRun(folder, id).run)
    .find(({ facts }) => facts['fleet'] === migration.name);
  if (run === undefined) return [];
  const isThere = ({ host, port, tlsPort }: Place): boolean =>
    sights.some(
      ({ seen }) =>
        seen.host === host &&
        ((port !== 0 && seen.port === port) || (tlsPort !== 0 && seen.tlsPort === tlsPort)),
    );
  return run.nodes.filter(({ id }) => !isThere(placeOf(run, id))).map(({ id }) => id);
}

/** Ids tell the second only. */
function newestRuns(folder: string): readonly RunSummary[] {
  return listRuns(folder)
    .filter(({ operation }) => operation === 'migrate')
    .toSorted((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? 1 : -1));
}

/** A phase that was cut short, to be gone on with. */
export function openRunOf(standing: Standing): OpenRun | undefined {
  const last = lastRunOf(standing);
  if (last === undefined || last.status === 'done') return undefined;
  if (last.status !== 'undo-incomplete') return last;
  throw new CommandFailure({
    code: 'E_MIGRATE',
    what: `${last.phase} was taken back in part only`,
    target: last.id,
    next: 'wardis migrate --back',
  });
}

/** Executes a phase, or goes on with the one that was cut short. */
export async function runPhase(
  standing: Standing,
  phase: Phase,
  stages: readonly Stage[],
  context: CommandContext,
): Promise<RunReport> {
  const unfinished = openRunOf(standing);
  const { entry } = standing.migration;
  return holdState({ entry }, `migrate ${phase}`, context, async ({ lock, signal }) => {
    const journal =
      unfinished === undefined
        ? await createRun(lock, newRun(standing, phase, stages, context))
        : await openJournal(lock, unfinished.id);
    try {
      const connect = connectForth(standing, phase, journal.run);
      const ports = portsOf({ standing, journal, connect, signal }, context);
      const options = { unreachable: 'stop', concurrency: entry.concurrency } as const;
      if (unfinished === undefined) return await executeRun(journal.run, ports, options);
      return await resumeRun(withoutRevoked(journal.run, 'resume', entry, context), ports, options);
    } finally {
      await journal.close();
    }
  });
}

/** The last phase back, unless somebody came by the new way. */
export async function takeBackPhase(
  standing: Standing,
  flags: MigrateFlags,
  context: CommandContext,
): Promise<void> {
  const last = lastRunOf(standing);
  if (last === undefined) {
    throw new CommandFailure({
      code: 'E_MIGRATE',
      what: 'no phase was done from this state folder; nothing was changed',
      next: 'name the folder of the run: --state DIR',
    });
  }
  const { run } = readRun(standing.migration.entry.stateFolder, last.id);
  const inTheWay = blockersOfBack(
    standing.sights.map(({ seen }) => seen),
    last.phase,
    addedUsers(run),
  );
  if (inTheWay.length > 0 && flags.force !== true) {
    context.terminal.out(printBlockers(inTheWay, context.terminal.outLook));
    context.terminal.err(
      `${last.phase} was not taken back: these came by the new way. Or insist: --back --force\n`,
    );
    return context.finish(EXIT.findings);
  }
  const name = inTheWay.length > 0 ? standing.migration.name : undefined;
  const about = `${last.phase} is taken back at ${run.nodes.length} nodes (run ${last.id}).`;
  const scriptForm = `wardis migrate --back ${name === undefined ? '--yes' : `--force --confirm ${name}`}`;
  await confirmChange({ yes: flags.yes === true, confirm: flags.confirm, about, name, scriptForm }, context);
  const { entry } = standing.migration;
  const report = await holdState(
    { entry },
    `migrate back ${last.phase}`,
    context,
    async ({ lock, signal }) => {
      const journal = await openJournal(lock, last.id);
      try {
        const connect = connectBack(standing, last.phase, journal.run);
        const rest = withoutRevoked(journal.run, 'undo', entry, context);
        return await undoRun(rest, portsOf({ standing, journal, connect, signal }, context));
      } finally {
        await journal.close();
      }
    },
  );
  context.terminal.out(flags.json === true ? reportJson(report) : `${describeReport(report, 'back')}\n`);
  context.finish(report.outcome === 'undone' ? EXIT.ok : EXIT.incomplete);
}

/** Looked up with the state folder held: a revocation may have come while somebody was asked. */
function withoutRevoked(
  whole: Run,
  way: 'resume' | 'undo',
  { stateFolder }: FleetEntry,
  { terminal }: CommandContext,
): Run {
  const { run, notes } = leaveOutRevoked(whole, stateFolder, way);
  for (const note of notes) terminal.err(`${note}\n`);
  return run;
}

/** What came of a phase, and where the fleet stands now. */
export function describeEnd(
  report: RunReport,
  after: Standing,
  plan: PhasePlan,
  look: ShowLook | 'json',
): string {
  if (look === 'json') {
    const { schemaVersion, ...standing } = standingAsData(after);
    const { outcome, steps, run } = report;
    const failed = steps.filter(({ state }) => state !== 'done' && state !== 'unneeded');
    return `${printSafeJson(
      {
        schemaVersion,
        run: { id: run.id, outcome, steps: steps.length, unfinished: failed.map(describeStep) },
        byHand: plan.byHand,
        ...standing,
      },
      2,
    )}\n`;
  }
  const byHand = plan.byHand.map((line) => `by hand: ${line}`);
  return `${[describeReport(report, 'forth'), ...byHand].join('\n')}\n\n${printStanding(after, look)}`;
}

function newRun(standing: Standing, phase: Phase, stages: readonly Stage[], context: CommandContext): Run {
  const { migration, sights } = standing;
  const startedAt = context.now();
  const places = sights.map(({ node, seen }): [string, Place] => [
    node.id,
    { host: seen.host, port: seen.port, tlsPort: seen.tlsPort },
  ]);
  return {
    id: makeRunId('migrate', startedAt),
    operation: 'migrate',
    startedAt: startedAt.toISOString(),
    actor: describeActor(),
    subject: `${migration.name}: ${phase}`,
    nodes: sights.map(({ node, seen }) => ({ id: node.id, role: seen.role })),
    stages,
    facts: { fleet: migration.name, phase, places: Object.fromEntries(places) },
  };
}

type Connect = RunPorts['connect'];

function connectForth(standing: Standing, phase: Phase, run: Run): Connect {
  const { logins } = standing.migration;
  const byNewWay = phase === 'default-off' || phase === 'plaintext-closed';
  const found = new Map(standing.found.topology.nodes.map(({ id, target }) => [id, target]));
  const sentinels = new Set(
    standing.sights.filter(({ seen }) => seen.mode === 'sentinel').map(({ node }) => node.id),
  );
  return connectBy(standing, (node) => {
    const first = found.get(node);
    const sure = first === undefined ? [] : [first];
    if (sentinels.has(node)) return byNewWay ? sure.flatMap((target) => asOurselves(target, logins)) : sure;
    const all = targetsOf(placeOf(run, node), logins);
    if (!byNewWay) return [...sure, ...all];
    return all.filter(
      ({ transport, credentials }) => transport === 'tls' && credentials?.username !== undefined,
    );
  });
}

/** Taking the users back takes us away too, so that it is done by the old login. */
function connectBack(standing: Standing, phase: Phase, run: Run): Connect {
  const { logins } = standing.migration;
  const found = new Map(standing.found.topology.nodes.map(({ id, target }) => [id, target]));
  return connectBy(standing, (node) => {
    const first = found.get(node);
    const all = [...(first === undefined ? [] : [first]), ...targetsOf(placeOf(run, node), logins)];
    if (phase === 'dual-port') return all.toSorted((a, b) => rank(a) - rank(b));
    if (phase !== 'users') return all;
    const old = all.filter(({ credentials }) => credentials?.username === undefined);
    return first === undefined ? old : [...old, withOldLogin(first, logins)];
  });
}

/** The port that is about to close comes last. */
function rank({ transport }: Target): number {
  return transport === 'tls' ? 1 : 0;
}

function asOurselves(target: Target, { named }: MigrateLogins): readonly Target[] {
  return named === undefined ? [] : [{ ...target, credentials: named }];
}

function withOldLogin({ credentials: _credentials, ...target }: Target, { old }: MigrateLogins): Target {
  return old === undefined ? target : { ...target, credentials: { password: old } };
}

/** The first target that lets us in; remembered for the next call. */
function connectBy(standing: Standing, targets: (node: string) => readonly Target[]): Connect {
  const { limits } = standing.migration.entry;
  const known = new Map<string, Target>();
  return async (node) => {
    const list = targets(node);
    const good = known.get(node);
    let failure: unknown = new Error(`${node} has no way in`);
    for (const target of good === undefined ? list : [good, ...list]) {
      try {
        const connection: Connection = await openConnection(target, limits);
        known.set(node, target);
        return connection;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
}

function placeOf(run: Run, node: string): Place {
  const places = run.facts['places'] as Readonly<Record<string, Place>> | undefined;
  return places?.[node] ?? { host: '', port: 0, tlsPort: 0 };
}

interface Outside {
  readonly standing: Standing;
  readonly journal: RunPorts['journal'];
  readonly connect: Connect;
  readonly signal: AbortSignal;
}

function portsOf({ standing, journal, connect, signal }: Outside, context: CommandContext): RunPorts {
  const states = new Map(standing.found.states.map((state) => [state.node, state]));
  return {
    connect,
    journal,
    known: (node) => states.get(node),
    signal,
    now: context.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    onEvent: (event) => {
      if (event.kind === 'stage') context.terminal.err(`${event.stage.title}\n`);
      if (event.kind === 'step' && event.state === 'failed') {
        context.terminal.err(`${safeText(`  ${event.step.node}: ${event.detail ?? 'failed'}`)}\n`);
      }
    },
  };
}

function addedUsers(run: Run): readonly string[] {
  const steps = run.stages.flatMap((stage) => stage.steps);
  return steps.flatMap((step) => (step.kind === 'set-user' && step.before === undefined ? [step.user] : []));
}

export function describeReport({ run, outcome, steps }: RunReport, way: 'forth' | 'back'): string {
  const phase = String(run.facts['phase']);
  const never = steps.filter(({ state }) => state === 'pending').length;
  const part = never === 0 ? '' : `, of what had been done; ${never} steps never were`;
  const head = way === 'forth' ? `${phase}: ${outcome}` : `${phase} taken back: ${outcome}${part}`;
  const words = way === 'forth' ? ['failed', 'pending', 'undo-failed'] : ['failed', 'undo-failed'];
  const notable = steps.filter(({ state }) => words.includes(state));
  const shown = notable.slice(0, STEPS_SHOWN_MAX).map((step) => `  ${describeStep(step)}`);
  const rest = steps.filter(({ state }) => state === 'skipped' || state === 'planned').length;
  const more = [
    ...(notable.length > shown.length ? [`  and ${notable.length - shown.length} more like these`] : []),
    ...(way === 'forth' && rest > 0
      ? [`  ${rest} steps not begun; go on: --next, or take it back: --back`]
      : []),
  ];
  return [`${head}   run ${run.id}`, ...shown, ...more].map(safeText).join('\n');
}

const STEPS_SHOWN_MAX = 20;

function describeStep({ step, state, detail }: RunReport['steps'][number]): string {
  return `step ${step.id} ${step.kind} at ${step.node}: ${state}${detail === undefined ? '' : `, ${detail}`}`;
}

function reportJson({ run, outcome, steps }: RunReport): string {
  const phase = run.facts['phase'];
  const said = { schemaVersion: '1', run: { id: run.id, phase, outcome }, steps: steps.map(describeStep) };
  return `${printSafeJson(said, 2)}\n`;
}
