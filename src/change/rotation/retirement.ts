/**
 * Taking the old password away. Every node is asked once more whether it has the new one before any loses the old one;
 * only nodes that have it lose anything; and in the end every node is asked whether the new one is all it has. A node
 * that was away and comes back later gets a run of its own.
 */

import { hashPassword } from '../../acl/index.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunOutcome, RunReport } from '../run.ts';
import { resumeRun } from '../run/execute.ts';
import { outcomeOf, reportRun } from '../run/report.ts';
import { countLinks } from './link-watch.ts';
import { userOf } from './refusal.ts';
import type { WaitOutcome } from './ports.ts';
import { listStrays, type Stray } from './replica-links.ts';
import { MILESTONES, type RetirementFacts, type RotationFacts } from './request.ts';
import { isRead, isSentinel, type RotationNode } from './rotation-node.ts';
import { createRetirement, reopen } from './rotation-runs.ts';
import { mark, nodesWithNew, runPorts, watchOf, within, type Progress } from './progress.ts';
import { markAll } from './session-watch.ts';
import type { SessionCount } from './sessions.ts';
import { retireStages, sessionsToEnd } from './stages.ts';
import { readStatus, type NodePasswords } from './status.ts';

export interface Retired {
  readonly outcome: RunOutcome;
  /** All runs that took something away, as one. */
  readonly retire?: RunReport;
  /** Why the old password is still somewhere, as a sentence. */
  readonly standstill?: string;
  /** Links of no node of the fleet that were ended. */
  readonly strays: readonly Stray[];
  /** Sessions after everything; absent where it stopped before. */
  readonly left?: Pick<WaitOutcome, 'counts' | 'unseen'>;
}

export async function retire(progress: Progress): Promise<Retired> {
  const { login, record } = progress;
  login.preferNew();
  const reports: RunReport[] = [];
  const over = (outcome: RunOutcome, standstill?: string, left?: Retired['left']): Retired => ({
    outcome,
    ...joined(reports),
    ...(standstill === undefined ? {} : { standstill }),
    strays: reports.flatMap(({ run }) => (run.facts as unknown as RetirementFacts).strays ?? []),
    ...(left === undefined ? {} : { left }),
  });
  for (const id of record().retirements) {
    const second = await reopen(progress.ports, id);
    reports.push(await within(second, () => finish(progress, second)));
  }
  if (reports.some(({ outcome }) => outcome === 'stopped')) return over('stopped');
  const nodes = await readAll(progress);
  const standstill = whoLacks(progress, nodes) ?? (await whoIsGone(progress, nodes));
  if (standstill !== undefined && progress.force !== 'force') return over('pending', standstill);
  const losing = nodesToLose(record().facts, nodes, reports.length === 0 ? 'first' : 'again');
  if (losing.length > 0) {
    const second = await beginRetirement(progress, losing, nodes);
    reports.push(await within(second, () => finish(progress, second)));
  }
  const last = reports.at(-1)?.outcome;
  if (last !== undefined && last !== 'done') return over(last);
  const kept = await whoKeeps(progress);
  let left = await countLinks(progress, nodes);
  if (kept !== undefined) return over('pending', kept, left);
  const strays = new Set(listStrays(left.counts, 'foreign').map(({ node }) => node));
  if (strays.size > 0 && record().facts.sessions !== 'keep') {
    // It came while the old password was going.
    const at = nodes.filter(({ node }) => strays.has(node.id));
    const second = await beginRetirement(progress, at, nodes);
    const report = await within(second, () => finish(progress, second));
    reports.push(report);
    if (report.outcome !== 'done') return over(report.outcome);
    left = await countLinks(progress, nodes);
  }
  const unsure = whoseLinks(progress, left.counts);
  return unsure === undefined ? over('done', undefined, left) : over('pending', unsure, left);
}

/** Links that go on receiving every write, and of which nobody knows whose they are; undefined: none. */
function whoseLinks({ record }: Progress, counts: readonly SessionCount[]): string | undefined {
  if (record().facts.sessions === 'keep') return undefined;
  const found = [...listStrays(counts, 'foreign'), ...listStrays(counts, 'unsure')];
  if (found.length === 0) return undefined;
  const where = found.map(({ node, address }) => `${address} at ${node}`).join(', ');
  return `Whether a replication link of before belongs to a node of the fleet cannot be told: ${where}. It goes on receiving every write: end it there by CLIENT KILL ADDR; a replica of yours comes back with the new secret.`;
}

async function beginRetirement(
  progress: Progress,
  nodes: readonly RotationNode[],
  all: readonly RotationNode[],
): Promise<Journal> {
  const { journal, ports, record } = progress;
  const { facts } = record();
  const { counts } = await countLinks(progress, all);
  const strays = facts.sessions === 'keep' ? [] : listStrays(counts, 'foreign');
  const stages = retireStages({
    user: facts.user,
    nodes,
    newSecret: facts.newSecret,
    oldHashes: facts.oldHashes,
    oldSecret: facts.oldSecret ?? undefined,
    ending: sessionsToEnd(counts, facts.sessions),
    perSecond: facts.perSecond,
  });
  const second = await createRetirement(record(), nodes, stages, strays, ports);
  await journal.append({
    at: ports.now().toISOString(),
    note: MILESTONES.retiring,
    facts: { run: second.run.id },
  });
  return second;
}

/** In two parts: once the old password is gone everywhere, the sessions are counted, since later ones are surely new. */
async function finish(progress: Progress, second: Journal): Promise<RunReport> {
  const { ports, login, record } = progress;
  const { run } = second;
  if (outcomeOf(run, second.entries) === 'done')
    return { ...reportRun(run, second.entries), outcome: 'done' };
  const all = runPorts(ports, login, second);
  const removal = { ...run, stages: run.stages.filter(({ name }) => name === 'remove') };
  const removed = await resumeRun(removal, all, ports.options);
  if (removed.outcome === 'stopped') return { ...reportRun(run, second.entries), outcome: 'stopped' };
  const { marks = [] } = record();
  if (removed.outcome === 'done' && marks.every((moments) => moments.removed === undefined)) {
    await mark(
      progress,
      MILESTONES.removed,
      marks.map(({ node }) => node),
    );
  }
  return resumeRun(run, all, ports.options);
}

/** Our own password may be the one that is going: then the new one gets in where the given one does not. */
function readAll({ ports, record }: Progress): Promise<readonly RotationNode[]> {
  const { user, newSecret } = record().facts;
  return ports.readNodes(ports.login === user ? newSecret : undefined);
}

/** Only who surely has the new one; the first time everybody, to be proved, later who still has an old one. */
function nodesToLose(
  facts: RotationFacts,
  nodes: readonly RotationNode[],
  time: 'first' | 'again',
): readonly RotationNode[] {
  const standing = new Map(readStatus(facts.user, nodes, facts).nodes.map((each) => [each.node, each.holds]));
  const wanted: readonly (NodePasswords['holds'] | undefined)[] =
    time === 'first' ? ['both', 'new'] : ['both'];
  return nodes.filter((node) => isRead(node) && wanted.includes(standing.get(node.node.id)));
}

/** Why the old password must stay, as a sentence; undefined: every node has the new one. */
function whoLacks({ record }: Progress, nodes: readonly RotationNode[]): string | undefined {
  const { user, newSecret } = record().facts;
  const newHash = hashPassword(newSecret.reveal());
  const kinds = new Set(
    nodes.filter((node) => isRead(node) && userOf(node, user) !== undefined).map(isSentinel),
  );
  const unread = nodes.filter((node) => !isRead(node) && kinds.has(isSentinel(node)));
  const lacking = nodes.filter(isRead).filter((node) => {
    const held = userOf(node, user);
    if (held === undefined) return !isSentinel(node) && kinds.has(false);
    return !held.passwords.includes(newHash);
  });
  if (unread.length > 0) return `${list(unread)} cannot be asked: the old password stays everywhere.`;
  if (lacking.length === 0) return undefined;
  return `${list(lacking)} has no new password, it joined or was set back since: the old one stays everywhere.`;
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

/** Who still has an old password after all, or cannot be asked; undefined: the new one is all there is. */
async function whoKeeps(progress: Progress): Promise<string | undefined> {
  const nodes = await readAll(progress);
  const { facts } = progress.record();
  const standing = readStatus(facts.user, nodes, facts).nodes;
  const of = (...holds: readonly NodePasswords['holds'][]): string =>
    standing
      .filter((each) => holds.includes(each.holds))
      .map(({ node }) => node)
      .join(', ');
  const kinds = new Set(
    nodes.filter((node) => isRead(node) && userOf(node, facts.user) !== undefined).map(isSentinel),
  );
  const unread = nodes.filter((node) => !isRead(node) && kinds.has(isSentinel(node)));
  if (unread.length > 0)
    return `${list(unread)} cannot be asked: whether the old password is gone there is not known.`;
  const keeping = of('both', 'old');
  if (keeping !== '') return `${keeping} still has the old password.`;
  const lost = of('neither');
  return lost === '' ? undefined : `${lost} has neither password: somebody else changed the user.`;
}

function list(nodes: readonly RotationNode[]): string {
  return nodes.map(({ node }) => node.id).join(', ');
}

function joined(reports: readonly RunReport[]): { readonly retire?: RunReport } {
  const last = reports.at(-1);
  if (last === undefined) return {};
  return {
    retire: {
      ...last,
      steps: reports.flatMap(({ steps }) => steps),
      notes: reports.flatMap(({ notes }) => notes),
    },
  };
}
