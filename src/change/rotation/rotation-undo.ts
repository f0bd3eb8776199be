/**
 * Taking a rotation back, in an order in which nobody is locked out: the old password back on every node, the secrets
 * back in their places, replicas and Sentinels back to the old one, and only when all of that is done, the new password
 * away. Whatever cannot be taken back stops it there, with both passwords good.
 */

import { hashPassword } from '../../acl/index.ts';
import { canTakeBack, deliverSecret } from '../delivery/delivery.ts';
import { describeSink } from '../delivery/sink.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunOutcome, RunReport } from '../run.ts';
import { undoRun } from '../run/execute.ts';
import { reportRun } from '../run/report.ts';
import type { StepReport } from '../run.ts';
import { openOwnLogin, type OwnLogin } from './own-login.ts';
import type { RotationPorts } from './ports.ts';
import { MILESTONES, type RotationFacts } from './request.ts';
import { runPorts, within } from './rotate.ts';
import { readRecord, reopen, type RotationRecord } from './rotation-runs.ts';

export interface RotationUndo {
  readonly record: RotationRecord;
  readonly outcome: RunOutcome;
  readonly extend: RunReport;
  readonly retire?: RunReport;
  /** What could not be taken back, and what a person should do, as sentences. */
  readonly notes: readonly string[];
}

/** Takes back what the rotation did so far; going on with an undo that was cut short is calling it again. */
export async function undoRotation(id: string, ports: RotationPorts): Promise<RotationUndo> {
  const journal = await reopen(ports, id);
  return within(journal, async () => {
    const record = readRecord(journal.run, journal.entries);
    const { facts } = record;
    const login = openOwnLogin(ports, facts.user, facts.newSecret);
    const end = (outcome: RunOutcome, notes: readonly string[], retire?: RunReport): RotationUndo => ({
      record,
      outcome,
      extend: reportRun(journal.run, journal.entries),
      ...(retire === undefined ? {} : { retire }),
      notes,
    });
    const blind = unknownBefore(reportRun(journal.run, journal.entries).steps);
    if (blind.length > 0) {
      return end('undo-incomplete', [
        `${blind.join(', ')}: what was there before is not known, so that nothing was taken back and both passwords are good. Give the old one by --old-password-file, or go on: --resume.`,
      ]);
    }
    await journal.append({ at: ports.now().toISOString(), note: MILESTONES.undoing });
    const retire = await takeRetirementBack(record, ports, login);
    if (retire !== undefined && retire.outcome !== 'undone') {
      return end(
        'undo-incomplete',
        ['The old password is not back on every node: the new one stays.'],
        retire,
      );
    }
    const notes = await takeDeliveriesBack(journal, record, ports);
    const outcome = await takeExtensionBack(journal, ports, login);
    if (outcome === 'undo-incomplete') {
      return end(
        outcome,
        [...notes, 'Not all is as before: the new password stays where it is still needed.'],
        retire,
      );
    }
    return end(outcome, notes, retire);
  });
}

/** Settings that were changed from a value that nobody knows. */
function unknownBefore(steps: readonly StepReport[]): readonly string[] {
  return steps.flatMap(({ step, state }) => {
    const isSetting = step.kind === 'set-config' || step.kind === 'set-sentinel';
    if (!isSetting || state === 'planned' || state === 'skipped' || state === 'undone') return [];
    return step.settings.some(({ before }) => before === undefined)
      ? [`${step.node} ${step.settings.map(({ name }) => name).join(' ')}`]
      : [];
  });
}

async function takeRetirementBack(
  record: RotationRecord,
  ports: RotationPorts,
  login: OwnLogin,
): Promise<RunReport | undefined> {
  if (record.retirement === undefined) return undefined;
  login.preferNew();
  const second = await reopen(ports, record.retirement);
  return within(second, () => undoRun(second.run, runPorts(ports, login, second), ports.options));
}

async function takeDeliveriesBack(
  journal: Journal,
  record: RotationRecord,
  ports: RotationPorts,
): Promise<readonly string[]> {
  const { facts, marks } = record;
  // Before the sessions were counted nothing was delivered.
  if (marks === undefined) return [];
  const notes: string[] = [];
  for (const [place, sink] of facts.sinks.entries()) {
    const previous = facts.previous[place] ?? undefined;
    if (!canTakeBack(sink) || previous === undefined) {
      notes.push(
        `${describeSink(sink)}: put the old secret there yourself; what it held before is not known.`,
      );
      continue;
    }
    await deliverSecret(sink, previous, ports.surroundings);
    if (!isOld(facts, previous.reveal())) {
      notes.push(`${describeSink(sink)}: holds again what it held, which is no password of ${facts.user}.`);
    }
  }
  await journal.append({ at: ports.now().toISOString(), note: MILESTONES.takenBack });
  return notes;
}

function isOld({ oldHashes }: RotationFacts, text: string): boolean {
  const hash = hashPassword(text);
  return oldHashes.some((each) => each.reveal() === hash);
}

/** Replicas and Sentinels first: while one of them still uses the new password, it must stay good. */
async function takeExtensionBack(
  journal: Journal,
  ports: RotationPorts,
  login: OwnLogin,
): Promise<RunOutcome> {
  const { run } = journal;
  const told = { ...run, stages: run.stages.filter(({ name }) => name === 'switch') };
  if (told.stages.length > 0) {
    const report = await undoRun(told, runPorts(ports, login, journal), ports.options);
    if (report.outcome !== 'undone') return report.outcome;
  }
  return (await undoRun(run, runPorts(ports, login, journal), ports.options)).outcome;
}
