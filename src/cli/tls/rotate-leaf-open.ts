/**
 * Rotations that were not finished: a new one of the same nodes does not begin over them, since what it overtakes could
 * neither be gone on with nor taken back. One that was overtaken all the same is given up, which touches no server.
 */

import {
  listRuns,
  openJournal,
  readRun,
  type JournalEntry,
  type Run,
  type RunSummary,
} from '../../change/index.ts';
import { PkiError, readInventory, recordCertificates, type InventoryEntry } from '../../pki/index.ts';
import { safeText } from '../../text/index.ts';
import { readServed } from '../../tls/index.ts';
import { holdState } from '../change/apply-run.ts';
import { confirmChange } from '../change/confirm.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import type { RotateLeafFlags } from '../commands/tls/rotate.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';

/** In the journal of a run that was given up. */
const ABANDON_NOTE = 'given up by the operator; no server was touched';
const HALF_DONE: readonly RunSummary['status'][] = ['open', 'pending', 'stopped', 'undo-incomplete'];

export function isAbandoned(entries: readonly JournalEntry[]): boolean {
  return entries.some((entry) => 'note' in entry && entry.note === ABANDON_NOTE);
}

/** The newest rotation of any of these nodes that is neither over nor given up. */
export function findOpenRun(stateFolder: string, nodes: readonly string[]): Run | undefined {
  for (const { id, operation, status } of listRuns(stateFolder)) {
    if (operation !== 'rotate-leaf' || !HALF_DONE.includes(status)) continue;
    const { run, entries } = readRun(stateFolder, id);
    if (!isAbandoned(entries) && proofsOf(run).some(({ node }) => nodes.includes(node))) return run;
  }
  return undefined;
}

/** One sentence: which run is in the way, and the ways out of it. */
export function describeOpenRun({ id }: Run): { readonly what: string; readonly next: string } {
  return {
    what: `run ${id} of the same nodes was not finished`,
    next: `go on with it: wardis tls rotate leaf --resume ${id}; take it back: --undo ${id}; or give it up as it is: --abandon ${id}`,
  };
}

/** Throws a {@link CommandFailure} while a rotation of these nodes is open. */
export function refuseWhileOpen({ stateFolder }: FleetEntry, nodes: readonly string[]): void {
  const run = findOpenRun(stateFolder, nodes);
  if (run === undefined) return;
  const { what, next } = describeOpenRun(run);
  throw new CommandFailure({ code: 'E_LEAF', what: `${what}; nothing was changed`, next });
}

/** Closes a run without touching a server; certificates of it that no port shows are marked as superseded. */
export async function abandonLeafRun(
  entry: FleetEntry,
  run: Run,
  flags: Pick<RotateLeafFlags, 'yes' | 'json'>,
  context: CommandContext,
): Promise<void> {
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `This gives up run ${run.id} (${run.subject}): every server stays as it is, and the run can neither be gone on with nor taken back.`,
      scriptForm: `wardis tls rotate leaf --abandon ${run.id} --yes`,
    },
    context,
  );
  const { notes, superseded } = await supersedeUnserved(entry.stateFolder, run);
  await holdState({ entry }, `tls rotate leaf ${run.id}`, context, async ({ lock }) => {
    const journal = await openJournal(lock, run.id);
    try {
      const at = context.now().toISOString();
      await journal.append({ at, note: ABANDON_NOTE });
      await journal.append({ at, ended: 'stopped' });
    } finally {
      await journal.close();
    }
  });
  for (const note of notes) context.terminal.err(`${safeText(note)}\n`);
  const said =
    superseded === 0
      ? ''
      : `; ${superseded === 1 ? '1 certificate' : `${superseded} certificates`} of it are not served and are marked as superseded`;
  context.terminal.out(
    flags.json === true
      ? `${JSON.stringify({ schemaVersion: '1', run: run.id, outcome: 'abandoned', superseded, notes })}\n`
      : `run ${run.id} is given up${said}. No server was touched.\n`,
  );
  context.finish(EXIT.ok);
}

/** A port that does not answer tells nothing: its certificate stays as it is. */
async function supersedeUnserved(
  stateFolder: string,
  run: Run,
): Promise<{ readonly notes: readonly string[]; readonly superseded: number }> {
  const reading = readInventory(stateFolder);
  if (reading.state === 'unreadable') {
    return { notes: [`the inventory was not brought up to date: ${reading.why}`], superseded: 0 };
  }
  const known = new Map(reading.certificates.map((each) => [each.fingerprintSha256, each]));
  const notes: string[] = [];
  const shownNow = new Map<string, string[]>();
  const unseen = new Set<string>();
  for (const { node, serves } of proofsOf(run)) {
    for (const port of serves.ports) {
      const served = await readServed(port);
      if (served.kind === 'served') {
        shownNow.set(serves.after, [...(shownNow.get(serves.after) ?? []), served.leaf.fingerprintSha256]);
        continue;
      }
      unseen.add(serves.after);
      notes.push(
        `note: ${node} shows no certificate on port ${port.port}: its new one stays as it is recorded`,
      );
    }
  }
  const changed = [...shownNow].flatMap(([after, shown]): readonly InventoryEntry[] => {
    const own = known.get(after);
    const [instead] = shown;
    if (own === undefined || own.supersededBy !== undefined || instead === undefined) return [];
    return unseen.has(after) || shown.includes(after) ? [] : [{ ...own, supersededBy: instead }];
  });
  try {
    await recordCertificates(stateFolder, changed);
    return { notes, superseded: changed.length };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { notes: [...notes, `the inventory was not brought up to date: ${error.message}`], superseded: 0 };
  }
}

function proofsOf({ stages }: Run) {
  return stages.flatMap(({ steps }) => steps).filter((step) => step.kind === 'prove-certificate');
}
