/** What the phases of a rotation share: its journal, how nodes are dialled, and writing moments down. */

import type { Journal } from '../journal/journal.ts';
import type { RunPorts } from '../run/ports.ts';
import { reportRun } from '../run/report.ts';
import type { OwnLogin } from './own-login.ts';
import type { RotationPorts } from './ports.ts';
import { MILESTONES } from './request.ts';
import type { RotationRecord } from './rotation-runs.ts';
import { markAll, type Watch } from './session-watch.ts';

/** What every phase works with. */
export interface Progress {
  readonly journal: Journal;
  readonly ports: RotationPorts;
  readonly login: OwnLogin;
  readonly record: () => RotationRecord;
  readonly force: 'wait-for-all' | 'force';
}

export async function within<T>(journal: Journal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await journal.close();
  }
}

/** Says that nothing is left to do; the last entry is the outcome, as of every run. */
export async function close(
  journal: Journal,
  { now }: Pick<RotationPorts, 'now'>,
  ended: 'done' | 'undone',
): Promise<void> {
  const at = now().toISOString();
  await Promise.all([journal.append({ at, note: MILESTONES.finished }), journal.append({ at, ended })]);
}

/** Nodes that are pending have no new password, and so nobody there to tell apart. */
export function nodesWithNew({ run, entries }: Journal): readonly string[] {
  return reportRun(run, entries)
    .steps.filter(({ step, state }) => step.kind === 'prove-login' && state === 'done')
    .map(({ step }) => step.node);
}

/** Writes the moment down; answers with the nodes that could not be asked. */
export async function mark(
  progress: Progress,
  note: string,
  nodes: readonly string[],
  when: 'write' | 'write-if-all' = 'write',
): Promise<readonly string[]> {
  const { journal, ports } = progress;
  const marks = await markAll(watchOf(progress), nodes);
  const missing = nodes.filter((node) => !marks.some((moment) => moment.node === node));
  if (missing.length > 0 && when === 'write-if-all') return missing;
  const facts = { marks: marks.map((moment) => ({ ...moment })) };
  await journal.append({ at: ports.now().toISOString(), note, facts });
  return missing;
}

export function watchOf({ ports, login, record }: Progress): Watch {
  return {
    user: record().facts.user,
    connect: login.connect,
    now: ports.now,
    sleep: ports.sleep,
    signal: ports.signal,
    onCount: (old, unseen, leftMs) => ports.onEvent?.({ kind: 'waiting', old, unseen, leftMs }),
  };
}

export function runPorts(ports: RotationPorts, login: OwnLogin, journal: Journal): RunPorts {
  const { host, known, now, sleep, random, signal, onEvent } = ports;
  return {
    connect: login.connect,
    journal,
    now,
    sleep,
    onEvent: (event) => onEvent?.({ kind: 'run', event }),
    ...(host === undefined ? {} : { host }),
    ...(known === undefined ? {} : { known }),
    ...(random === undefined ? {} : { random }),
    ...(signal === undefined ? {} : { signal }),
  };
}
