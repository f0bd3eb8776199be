/**
 * Taking a rotation back, in an order in which nobody is locked out: the old password back on every node, the secrets
 * back in their places, replicas and Sentinels back to the old one, and only when all of that is done, the new password
 * away. Whatever cannot be taken back stops it there, with both passwords good.
 */

import { hashPassword } from '../../acl/index.ts';
import { canTakeBack, deliverSecret } from '../delivery/delivery.ts';
import { describeSink } from '../delivery/sink.ts';
import type { Journal } from '../journal/journal.ts';
import type { Secret } from '../../conf/index.ts';
import type { Run, RunOutcome, RunReport } from '../run.ts';
import { undoRun } from '../run/execute.ts';
import { reportRun } from '../run/report.ts';
import { historyOf, readHistory, stepsOf } from '../run/history.ts';
import type { Step } from '../step.ts';
import { openOwnLogin, type OwnLogin } from './own-login.ts';
import type { RotationPorts } from './ports.ts';
import { MILESTONES, type RotationFacts } from './request.ts';
import { close, runPorts, within } from './progress.ts';
import { readRecord, reopen, type RotationRecord } from './rotation-runs.ts';

export interface RotationUndo {
  readonly record: RotationRecord;
  readonly outcome: RunOutcome;
  readonly extend: RunReport;
  readonly retire?: RunReport;
  /** What could not be taken back, and what a person should do, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Takes back what the rotation did so far; going on with an undo that was cut short is calling it again. `given`: the
 * old password, where the rotation did not know it.
 */
export async function undoRotation(id: string, ports: RotationPorts, given?: Secret): Promise<RotationUndo> {
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
    const run = withOldSecret(journal.run, given ?? facts.oldSecret ?? undefined);
    const blind = unknownBefore(run, journal.entries);
    if (blind.length > 0) {
      return end('undo-incomplete', [
        `${blind.join(', ')}: what was there before is not known, so that nothing was taken back and both passwords are good. Give the old one by --old-password-file, or go on: --resume.`,
      ]);
    }
    await journal.append({ at: ports.now().toISOString(), note: MILESTONES.undoing });
    const retire = await takeRetirementsBack(record, ports, login);
    if (retire !== undefined && retire.outcome !== 'undone') {
      return end(
        'undo-incomplete',
        ['The old password is not back on every node: the new one stays.'],
        retire,
      );
    }
    const notes = await takeDeliveriesBack(journal, record, ports);
    const outcome = await takeExtensionBack(run, journal, ports, login);
    if (outcome !== 'undone') {
      return end(
        outcome,
        [...notes, 'Not all is as before: the new password stays where it is still needed.'],
        retire,
      );
    }
    await close(journal, ports, 'undone');
    return end(outcome, notes, retire);
  });
}

/** The run with the old password wherever it was not known what a setting was before. */
function withOldSecret(run: Run, oldSecret: Secret | undefined): Run {
  if (oldSecret === undefined) return run;
  const fill = (step: Step): Step =>
    step.kind === 'set-config' || step.kind === 'set-sentinel'
      ? {
          ...step,
          settings: step.settings.map((setting) => ({ ...setting, before: setting.before ?? oldSecret })),
        }
      : step;
  return { ...run, stages: run.stages.map((stage) => ({ ...stage, steps: stage.steps.map(fill) })) };
}

/** Settings that may have been changed from a value that nobody knows. */
function unknownBefore(run: Run, entries: Journal['entries']): readonly string[] {
  const history = readHistory(entries);
  return stepsOf(run).flatMap((step) => {
    const isSetting = step.kind === 'set-config' || step.kind === 'set-sentinel';
    if (!isSetting || !historyOf(history, step).begun) return [];
    return step.settings.some(({ before }) => before === undefined)
      ? [`${step.node} ${step.settings.map(({ name }) => name).join(' ')}`]
      : [];
  });
}

/** The latest first; the first one that cannot be taken back ends it. */
async function takeRetirementsBack(
  record: RotationRecord,
  ports: RotationPorts,
  login: OwnLogin,
): Promise<RunReport | undefined> {
  let report: RunReport | undefined;
  login.preferNew();
  for (const id of record.retirements.toReversed()) {
    const second = await reopen(ports, id);
    report = await within(second, () => undoRun(second.run, runPorts(ports, login, second), ports.options));
    if (report.outcome !== 'undone') return report;
  }
  return report;
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
  run: Run,
  journal: Journal,
  ports: RotationPorts,
  login: OwnLogin,
): Promise<RunOutcome> {
  const told = { ...run, stages: run.stages.filter(({ name }) => name === 'switch') };
  if (told.stages.length > 0) {
    const report = await undoRun(told, runPorts(ports, login, journal), ports.options);
    if (report.outcome !== 'undone') return report.outcome;
  }
  return (await undoRun(run, runPorts(ports, login, journal), ports.options)).outcome;
}
