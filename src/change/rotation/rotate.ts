/**
 * A rotation from beginning to end, and from wherever it was cut short: bring the new password to every node, deliver
 * it, wait until nobody uses the old one, take the old one away. Each phase leaves a milestone in the journal of the
 * first run; going on means doing the first phase that has none. Until every node has the new password nothing is
 * delivered and nothing is taken away.
 */

import { hashPassword } from '../../acl/index.ts';
import type { Secret } from '../../conf/index.ts';
import { deliverSecret, examineSink } from '../delivery/delivery.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunOutcome, RunReport } from '../run.ts';
import { executeRun, resumeRun } from '../run/execute.ts';
import { outcomeOf, reportRun } from '../run/report.ts';
import type { RunPorts } from '../run/ports.ts';
import { openOwnLogin, type OwnLogin } from './own-login.ts';
import type { RotationPorts, WaitOutcome } from './ports.ts';
import { passwordHashes, userOf } from './refusal.ts';
import { MILESTONES, type RotationRequest } from './request.ts';
import { isRead, isSentinel, type RotationNode } from './rotation-node.ts';
import {
  createRetirement,
  createRotation,
  readRecord,
  reopen,
  type RotationRecord,
} from './rotation-runs.ts';
import { countAll, markAll, waitForSessions, type Watch } from './session-watch.ts';
import { retireStages, sessionsToEnd } from './stages.ts';

/** What a rotation came to. */
export interface RotationReport {
  readonly record: RotationRecord;
  /** `waiting`: interrupted, or not asked to go on; both passwords are good. */
  readonly outcome: RunOutcome | 'waiting';
  readonly extend: RunReport;
  readonly retire?: RunReport;
  readonly wait?: WaitOutcome;
  /** Sessions after everything, by the same marks. */
  readonly left?: Pick<WaitOutcome, 'counts' | 'unseen'>;
  /** Why it stands still, as a sentence. */
  readonly standstill?: string;
}

/** Begins: looks at the sinks, writes the run to disk, and goes on until the end or a standstill. */
export async function beginRotation(
  request: RotationRequest,
  nodes: readonly RotationNode[],
  ports: RotationPorts,
  force: 'wait-for-all' | 'force' = 'wait-for-all',
): Promise<RotationReport> {
  const previous: (Secret | undefined)[] = [];
  for (const sink of request.sinks) previous.push((await examineSink(sink, ports.surroundings)).previous);
  const oldSecret = request.oldSecret ?? findOldSecret(request.user, nodes, previous);
  const wanted = oldSecret === undefined ? request : { ...request, oldSecret };
  const journal = await createRotation(wanted, nodes, previous, ports);
  return within(journal, () => carryOn(journal, ports, force, 'first'));
}

/** Goes on with a rotation that was cut short, stands still or waits. */
export async function resumeRotation(
  id: string,
  ports: RotationPorts,
  force: 'wait-for-all' | 'force' = 'wait-for-all',
): Promise<RotationReport> {
  const journal = await reopen(ports, id);
  return within(journal, () => carryOn(journal, ports, force, 'again'));
}

/** The clear text of a present password: sinks hold it, or what replicas and Sentinels log in with. */
function findOldSecret(
  user: string,
  nodes: readonly RotationNode[],
  previous: readonly (Secret | undefined)[],
): Secret | undefined {
  const hashes = passwordHashes(user, nodes);
  const settings = nodes.filter(isRead).flatMap(({ state, sentinel }) => {
    const held = [state.secrets.get('masterauth'), state.secrets.get('requirepass')];
    return [...held.map((fact) => (fact?.known === true ? fact.value : undefined)), sentinel?.peer?.password];
  });
  return [...previous, ...settings].find(
    (value) => value !== undefined && hashes.includes(hashPassword(value.reveal())),
  );
}

export async function within<T>(journal: Journal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await journal.close();
  }
}

interface Progress {
  readonly journal: Journal;
  readonly ports: RotationPorts;
  readonly login: OwnLogin;
  readonly record: () => RotationRecord;
  readonly force: 'wait-for-all' | 'force';
}

async function carryOn(
  journal: Journal,
  ports: RotationPorts,
  force: Progress['force'],
  time: 'first' | 'again',
): Promise<RotationReport> {
  const record = (): RotationRecord => readRecord(journal.run, journal.entries);
  const { user, newSecret } = record().facts;
  const progress: Progress = { journal, ports, login: openOwnLogin(ports, user, newSecret), record, force };
  const report = (
    outcome: RotationReport['outcome'],
    more: Partial<RotationReport> = {},
  ): RotationReport => ({
    record: record(),
    outcome,
    extend: reportRun(journal.run, journal.entries),
    ...more,
  });
  if (time === 'first')
    await mark(
      progress,
      MILESTONES.begun,
      journal.run.nodes.map(({ id }) => id),
    );
  const extended = await extend(progress, time);
  ports.onEvent?.({ kind: 'extended', report: reportRun(journal.run, journal.entries) });
  if (extended === 'stopped') return report('stopped');
  if (extended === 'pending' && force !== 'force') {
    return report('pending', {
      standstill: 'Not every node has the new password yet: nothing was delivered.',
    });
  }
  const undelivered = await deliver(progress);
  if (undelivered !== undefined) return report('pending', { standstill: undelivered });
  const wait = await waitForClients(progress);
  if (wait?.ended === 'interrupted') return report('waiting', { wait });
  const retired = await retire(progress);
  const waited = wait === undefined ? {} : { wait };
  if ('standstill' in retired) return report('pending', { ...waited, standstill: retired.standstill });
  const { marks } = record();
  const left = await countAll(watchOf(progress), marks ?? []);
  const outcome = retired.report.outcome;
  if (outcome === 'done') await close(journal, ports, 'done');
  return report(outcome, { ...waited, retire: retired.report, left });
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

/** The first run, until every reachable node has the new password and everybody was told. */
async function extend({ journal, ports, login }: Progress, time: 'first' | 'again'): Promise<RunOutcome> {
  const { run } = journal;
  if (time === 'again' && outcomeOf(run, journal.entries) === 'done') return 'done';
  const execute = time === 'first' ? executeRun : resumeRun;
  const report = await execute(run, runPorts(ports, login, journal), ports.options);
  return report.outcome;
}

/** Sessions are counted first: whoever is there now cannot have the new secret. Answers why nothing was delivered. */
async function deliver(progress: Progress): Promise<string | undefined> {
  const { journal, ports, record, force } = progress;
  const { facts, deliveredAt, marks } = record();
  if (deliveredAt !== undefined) return undefined;
  if (marks === undefined) {
    const nodes = nodesWithNew(journal);
    const missing = await mark(
      progress,
      MILESTONES.marked,
      nodes,
      force === 'force' ? 'write' : 'write-if-all',
    );
    if (missing.length > 0 && force !== 'force') {
      return `${missing.join(', ')} cannot be asked for its sessions: nothing was delivered.`;
    }
  }
  for (const sink of facts.sinks) {
    const { detail } = await deliverSecret(sink, facts.newSecret, ports.surroundings);
    ports.onEvent?.({ kind: 'delivered', sink, detail });
  }
  await journal.append({ at: ports.now().toISOString(), note: MILESTONES.delivered });
  return undefined;
}

/** Nodes that are pending have no new password, and so nobody there to tell apart. */
function nodesWithNew({ run, entries }: Journal): readonly string[] {
  return reportRun(run, entries)
    .steps.filter(({ step, state }) => step.kind === 'prove-login' && state === 'done')
    .map(({ step }) => step.node);
}

/** Writes the moment down; answers with the nodes that could not be asked. */
async function mark(
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

async function waitForClients(progress: Progress): Promise<WaitOutcome | undefined> {
  const { journal, ports, record } = progress;
  const { facts, marks = [], deliveredAt, waited } = record();
  if (waited) return undefined;
  const start = Date.parse(deliveredAt ?? ports.now().toISOString());
  const wait: WaitOutcome =
    facts.deadlineMs === 0
      ? { ended: 'skipped', ...(await countAll(watchOf(progress), marks)) }
      : await waitForSessions(watchOf(progress), marks, new Date(start + facts.deadlineMs));
  ports.onEvent?.({ kind: 'waited', wait });
  if (wait.ended !== 'interrupted') {
    const old = wait.counts.reduce((sum, count) => sum + count.old.length, 0);
    await journal.append({
      at: ports.now().toISOString(),
      note: MILESTONES.waited,
      facts: { ended: wait.ended, old, unseen: [...wait.unseen] },
    });
  }
  return wait;
}

/** The second run. Every node is asked once more whether it has the new password before any loses the old one. */
async function retire(
  progress: Progress,
): Promise<{ readonly report: RunReport } | { readonly standstill: string }> {
  const { journal, ports, login, record, force } = progress;
  login.preferNew();
  const known = record().retirement;
  if (known !== undefined) {
    const second = await reopen(ports, known);
    return within(second, async () => ({ report: await finish(progress, second) }));
  }
  const { facts, marks = [] } = record();
  const nodes = await ports.readNodes();
  const standstill =
    whoLacks(facts.user, nodes, hashPassword(facts.newSecret.reveal())) ?? (await whoIsGone(progress, nodes));
  if (standstill !== undefined && force !== 'force') return { standstill };
  const { counts } = await countAll(watchOf(progress), marks);
  const stages = retireStages({
    user: facts.user,
    nodes,
    newSecret: facts.newSecret,
    oldHashes: facts.oldHashes,
    oldSecret: facts.oldSecret ?? undefined,
    ending: sessionsToEnd(counts, facts.sessions),
    perSecond: facts.perSecond,
  });
  const second = await createRetirement(record(), nodes, stages, ports);
  return within(second, async () => {
    await journal.append({
      at: ports.now().toISOString(),
      note: MILESTONES.retiring,
      facts: { run: second.run.id },
    });
    return { report: await finish(progress, second) };
  });
}

/** In two parts: once the old password is gone everywhere, the sessions are counted, since later ones are surely new. */
async function finish(progress: Progress, second: Journal): Promise<RunReport> {
  const { ports, login, record } = progress;
  const { run } = second;
  if (outcomeOf(run, second.entries) === 'done') return reportRun(run, second.entries);
  const all = runPorts(ports, login, second);
  const removal = { ...run, stages: run.stages.filter(({ name }) => name === 'remove') };
  const removed = await resumeRun(removal, all, ports.options);
  if (removed.outcome === 'stopped') return reportRun(run, second.entries);
  if (removed.outcome === 'done' && record().marks?.every((moments) => moments.removed === undefined)) {
    await mark(
      progress,
      MILESTONES.removed,
      (record().marks ?? []).map(({ node }) => node),
    );
  }
  return resumeRun(run, all, ports.options);
}

/** Why the old password must stay, as a sentence; undefined: every node has the new one. */
function whoLacks(user: string, nodes: readonly RotationNode[], newHash: string): string | undefined {
  const kinds = new Set(
    nodes.filter((node) => isRead(node) && userOf(node, user) !== undefined).map(isSentinel),
  );
  const unread = nodes.filter((node) => !isRead(node) && kinds.has(isSentinel(node)));
  const lacking = nodes.filter(isRead).filter((node) => {
    const held = userOf(node, user);
    if (held === undefined) return !isSentinel(node) && kinds.has(false);
    return !held.passwords.includes(newHash);
  });
  if (unread.length > 0) {
    return `${unread.map(({ node }) => node.id).join(', ')} cannot be asked: the old password stays everywhere.`;
  }
  if (lacking.length === 0) return undefined;
  return `${lacking.map(({ node }) => node.id).join(', ')} has no new password (it joined, or was set back, since): the old one stays everywhere.`;
}

/**
 * Nodes that were there and are not found any more: a replica that is down is no replica to its primary. One that is
 * found by another address now is the same process.
 */
async function whoIsGone(progress: Progress, nodes: readonly RotationNode[]): Promise<string | undefined> {
  const missing = nodesWithNew(progress.journal).filter((id) => !nodes.some(({ node }) => node.id === id));
  if (missing.length === 0) return undefined;
  const here = new Set(nodes.filter(isRead).map(({ state }) => state.runId));
  const moments = await markAll(watchOf(progress), missing);
  const same = new Set(moments.filter(({ runId }) => here.has(runId)).map(({ node }) => node));
  const gone = missing.filter((id) => !same.has(id));
  if (gone.length === 0) return undefined;
  return `${gone.join(', ')} was part of the fleet and is not found any more: the old password stays everywhere.`;
}

function watchOf({ ports, login, record }: Progress): Watch {
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
