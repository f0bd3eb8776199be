/**
 * A phase as a run: on disk before the first file is placed, taken back by itself when a step fails, gone on with or
 * taken back by its journal after a crash. Certificates to knock with are short-lived, so that going on takes new ones.
 */

import {
  createRun,
  executeRun,
  listRuns,
  makeRunId,
  openJournal,
  readRun,
  resumeRun,
  undoRun,
  type AuthorityPhase,
  type ClientPair,
  type Run,
  type RunReport,
  type RunSummary,
  type Stage,
  type Step,
} from '../../change/index.ts';
import type { Topology } from '../../fleet/index.ts';
import { certificatesOf, type AuthorityChange } from '../../change/index.ts';
import { safeText } from '../../text/index.ts';
import { readCertificates } from '../../tls/index.ts';
import { describeActor } from '../change/actor.ts';
import { openPorts } from '../change/apply-ports.ts';
import { holdState, type Engine } from '../change/apply-run.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import type { CommandContext } from '../context.ts';
import { recordOutcome } from './rotate-leaf-record.ts';

/** What a run of this kind remembers beside its steps. */
export interface CaFacts {
  readonly fleet: string;
  readonly phase: AuthorityPhase;
  readonly canary: string | null;
  /** Fingerprints of the roots. */
  readonly old: readonly string[];
  readonly next: readonly string[];
}

/** The last phase that was done from this state folder and not taken back. */
export interface CaRun {
  readonly run: Run;
  readonly facts: CaFacts;
  readonly status: RunSummary['status'];
}

export interface CaRunWorld {
  readonly entry: FleetEntry;
  readonly topology: Topology | undefined;
  readonly noise: 'progress' | 'silent';
}

/** What a new phase is made of. */
export interface CaPhaseRequest {
  readonly name: string;
  readonly phase: AuthorityPhase;
  readonly change: AuthorityChange;
  readonly stages: readonly Stage[];
  readonly canary: string | undefined;
}

/** Towards this authority. Undefined: none, or all were taken back. */
export function lastCaRun(stateFolder: string, fleet: string, { next }: AuthorityChange): CaRun | undefined {
  const wanted = new Set(certificatesOf(next).map(({ fingerprintSha256 }) => fingerprintSha256));
  for (const { id, operation, status } of listRuns(stateFolder)) {
    if (operation !== 'rotate-ca' || status === 'undone' || status === 'damaged') continue;
    const { run } = readRun(stateFolder, id);
    // Facts come back from disk as they were written, by us.
    const facts = run.facts as unknown as CaFacts;
    if (facts.fleet === fleet && facts.next.some((root) => wanted.has(root))) return { run, facts, status };
  }
  return undefined;
}

/** Nodes of any fleet that trust this authority too, as far as it was brought in from here. */
export function nodesLedThroughTrust(stateFolder: string, { next }: AuthorityChange): ReadonlySet<string> {
  const wanted = new Set(certificatesOf(next).map(({ fingerprintSha256 }) => fingerprintSha256));
  const ids = listRuns(stateFolder)
    .filter(({ operation, status }) => operation === 'rotate-ca' && status === 'done')
    .map(({ id }) => readRun(stateFolder, id).run)
    .filter(({ facts }) => {
      const { phase, next: roots } = facts as unknown as CaFacts;
      return phase === 'trust' && roots.some((root) => wanted.has(root));
    })
    .flatMap(({ nodes }) => nodes.map(({ id }) => id));
  return new Set(ids);
}

export function executeCaRun(
  request: CaPhaseRequest,
  world: CaRunWorld,
  context: CommandContext,
): Promise<RunReport> {
  return conduct(newRun(request, world, context), 'new', executeRun, world, context);
}

/** `admits`: a certificate to knock with, in the place of the one that the run was made with. */
export function resumeCaRun(
  { run }: CaRun,
  admits: ClientPair | undefined,
  world: CaRunWorld,
  context: CommandContext,
): Promise<RunReport> {
  const engine: Engine = (known, ports, options) => resumeRun(withAdmission(known, admits), ports, options);
  return conduct(run, 'known', engine, world, context);
}

export function undoCaRun({ run }: CaRun, world: CaRunWorld, context: CommandContext): Promise<RunReport> {
  return conduct(run, 'known', undoRun, world, context);
}

function withAdmission(run: Run, admits: ClientPair | undefined): Run {
  const renew = (step: Step): Step => {
    if (step.kind !== 'reload-tls' || step.admits === undefined) return step;
    // The node's own, which is to be proved whatever the time.
    const [leaf] = readCertificates(step.admits.certificate).certificates;
    if (leaf?.fingerprintSha256 === step.serves?.after) return step;
    const { admits: _old, ...rest } = step;
    return admits === undefined ? rest : { ...rest, admits };
  };
  return { ...run, stages: run.stages.map((stage) => ({ ...stage, steps: stage.steps.map(renew) })) };
}

async function conduct(
  run: Run,
  which: 'new' | 'known',
  engine: Engine,
  { entry, topology, noise }: CaRunWorld,
  context: CommandContext,
): Promise<RunReport> {
  const report = await holdState({ entry }, `tls rotate ca ${run.id}`, context, async (held) => {
    const journal = which === 'new' ? await createRun(held.lock, run) : await openJournal(held.lock, run.id);
    const world = {
      entry,
      topology,
      known: new Map(),
      files: 'every-host',
      noise,
      signal: held.signal,
    } as const;
    const ports = openPorts(journal, world, context);
    try {
      const { canary } = journal.run.facts as unknown as CaFacts;
      return await engine(journal.run, ports, {
        concurrency: entry.concurrency,
        ...(canary === null ? {} : { canary }),
        unreachable: 'stop',
        onFailure: 'undo',
      });
    } finally {
      await ports.close();
      await journal.close();
    }
  });
  for (const note of await recordOutcome(report, entry.stateFolder)) {
    context.terminal.err(`${safeText(note)}\n`);
  }
  return report;
}

function newRun(
  { name, phase, change, stages, canary }: CaPhaseRequest,
  { topology }: CaRunWorld,
  context: CommandContext,
): Run {
  const startedAt = context.now();
  const roots = (pems: readonly string[]): readonly string[] =>
    certificatesOf(pems).flatMap(({ selfSigned, fingerprintSha256 }) =>
      selfSigned ? [fingerprintSha256] : [],
    );
  const facts: CaFacts = {
    fleet: name,
    phase,
    canary: canary ?? null,
    old: roots(change.old),
    next: roots(change.next),
  };
  return {
    id: makeRunId('rotate-ca', startedAt),
    operation: 'rotate-ca',
    startedAt: startedAt.toISOString(),
    actor: describeActor(),
    subject: `${name}: ${phase}`,
    // All of them: Sentinels tell whether one can be spared.
    nodes: (topology?.nodes ?? []).map(({ id, role }) => ({ id, role })),
    stages,
    facts: { ...facts },
  };
}

/** One line, and what did not go well. */
export function describeCaReport({ run, outcome, steps }: RunReport): string {
  const { phase } = run.facts as unknown as CaFacts;
  const bad = steps.filter(
    ({ state }) => state === 'failed' || state === 'pending' || state === 'undo-failed',
  );
  const lines = bad
    .slice(0, STEPS_SHOWN_MAX)
    .map(
      ({ step, state, detail }) =>
        `  step ${step.id} ${step.kind} at ${step.node}: ${state}, ${detail ?? 'no reason'}`,
    );
  return `${[`${phase}: ${outcome}   run ${run.id}`, ...lines].map(safeText).join('\n')}\n`;
}

const STEPS_SHOWN_MAX = 20;
