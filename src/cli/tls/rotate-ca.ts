/**
 * `wardis tls rotate ca`: how far the fleet is, the next phase, the last one back, the end. Everything is read anew at
 * each call; only a run that was cut short is known from here, and is gone on with first.
 */

import type { Secret } from '../../conf/index.ts';
import { readTrust, startAuthoritySuccession } from '../../pki/index.ts';
import { explainChange } from '../change/apply-failure.ts';
import { confirmChange } from '../change/confirm.ts';
import { enterFleet, type FleetEntry } from '../change/fleet-access.ts';
import { distrustStateFolder } from '../change/state-folder.ts';
import type { TlsRotateCaFlags } from '../commands/tls/rotate-ca.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { explainPki, readPassphrase } from './pki-access.ts';
import { findPassage, type Passage } from './rotate-ca-authority.ts';
import { abandonPassage, finishPassage } from './rotate-ca-finish.ts';
import { goOnWithPassage } from './rotate-ca-next.ts';
import { caStandingAsData, describeRoots, printCaJson, printCaStanding } from './rotate-ca-show.ts';
import { undoPhase } from './rotate-ca-undo.ts';
import { lookAtPassage, type CaWork } from './rotate-ca-work.ts';

/**
 * A whole change without a person: `--next --yes --update-local` until `--status --json` says `next: done` (four times;
 * exit 1 stops it where a client needs the old authority), then `--finish --yes --update-local`, and again from the
 * beginning for the authority after that.
 */
export async function runTlsRotateCa(
  named: readonly string[],
  flags: TlsRotateCaFlags,
  context: CommandContext,
): Promise<void> {
  const modes = [flags.status, flags.next, flags.finish, flags.undo, flags.abandon];
  if (modes.filter((mode) => mode === true).length > 1) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--status, --next, --undo, --finish and --abandon do not go together',
      next: 'wardis help tls rotate ca',
    });
  }
  if (flags.updateLocal === true && flags.next !== true && flags.finish !== true) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--update-local goes with --next or --finish; nothing was changed',
      next: 'wardis tls rotate ca --next --update-local',
    });
  }
  await explainChange(() => explainPki(() => rotate(named, flags, context)));
}

async function rotate(
  named: readonly string[],
  flags: TlsRotateCaFlags,
  context: CommandContext,
): Promise<void> {
  const entry = await enterFleet(named, flags, context);
  distrustStateFolder(entry.stateFolder);
  const passphrase = await readPassphrase(flags, context);
  const begun = await findOrBegin(entry, flags, passphrase, context);
  if (begun === undefined) {
    if (flags.undo === true || flags.abandon === true) throw nothingToTakeBack();
    return showNothing(entry, flags, context);
  }
  const work = await lookAtPassage(entry, begun.passage, flags, passphrase, context);
  if (flags.abandon === true) return abandonPassage(work, context);
  if (flags.undo === true) return undoPhase(work, context);
  if (flags.finish === true) return finishPassage(work, context);
  if (flags.next === true) {
    return goOnWithPassage(work, begun.agreed ? 'agreed' : 'ask', context);
  }
  show(work, context);
}

/** With `--next` a successor of our authority is made where none is; asked before anything is. */
async function findOrBegin(
  entry: FleetEntry,
  flags: TlsRotateCaFlags,
  passphrase: Secret | undefined,
  context: CommandContext,
): Promise<{ readonly passage: Passage; readonly agreed: boolean } | undefined> {
  const found = await findPassage(entry.stateFolder, flags, passphrase);
  if (found !== undefined) return { passage: found, agreed: false };
  const current = readTrust(entry.stateFolder).roots.find(({ role }) => role === 'current');
  if (flags.next !== true || current === undefined) return undefined;
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `A new authority is made beside ${describeRoots([current.fact.pem])}, and every node of the fleet trusts both.`,
      scriptForm: 'wardis tls rotate ca --next --yes',
    },
    context,
  );
  await startAuthoritySuccession(entry.stateFolder, { passphrase, now: context.now });
  const passage = await findPassage(entry.stateFolder, flags, passphrase);
  return passage === undefined ? undefined : { passage, agreed: true };
}

function showNothing(
  { stateFolder, fleet }: FleetEntry,
  flags: TlsRotateCaFlags,
  context: CommandContext,
): void {
  const current = readTrust(stateFolder).roots.find(({ role }) => role === 'current');
  if (current === undefined) {
    throw new CommandFailure({
      code: 'E_ROTATE_CA',
      what: 'there is no authority in the state folder, and none was named',
      target: stateFolder,
      next: 'name both: --old-ca FILE --new-ca FILE; or make one here: wardis tls ca init',
    });
  }
  const text = `no other authority is being brought in beside ${describeRoots([current.fact.pem])}\nbegin: wardis tls rotate ca --next\n`;
  const { subject, fingerprintSha256, notAfter } = current.fact;
  const data = {
    schemaVersion: '1',
    fleet: fleet?.name ?? 'fleet',
    from: [{ subject, fingerprintSha256, notAfter }],
    to: [],
    next: 'begin',
  };
  context.terminal.out(flags.json === true ? printCaJson(data) : text);
  context.finish(EXIT.ok);
}

function show({ standing, flags }: CaWork, context: CommandContext): void {
  const { terminal } = context;
  terminal.out(
    flags.json === true
      ? printCaJson(caStandingAsData(standing))
      : printCaStanding(standing, terminal.outLook),
  );
  const away = standing.progress.nodes.some(
    ({ serves, trusts }) => serves === 'unread' || trusts === 'unknown',
  );
  context.finish(away ? EXIT.incomplete : EXIT.ok);
}

function nothingToTakeBack(): CommandFailure {
  return new CommandFailure({
    code: 'E_ROTATE_CA',
    what: 'no other authority is being brought in; there is nothing to take back',
    next: 'wardis tls rotate ca --status',
  });
}
