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
import { openOwnLogin } from './own-login.ts';
import type { RotationPorts, WaitOutcome } from './ports.ts';
import { close, mark, nodesWithNew, runPorts, watchOf, within, type Progress } from './progress.ts';
import { passwordHashes } from './refusal.ts';
import type { Stray } from './replica-links.ts';
import { MILESTONES, type RotationRequest } from './request.ts';
import { retire } from './retirement.ts';
import { isRead, type RotationNode } from './rotation-node.ts';
import { createRotation, readRecord, reopen, type RotationRecord } from './rotation-runs.ts';
import { countAll, waitForSessions } from './session-watch.ts';

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
  /** Replication links of no node of the fleet that were ended. */
  readonly strays?: readonly Stray[];
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
  const ids = journal.run.nodes.map(({ id }) => id);
  if (time === 'first') await mark(progress, MILESTONES.begun, ids);
  const extended = await extend(progress, time);
  ports.onEvent?.({ kind: 'extended', report: reportRun(journal.run, journal.entries) });
  if (extended === 'stopped') return report('stopped');
  if (extended === 'pending' && force !== 'force') {
    const held = record().deliveredAt === undefined ? ': nothing was delivered' : '';
    return report('pending', { standstill: `Not every node has the new password yet${held}.` });
  }
  const undelivered = await deliver(progress);
  if (undelivered !== undefined) return report('pending', { standstill: undelivered });
  const wait = await waitForClients(progress);
  if (wait?.ended === 'interrupted') return report('waiting', { wait });
  const { outcome, ...retired } = await retire(progress);
  const left = retired.left ?? (await countAll(watchOf(progress), record().marks ?? []));
  if (outcome === 'done') await close(journal, ports, 'done');
  return report(outcome, { ...(wait === undefined ? {} : { wait }), ...retired, left });
}

/** The first run, until every reachable node has the new password and everybody was told. */
async function extend(
  { journal, ports, login, record }: Progress,
  time: 'first' | 'again',
): Promise<RunOutcome> {
  const { run } = journal;
  const isOver = outcomeOf(run, journal.entries) === 'done' && record().retirements.length > 0;
  if (isOver) return 'done';
  // What was done is looked at again: a node may have been set back since.
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
