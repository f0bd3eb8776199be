/** `wardis tls rotate leaf`: plan, ask, do; or show, go on with, take back a rotation. */

import { listRuns, reportRun, readRun, type Run } from '../../change/index.ts';
import { FleetError } from '../../fleet/index.ts';
import { safeText } from '../../text/index.ts';
import { readServed } from '../../tls/index.ts';
import { explainChange } from '../change/apply-failure.ts';
import { confirmChange } from '../change/confirm.ts';
import { enterFleet, type FleetEntry } from '../change/fleet-access.ts';
import { distrustStateFolder } from '../change/state-folder.ts';
import type { RotateLeafFlags } from '../commands/tls/rotate.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { findNodesByPins, pinNotes } from './expired-nodes.ts';
import { findRemover } from './rotate-leaf-backups.ts';
import { isRefused, planLeaves, type LeafPlan } from './rotate-leaf-plan.ts';
import { exitOfLeaf, leafReportData, renderLeafReport } from './rotate-leaf-report.ts';
import {
  executeLeafRun,
  factsOf,
  openRunNotes,
  failuresOf,
  findLeafRun,
  resumeLeafRun,
  undoLeafRun,
  type LeafRunEnd,
  type LeafRunWorld,
} from './rotate-leaf-run.ts';
import { recordOutcome } from './rotate-leaf-record.ts';
import { abandonLeafRun, refuseWhileOpen } from './rotate-leaf-open.ts';
import { readLeafScene, type LeafScene } from './rotate-leaf-scene.ts';
import { leafPlanData, objectionLines, renderLeafPlan } from './rotate-leaf-show.ts';
import { issuePairs, openLeafSource, type LeafSource } from './rotate-leaf-source.ts';
import { refuseUnfitReturn } from './rotate-leaf-unfit.ts';

export async function runRotateLeaf(
  named: readonly string[],
  flags: RotateLeafFlags,
  context: CommandContext,
): Promise<void> {
  const asked = [flags.plan === true, flags.status === true, flags.resume, flags.undo, flags.abandon];
  if (asked.filter((value) => value !== undefined && value !== false).length > 1) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--plan, --status, --resume, --undo and --abandon do not go together',
      next: 'wardis help tls rotate leaf',
    });
  }
  await explainChange(() => {
    if (flags.status === true) return showStatus(named, flags, context);
    if (flags.resume !== undefined) return goOn(named, flags, flags.resume, 'resume', context);
    if (flags.abandon !== undefined) return giveUp(named, flags, flags.abandon, context);
    if (flags.undo !== undefined) return goOn(named, flags, flags.undo, 'undo', context);
    return rotate(named, flags, context);
  });
}

async function rotate(
  named: readonly string[],
  flags: RotateLeafFlags,
  context: CommandContext,
): Promise<void> {
  const { terminal } = context;
  const scene = await readLeafScene(named, flags, context);
  for (const note of openRunNotes(scene.entry)) terminal.err(`${safeText(note)}\n`);
  const source = await openLeafSource(scene, flags, context);
  const about = { canary: flags.canary, now: context.now() };
  const plan = await planLeaves(scene, source, about);
  checkCanary(plan, flags.canary);
  const shown = renderLeafPlan(plan, flags.json === true ? terminal.errLook : terminal.outLook);
  if (flags.plan === true && plan.nodes.length > 0) {
    terminal.out(flags.json === true ? leafPlanData(plan) : shown);
    return context.finish(isRefused(plan) ? EXIT.error : incomplete(plan) ? EXIT.incomplete : EXIT.ok);
  }
  (flags.json === true ? terminal.err : terminal.out)(shown);
  const changing = plan.nodes.filter(({ standing }) => standing === 'change').length;
  if (isRefused(plan)) throw refused(plan, 'the certificates are not rotated for the reasons above');
  if (changing === 0) return endWithoutChange(plan, flags, context);
  refuseWhileOpen(
    scene.entry,
    scene.reading.sights.map(({ node }) => node.id),
  );
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `This gives ${changing === 1 ? '1 node' : `${changing} nodes`} a new certificate; connections stay.`,
      scriptForm: 'wardis tls rotate leaf … --yes',
    },
    context,
  );
  const whole = source.kind === 'issue' ? await issueAndCheck(scene, source, about, context) : plan;
  const world: LeafRunWorld = { entry: scene.entry, topology: scene.topology, flags };
  end(await executeLeafRun(whole, world, context), 'rotate', flags, context);
}

/** What was issued is checked like everything else, before anything is touched. */
async function issueAndCheck(
  scene: LeafScene,
  source: Extract<LeafSource, { readonly kind: 'issue' }>,
  about: Parameters<typeof planLeaves>[2],
  { terminal }: CommandContext,
): Promise<LeafPlan> {
  const pairs = await issuePairs(scene.reading.sights, source);
  const plan = await planLeaves(scene, { kind: 'pairs', files: 'place', pairs }, about);
  if (!isRefused(plan)) return plan;
  terminal.err(
    `${objectionLines(plan.objections, terminal.errLook, plan.nodes.length).map(safeText).join('\n')}\n`,
  );
  throw refused(plan, 'what was issued does not do for the reasons above');
}

function incomplete({ left }: LeafPlan): boolean {
  return left.some(({ kind }) => kind !== 'plaintext');
}

function refused({ objections }: LeafPlan, what: string): CommandFailure {
  const count = new Set(
    objections
      .filter(({ severity }) => severity === 'refused')
      .map(({ place, cause }) => `${place} ${cause}`),
  ).size;
  return new CommandFailure({
    code: 'E_LEAF',
    what: `${what}; nothing was changed`,
    cause: count === 1 ? 'one reason' : `${count} reasons`,
    next: 'mend what each reason names, or choose other nodes: --node ID',
  });
}

function checkCanary({ nodes }: LeafPlan, asked: string | undefined): void {
  if (asked === undefined || nodes.some(({ sight }) => sight.node.id === asked)) return;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--canary ${asked} is none of the nodes that get a certificate`,
    next: `--canary ${nodes[0]?.sight.node.id ?? 'ID'}`,
  });
}

function endWithoutChange(plan: LeafPlan, flags: RotateLeafFlags, context: CommandContext): void {
  const { terminal } = context;
  if (plan.nodes.length === 0) {
    throw new CommandFailure({
      code: 'E_LEAF',
      what: incomplete(plan) ? 'no node could be asked' : 'no node speaks TLS',
      cause: plan.left.map(({ node, why }) => `${node.id}: ${why}`).join('; '),
      next: incomplete(plan)
        ? (helpOf(plan) ?? 'name a node that answers')
        : 'open TLS ports first: wardis migrate',
      exit: incomplete(plan) ? EXIT.incomplete : EXIT.error,
    });
  }
  if (flags.json === true) terminal.out(leafPlanData(plan));
  else terminal.out('Every node serves it already. Nothing was changed.\n');
  context.finish(incomplete(plan) ? EXIT.incomplete : EXIT.ok);
}

function helpOf({ left }: LeafPlan): string | undefined {
  return left.find(({ kind, next }) => kind !== 'plaintext' && next !== undefined)?.next;
}

async function goOn(
  named: readonly string[],
  flags: RotateLeafFlags,
  wanted: string | true,
  way: 'resume' | 'undo',
  context: CommandContext,
): Promise<void> {
  const entry = await enterFleet(named, flags, context);
  distrustStateFolder(entry.stateFolder);
  await settleInventory(entry, context);
  const { run } = findLeafRun(entry, wanted, way);
  if (way === 'undo' && factsOf(run).files === 'placed') {
    throw new CommandFailure({
      code: 'E_LEAF',
      what: `run ${run.id} only read what another system had placed, and nothing here holds the old files; nothing was changed`,
      next: 'have that system place the old ones, then: wardis tls rotate leaf --placed',
    });
  }
  const remover = way === 'undo' ? findRemover(run, entry.stateFolder) : undefined;
  if (remover !== undefined) {
    throw new CommandFailure({
      code: 'E_LEAF',
      what: `run ${run.id} cannot be taken back: its old files were removed when run ${remover} was done; nothing was changed`,
      next: 'give the nodes new certificates: wardis tls rotate leaf',
    });
  }
  if (way === 'undo' && flags.force !== true) refuseUnfitReturn(run, entry.stateFolder, context.now());
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `This ${way === 'resume' ? 'goes on with' : 'takes back'} run ${run.id} (${run.subject}).`,
      scriptForm: `wardis tls rotate leaf --${way} ${run.id} --yes`,
    },
    context,
  );
  const world: LeafRunWorld = { ...(await findIfPossible(entry, context)), flags };
  const ended = await (way === 'resume' ? resumeLeafRun : undoLeafRun)(run, world, context);
  end(ended, way === 'resume' ? 'rotate' : 'undo', flags, context);
}

/** A run that was killed after its last step has not told the inventory yet what it came to. */
async function settleInventory({ stateFolder }: FleetEntry, { terminal }: CommandContext): Promise<void> {
  const last = listRuns(stateFolder).find(({ operation }) => operation === 'rotate-leaf');
  if (last?.status !== 'done' && last?.status !== 'undone') return;
  const { run, entries } = readRun(stateFolder, last.id);
  for (const note of await recordOutcome(reportRun(run, entries), stateFolder))
    terminal.err(`${safeText(note)}\n`);
}

async function giveUp(
  named: readonly string[],
  flags: RotateLeafFlags,
  wanted: string,
  context: CommandContext,
): Promise<void> {
  const entry = await enterFleet(named, flags, context);
  distrustStateFolder(entry.stateFolder);
  const { run } = findLeafRun(entry, wanted, 'resume');
  await abandonLeafRun(entry, run, flags, context);
}

/** Where no seed answers, the run knows the addresses. */
async function findIfPossible(
  entry: FleetEntry,
  { terminal, now }: CommandContext,
): Promise<Pick<LeafRunWorld, 'entry' | 'topology'>> {
  try {
    const found = await findNodesByPins(entry, now());
    for (const note of pinNotes(found)) terminal.err(`${safeText(note)}\n`);
    return found;
  } catch (error) {
    if (error instanceof FleetError) return { entry, topology: undefined };
    throw error;
  }
}

function end(
  ended: LeafRunEnd,
  asked: 'rotate' | 'undo',
  flags: RotateLeafFlags,
  context: CommandContext,
): void {
  context.terminal.out(flags.json === true ? leafReportData(ended) : renderLeafReport(ended));
  context.finish(exitOfLeaf(ended, asked));
}

/** The last run, and what its ports show now. */
async function showStatus(
  named: readonly string[],
  flags: RotateLeafFlags,
  context: CommandContext,
): Promise<void> {
  const entry = await enterFleet(named, flags, context);
  distrustStateFolder(entry.stateFolder);
  await settleInventory(entry, context);
  const { run } = findLeafRun(entry, true, 'status');
  const { entries } = readRun(entry.stateFolder, run.id);
  const report = reportRun(run, entries);
  const known = { report, failures: failuresOf(run, entries), interrupted: false };
  if (flags.json === true) context.terminal.out(leafReportData(known));
  else {
    const { lines, shows } = await servedNow(run);
    context.terminal.out(`run ${run.id} of ${run.startedAt}\n${renderLeafReport(known, shows)}`);
    context.terminal.out(`${lines.map(safeText).join('\n')}\n`);
  }
  context.finish(report.outcome === 'done' || report.outcome === 'undone' ? EXIT.ok : EXIT.incomplete);
}

async function servedNow({
  stages,
}: Run): Promise<{ readonly lines: readonly string[]; readonly shows: ReadonlySet<string> }> {
  const proofs = stages.flatMap(({ steps }) => steps).filter((step) => step.kind === 'prove-certificate');
  const lines: string[] = [];
  const shows = new Set(proofs.map(({ node }) => node));
  for (const { node, serves } of proofs) {
    for (const port of serves.ports) {
      const reading = await readServed(port);
      const shown = reading.kind === 'served' ? reading.leaf.fingerprintSha256 : undefined;
      if (shown !== serves.after) shows.delete(node);
      const said =
        shown === serves.after
          ? 'the new one'
          : shown === serves.before && shown !== undefined
            ? 'the old one'
            : shown === undefined
              ? 'no certificate'
              : 'another one';
      lines.push(`now  ${node}  port ${port.port} shows ${said}`);
    }
  }
  return { lines, shows };
}
