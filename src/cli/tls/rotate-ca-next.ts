/** The next phase of a change of authority, or the one that was cut short: refused, asked about, done, proved. */

import {
  AUTHORITY_PHASE_TITLES,
  certificatesOf,
  type AuthorityPhase,
  type AuthorityProgress,
  type RunReport,
} from '../../change/index.ts';
import { adoptTrust, finishAuthoritySuccession, readTrust } from '../../pki/index.ts';
import { safeText } from '../../text/index.ts';
import { confirmChange } from '../change/confirm.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { fingerprintsOf } from './rotate-ca-authority.ts';
import { tellEnd } from './rotate-ca-end.ts';
import { reissueClients } from './rotate-ca-clients.ts';
import { describeUnwritten, reissuable, updateOwnTrust } from './rotate-ca-local.ts';
import { forecastLinks } from './rotate-ca-links.ts';
import { stepsOfLeaves, stepsOfTrust, type PhaseSteps } from './rotate-ca-phases.ts';
import { executeCaRun, resumeCaRun, type CaRun } from './rotate-ca-run.ts';
import {
  caStandingAsData,
  describeClients,
  describeObstacle,
  describeReloads,
  printCaJson,
  printCaStanding,
} from './rotate-ca-show.ts';
import { lookAtPassage, type CaWork } from './rotate-ca-work.ts';

type Agreement = 'ask' | 'agreed';

export async function goOnWithPassage(
  work: CaWork,
  agreement: Agreement,
  context: CommandContext,
): Promise<void> {
  const { last, standing } = work;
  if (last !== undefined && last.status !== 'done') return resume(work, last, context);
  const { next, obstacles } = standing.progress;
  if (next === 'done') return showDone(work, context);
  if (obstacles.length > 0) {
    throw new CommandFailure({
      code: 'E_ROTATE_CA',
      what: `${next} cannot be done here; nothing was changed`,
      cause: obstacles.flatMap(describeObstacle).join('\n       '),
      next: 'mend what is named, then: wardis tls rotate ca --next',
    });
  }
  switch (next) {
    case 'trust':
      return trust(work, agreement, context);
    case 'leaves':
      return leaves(work, context);
    case 'clients':
      return moveClients(work, context);
    case 'drop':
      return drop(work, context);
  }
}

async function trust(work: CaWork, agreement: Agreement, context: CommandContext): Promise<void> {
  const { seen, standing, entry, passage, flags } = work;
  const { progress } = standing;
  const { probes } = passage;
  const todo = countOf(progress, 'trust');
  const { lacks } = progress.own;
  const steps = todo === 0 ? NOTHING : stepsOfTrust('trust', seen, progress, entry, probes.next);
  if (agreement === 'ask') {
    await agree(
      'trust',
      `${todo} nodes${flags.updateLocal === true && lacks.length > 0 ? ', and our own CA file' : ''}`,
      work,
      context,
    );
  }
  await recordTrust(work);
  const report = todo === 0 ? undefined : await run('trust', steps, work, context);
  settleOwnTrust('trust', report, work, context);
  const left = describeUnwritten(
    flags.updateLocal === true ? lacks.filter(({ kind }) => kind !== 'file') : lacks,
  );
  if (left.length > 0) {
    const lines = [
      'our own trust must hold the new authority before any node serves a certificate of it:',
      ...left,
    ];
    context.terminal.err(`${lines.map(safeText).join('\n')}\n`);
  }
  tellClientsTrust(context);
  await end(work, report, steps, context);
}

/** What was named by file is handed out by `tls bundle` too, until it is finished. */
async function recordTrust({ entry, seen }: CaWork): Promise<void> {
  const known = fingerprintsOf(readTrust(entry.stateFolder).roots.map(({ fact }) => fact.pem));
  const roots = certificatesOf([...seen.change.next, ...seen.change.old]).filter(
    ({ selfSigned, fingerprintSha256 }) => selfSigned && !known.has(fingerprintSha256),
  );
  for (const root of roots) await adoptTrust(entry.stateFolder, root);
}

const NOTHING: PhaseSteps = { stages: [], byHand: [] };

/** Nobody can see what clients trust. */
function tellClientsTrust({ terminal }: CommandContext): void {
  terminal.err(
    'before the next phase every client must trust both authorities (wardis tls bundle), and must have been restarted or reloaded since: no server can tell\n',
  );
}

async function leaves(work: CaWork, context: CommandContext): Promise<void> {
  const { passage, entry, standing } = work;
  const { progress } = standing;
  if (passage.issuer === 'elsewhere') return tellLeaves(work, context);
  await agree(
    'leaves',
    `${countOf(progress, 'leaves')} nodes. Every client must have both authorities (wardis tls bundle) and must have been restarted or reloaded since: a program that read its trust when it started still trusts only the old one, cannot connect anew afterwards, and with Sentinels may stand still`,
    work,
    context,
  );
  // From here on everything is issued by the new one.
  if (passage.issuer === 'successor') await finishAuthoritySuccession(entry.stateFolder);
  const steps = await stepsOfLeaves({ ...work, progress }, context);
  await end(work, await run('leaves', steps, work, context), steps, context);
}

/** Issued by an authority that is kept elsewhere. */
function tellLeaves({ standing, flags }: CaWork, context: CommandContext): void {
  const late = standing.progress.nodes.filter(({ needs }) => needs.includes('leaves'));
  const lines = late.map(({ id }) => `  wardis tls rotate leaf --node ${id} --new-cert FILE --new-key FILE`);
  context.terminal.err(
    `${late.length} nodes need certificates of the new authority, which is kept elsewhere. Have it issue them, then:\n${lines.map(safeText).join('\n')}\n`,
  );
  if (flags.json === true) context.terminal.out(printCaJson(caStandingAsData(standing)));
  context.finish(EXIT.findings);
}

async function moveClients(work: CaWork, context: CommandContext): Promise<void> {
  const { standing, passage, entry, flags, passphrase } = work;
  const able = passage.issuer === 'elsewhere' ? [] : reissuable(standing.progress);
  if (able.length > 0) {
    const names = able.map(({ name, files }) => `${name} (${files.certificate})`).join(', ');
    await agree(
      'clients',
      `these are issued anew, shown to every node, and written over their files (the old pairs are kept until --finish): ${names}`,
      work,
      context,
    );
    if (passage.issuer === 'successor') await finishAuthoritySuccession(entry.stateFolder);
    await reissueClients(able, work, context);
  }
  const after = await lookAtPassage(entry, passage, flags, passphrase, context);
  const { progress } = after.standing;
  show(after, context);
  if (progress.clients.length > 0) {
    context.terminal.err(
      'these still need the old authority: move them, or say that they are gone (--allow NAME)\n',
    );
    if (flags.json === true) {
      context.terminal.err(`${describeClients(progress).map(safeText).join('\n')}\n`);
    }
  }
  context.finish(progress.clients.length === 0 ? EXIT.ok : EXIT.findings);
}

async function drop(work: CaWork, context: CommandContext): Promise<void> {
  const { seen, standing, entry, passage, flags } = work;
  const { progress } = standing;
  const steps = stepsOfTrust('drop', seen, progress, entry, passage.probes.next);
  const allowed = flags.allow.length === 0 ? '' : ` Locked out on purpose: ${flags.allow.join(', ')}.`;
  await agree(
    'drop',
    `${countOf(progress, 'drop')} nodes. ${describeReloads(progress)}Clients that are connected stay; certificates of the old authority are refused at the next handshake.${allowed}`,
    work,
    context,
  );
  const report = await run('drop', steps, work, context);
  settleOwnTrust('drop', report, work, context);
  await end(work, report, steps, context);
}

/** Our own CA file follows what the nodes trust, whether the run was new or gone on with. */
function settleOwnTrust(
  phase: AuthorityPhase,
  report: RunReport | undefined,
  { flags, seen, standing }: CaWork,
  context: CommandContext,
): void {
  if (flags.updateLocal !== true || !isDone(report)) return;
  const { lacks, holdsOld } = standing.progress.own;
  if (phase === 'trust') updateOwnTrust(lacks, seen.change, 'add', context);
  if (phase === 'drop') updateOwnTrust(holdsOld, seen.change, 'drop', context);
}

async function resume(work: CaWork, last: CaRun, context: CommandContext): Promise<void> {
  const { passage, flags } = work;
  if (last.status === 'undo-incomplete') {
    throw new CommandFailure({
      code: 'E_ROTATE_CA',
      what: `${last.facts.phase} was taken back in part only; nothing was changed`,
      target: last.run.id,
      next: 'wardis tls rotate ca --undo',
    });
  }
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `${last.facts.phase} was cut short and is gone on with (run ${last.run.id}).`,
      scriptForm: 'wardis tls rotate ca --next --yes',
    },
    context,
  );
  const report = await resumeCaRun(last, passage.probes.next, worldOf(work), context);
  settleOwnTrust(last.facts.phase, report, work, context);
  await end(work, report, NOTHING, context);
}

async function agree(
  phase: AuthorityPhase,
  about: string,
  { flags }: CaWork,
  context: CommandContext,
): Promise<void> {
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `${phase}, ${AUTHORITY_PHASE_TITLES[phase]}: ${about}.`,
      scriptForm: 'wardis tls rotate ca --next --yes',
    },
    context,
  );
}

function run(
  phase: AuthorityPhase,
  { stages }: PhaseSteps,
  work: CaWork,
  context: CommandContext,
): Promise<RunReport> {
  const { name, seen, flags } = work;
  return executeCaRun(
    { name, phase, change: seen.change, stages, canary: flags.canary },
    worldOf(work),
    context,
  );
}

function worldOf({ entry, topology, flags }: CaWork): Parameters<typeof executeCaRun>[1] {
  return { entry, topology, noise: flags.json === true || flags.quiet === true ? 'silent' : 'progress' };
}

/** Read anew: whether it is done is what the fleet shows, not what the run says. */
async function end(
  work: CaWork,
  report: RunReport | undefined,
  { byHand }: PhaseSteps,
  context: CommandContext,
): Promise<void> {
  const { entry, passage, flags, passphrase } = work;
  for (const line of byHand) context.terminal.err(`by hand: ${safeText(line)}\n`);
  const after = await lookAtPassage(entry, passage, flags, passphrase, context);
  if (report === undefined) show(after, context);
  else tellEnd(report, after, flags, context);
  const phase = report === undefined ? 'trust' : report.run.facts['phase'];
  const open = after.standing.progress.nodes.filter(({ needs }) => needs.some((need) => need === phase));
  if (isDone(report) && open.length > 0) {
    const what = phase === 'drop' ? 'still lets clients of the old authority in' : 'is not there yet';
    context.terminal.err(`${open.map(({ id }) => safeText(`${id} ${what}`)).join('\n')}\n`);
  }
  tellUntried(phase, passage, context);
  const broken = report !== undefined && isDone(report) ? await tellLinks(work, context) : 0;
  const { next } = after.standing.progress;
  if (broken > 0) return context.finish(EXIT.incomplete);
  if (!isDone(report) || open.length > 0) return context.finish(EXIT.incomplete);
  // Every node is there, and we ourselves are not.
  context.finish(phase === 'trust' && next === 'trust' ? EXIT.findings : EXIT.ok);
}

/** A living link proves nothing of the next one. Answers with how many would not come up. */
async function tellLinks({ entry, flags }: CaWork, context: CommandContext): Promise<number> {
  const { broken, unknown } = await forecastLinks(entry, flags, context);
  const { terminal } = context;
  const shown = broken.slice(0, LINES_MAX);
  const more = broken.length > shown.length ? [`and ${broken.length - shown.length} more`] : [];
  for (const line of [...shown, ...more]) terminal.err(`${safeText(line)}\n`);
  if (broken.length > 0) {
    terminal.err(
      'next: wardis tls doctor names the cause; or take the phase back: wardis tls rotate ca --undo\n',
    );
  }
  for (const why of unknown.slice(0, LINES_MAX))
    terminal.err(`${safeText(`links not judged anew: ${why}`)}\n`);
  return broken.length;
}

const LINES_MAX = 12;

/** Without a key nobody knocks: then files tell, which is less. */
function tellUntried(phase: unknown, { probes }: CaWork['passage'], { terminal }: CommandContext): void {
  if (phase === 'drop' && probes.old === undefined) {
    terminal.err('that clients of the old authority are refused was not tried: its key is not here\n');
  }
  if (phase === 'trust' && probes.next === undefined) {
    terminal.err('that clients of the new authority are let in was not tried: its key is not here\n');
  }
}

function show({ standing, flags }: CaWork, { terminal }: CommandContext): void {
  terminal.out(
    flags.json === true
      ? printCaJson(caStandingAsData(standing))
      : printCaStanding(standing, terminal.outLook),
  );
}

function showDone(work: CaWork, context: CommandContext): void {
  show(work, context);
  context.finish(EXIT.ok);
}

/** Nothing to do at any node is done too. */
function isDone(report: RunReport | undefined): boolean {
  return report === undefined || report.outcome === 'done';
}

function countOf({ nodes }: AuthorityProgress, phase: AuthorityPhase): number {
  return nodes.filter(({ needs }) => needs.includes(phase)).length;
}
