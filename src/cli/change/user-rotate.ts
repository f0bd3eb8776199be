/**
 * The work of `wardis user rotate`: look at the fleet, refuse what would lock somebody out, ask, and go through the
 * phases; or show, go on with, or take back a rotation that is under way.
 */

import { randomBytes } from 'node:crypto';
import {
  beginRotation,
  describeSink,
  examineConfFiles,
  findRotation,
  lockState,
  passwordHashes,
  previewRotation,
  readRun,
  readStatus,
  refuseRotation,
  refuseSecret,
  resumeRotation,
  undoRotation,
  warnRotation,
  type RotationPorts,
  type RotationRecord,
  type RotationReport,
  type RotationRequest,
  type RotationUndo,
} from '../../change/index.ts';
import { generateSecret } from '../../policy/index.ts';
import type { UserRotateFlags } from '../commands/user/rotate.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { describeActor } from './actor.ts';
import { confirmChange } from './confirm.ts';
import { enterFleet, type FleetEntry } from './fleet-access.ts';
import { heedInterruption } from './interruption.ts';
import { revokedSince } from './revoked-since.ts';
import { distrustStateFolder, openStateFolder } from './state-folder.ts';
import { explainRotation, refused } from './user-rotate-failure.ts';
import { openRotationFleet, type RotationFleet } from './user-rotate-fleet.ts';
import { rememberRotation } from './user-rotate-record.ts';
import { openVoice, type Voice } from './user-rotate-voice.ts';
import { readOldSecret, readWish } from './user-rotate-request.ts';

/** What one command line works with. */
interface Work {
  readonly user: string;
  readonly flags: UserRotateFlags;
  readonly context: CommandContext;
  readonly entry: FleetEntry;
  readonly fleet: RotationFleet;
  readonly record: RotationRecord | undefined;
}

export async function runUserRotate(
  user: string,
  targets: readonly string[],
  flags: UserRotateFlags,
  context: CommandContext,
): Promise<void> {
  refuseMixedModes(flags);
  const entry = await enterFleet(targets, flags, context);
  distrustStateFolder(entry.stateFolder);
  await explainRotation(async () => {
    const record = findStanding(user, entry, flags);
    const noise = flags.quiet === true || flags.json === true ? 'silent' : 'progress';
    const fleet = await openRotationFleet(entry, user, record, context, noise);
    const work: Work = { user, flags, context, entry, fleet, record };
    if (flags.status === true) return showStatus(work);
    if (flags.undo === true) return undo(work);
    if (flags.resume !== true) return begin(work);
    return record?.undoing === true ? undo(work) : resume(work);
  });
}

/**
 * The rotation that is not over. A revocation since is the end of it: going on, or taking it back, would give the user a
 * password again.
 */
function findStanding(user: string, entry: FleetEntry, flags: UserRotateFlags): RotationRecord | undefined {
  const record = findRotation(entry.stateFolder, user, entry.fleet?.name);
  if (record === undefined || flags.status === true) return record;
  if (flags.resume === true || flags.undo === true) {
    refuseRevoked(record, entry);
    return record;
  }
  return revokedSince(record.run, entry.stateFolder).has(user) ? undefined : record;
}

function refuseRevoked({ run, facts: { user } }: RotationRecord, { stateFolder }: FleetEntry): void {
  const by = revokedSince(run, stateFolder).get(user);
  if (by === undefined) return;
  const day = readRun(stateFolder, by).run.startedAt;
  throw new CommandFailure({
    code: 'E_ROTATION',
    what: `${user} was revoked since this rotation began; nothing was changed`,
    target: run.id,
    cause: `revoked on ${day} by ${by}: going on, or taking it back, would give ${user} a password again`,
    next: `if ${user} was made anew, begin another rotation: wardis user rotate ${user} --to PLACE`,
  });
}

function refuseMixedModes(flags: UserRotateFlags): void {
  const modes = (['status', 'resume', 'undo', 'dryRun'] as const).filter((mode) => flags[mode] === true);
  if (modes.length < 2) return;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: 'more than one of --status, --resume, --undo and --dry-run is given',
    next: 'keep one of them',
  });
}

function showStatus({ user, fleet, record, context, flags }: Work): void {
  const status = readStatus(user, fleet.nodes, record?.facts);
  const voice = openVoice(context, flags, []);
  voice.status(status, record);
  context.finish(status.nodes.some(({ holds }) => holds === 'unread') ? EXIT.incomplete : EXIT.ok);
}

async function begin(work: Work): Promise<void> {
  const { user, flags, context, entry, fleet, record } = work;
  if (record !== undefined) throw underWay(record);
  const trial = generateSecret(randomBytes);
  const files = examineConfFiles(fleet.nodes);
  const refusals = [...refuseRotation(user, fleet.nodes, trial), ...files.refusals].filter(
    ({ override }) => override === 'never' || flags.force !== true,
  );
  if (refusals.length > 0) throw refused(user, refusals);
  const hashes = passwordHashes(user, fleet.nodes);
  const { request, notes } = await readWish(user, flags, entry, hashes, context);
  const same = refuseRotation(user, fleet.nodes, request.newSecret).filter(
    ({ code }) => code === 'same-secret',
  );
  const late = [...same, ...refuseSecret(user, fleet.nodes, request.newSecret)];
  if (late.length > 0) throw refused(user, late);
  const voice = openVoice(context, flags, request.sinks);
  const warnings = [...warnRotation(user, fleet.nodes), ...files.warnings];
  for (const note of [...fleet.topology.notes, ...warnings, ...notes]) voice.note(note);
  if (flags.dryRun === true) {
    voice.preview(request, previewRotation(user, fleet.nodes, trial), fleet.nodes);
    return context.finish(EXIT.ok);
  }
  await confirmBegin(work, request);
  await carry(work, voice, (ports) =>
    beginRotation(request, fleet.nodes, ports, flags.force === true ? 'force' : 'wait-for-all'),
  );
}

async function resume(work: Work): Promise<void> {
  const { flags, context } = work;
  const record = expectRecord(work);
  const voice = openVoice(context, flags, record.facts.sinks);
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `This goes on with the rotation of ${record.facts.user} (${record.run.id}).`,
      scriptForm: `wardis user rotate ${record.facts.user} --resume --yes`,
    },
    context,
  );
  await carry(work, voice, (ports) =>
    resumeRotation(record.run.id, ports, flags.force === true ? 'force' : 'wait-for-all'),
  );
}

async function undo(work: Work): Promise<void> {
  const { flags, context } = work;
  const record = expectRecord(work);
  const { user } = record.facts;
  const voice = openVoice(context, flags, record.facts.sinks);
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `This makes the old secret of ${user} the only one again; whoever uses the new one is locked out.`,
      scriptForm: `wardis user rotate ${user} --undo --yes`,
    },
    context,
  );
  const given = await readOldSecret(
    user,
    flags,
    record.facts.oldHashes.map((hash) => hash.reveal()),
    context,
  );
  const end = await withPorts(work, voice, (ports) => undoRotation(record.run.id, ports, given));
  voice.undone(end);
  context.finish(exitOf(end));
}

/** Runs it to its end or standstill, tells, and remembers the day. */
async function carry(
  work: Work,
  voice: Voice,
  go: (ports: RotationPorts) => Promise<RotationReport>,
): Promise<void> {
  const report = await withPorts(work, voice, go);
  if (report.outcome === 'done') rememberRotation(work.user, work.entry, work.context);
  voice.finished(report);
  work.context.finish(exitOf(report));
}

async function withPorts<T>(work: Work, voice: Voice, go: (ports: RotationPorts) => Promise<T>): Promise<T> {
  const { user, flags, context, entry, fleet, record } = work;
  const lock = lockState(openStateFolder(entry.stateFolder), `user rotate ${user}`, context.now());
  const interruption = heedInterruption(context.terminal.err);
  try {
    // A revocation may have come while somebody was asked.
    if (record !== undefined) refuseRevoked(record, entry);
    return await go({
      lock,
      actor: describeActor(),
      connect: fleet.connect,
      host: fleet.host,
      login: fleet.login,
      readNodes: fleet.readNodes,
      now: context.now,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      signal: interruption.signal,
      onEvent: voice.event,
      surroundings: {
        environment: context.environment,
        print: context.terminal.out,
        user,
        ...(entry.fleet === undefined ? {} : { fleet: entry.fleet.name }),
      },
      options: {
        concurrency: entry.concurrency,
        ...(flags.canary === undefined ? {} : { canary: flags.canary }),
      },
    });
  } finally {
    interruption.release();
    lock.release();
  }
}

/** Without a wait clients are cut off at once: that wants more than a yes. */
function confirmBegin({ user, flags, fleet, context }: Work, request: RotationRequest): Promise<void> {
  const abrupt = request.deadlineMs === 0 && request.sessions !== 'keep';
  const places = request.sinks.map(describeSink).join(', ');
  return confirmChange(
    {
      yes: flags.yes === true,
      confirm: flags.confirm,
      about: `This replaces the secret of ${user} on ${fleet.nodes.length} nodes; the new one goes to ${places}.`,
      ...(abrupt ? { name: user } : {}),
      scriptForm: `wardis user rotate ${user} … ${abrupt ? `--confirm ${user}` : '--yes'}`,
    },
    context,
  );
}

function expectRecord({ user, record }: Work): RotationRecord {
  if (record !== undefined) return record;
  throw new CommandFailure({
    code: 'E_ROTATION',
    what: `no rotation of ${user} is under way here`,
    next: `wardis user rotate ${user} --status; another state folder: --state DIR`,
  });
}

function underWay(record: RotationRecord): CommandFailure {
  const { user } = record.facts;
  return new CommandFailure({
    code: 'E_ROTATION',
    what: `a rotation of ${user} is under way (${record.run.id}); nothing was changed`,
    next: `wardis user rotate ${user} --status, then --resume or --undo`,
  });
}

function exitOf({ outcome }: { readonly outcome: (RotationReport | RotationUndo)['outcome'] }): ExitCode {
  switch (outcome) {
    case 'done':
    case 'undone':
      return EXIT.ok;
    case 'waiting':
      return EXIT.interrupted;
    case 'pending':
    case 'stopped':
    case 'undo-incomplete':
      return EXIT.incomplete;
  }
}
