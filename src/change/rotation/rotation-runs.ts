/**
 * The two runs of a rotation in the journal: the one that brings the new password, and the one that takes the old ones
 * away, made only when everybody has the new one. The first stays open until the second has ended.
 */

import { hashPassword } from '../../acl/index.ts';
import { Secret } from '../../conf/index.ts';
import { ChangeError } from '../change-error.ts';
import { createRun, listRuns, openJournal, readRun, type Journal } from '../journal/journal.ts';
import { makeRunId } from '../journal/run-id.ts';
import type { JournalEntry, Run, Stage } from '../run.ts';
import type { RotationPorts } from './ports.ts';
import { passwordHashes } from './refusal.ts';
import {
  MILESTONES,
  type MarkedFacts,
  type RetirementFacts,
  type RotationFacts,
  type RotationRequest,
} from './request.ts';
import type { Stray } from './replica-links.ts';
import type { RotationNode } from './rotation-node.ts';
import type { Moment, NodeMoments } from './sessions.ts';
import { extendStages } from './stages.ts';

/** A rotation as its journal tells it. */
export interface RotationRecord {
  readonly run: Run;
  readonly facts: RotationFacts;
  /** Absent: sessions were not counted for the delivery yet. */
  readonly marks: readonly NodeMoments[] | undefined;
  /** When the secret was delivered. */
  readonly deliveredAt: string | undefined;
  readonly waited: boolean;
  /** Somebody began to take it back: going on means going on with that. */
  readonly undoing: boolean;
  /** Done or taken back to the end. The outcome of its run does not tell: a run has several parts here. */
  readonly finished: boolean;
  /** The runs that take the old passwords away, in order; more than one where nodes came back later. */
  readonly retirements: readonly string[];
}

/** Writes the first run to disk, with everything that it takes to go on with it. */
export function createRotation(
  request: RotationRequest,
  nodes: readonly RotationNode[],
  previous: readonly (Secret | undefined)[],
  ports: Pick<RotationPorts, 'lock' | 'now' | 'actor'>,
): Promise<Journal> {
  const { fleet, oldSecret, newSecret, user, ...rest } = request;
  const facts: RotationFacts = {
    ...rest,
    phase: 'extend',
    user,
    newSecret,
    fleet: fleet ?? null,
    oldSecret: oldSecret ?? null,
    oldHashes: passwordHashes(user, nodes).map((hash) => new Secret(hash)),
    previous: previous.map((value) => value ?? null),
  };
  const stages = extendStages({
    user,
    nodes,
    newSecret,
    newHash: new Secret(hashPassword(newSecret.reveal())),
    oldSecret,
  });
  return createRun(ports.lock, draftRun(user, stages, nodes, { ...facts }, ports));
}

export function createRetirement(
  record: RotationRecord,
  nodes: readonly RotationNode[],
  stages: readonly Stage[],
  strays: readonly Stray[],
  ports: Pick<RotationPorts, 'lock' | 'now' | 'actor'>,
): Promise<Journal> {
  const { user } = record.facts;
  const facts: RetirementFacts = {
    phase: 'retire',
    user,
    rotation: record.run.id,
    ...(strays.length === 0 ? {} : { strays: strays.map(({ node, address }) => ({ node, address })) }),
  };
  // Names of runs sort by their second, and the later of the two must come later.
  const after = Date.parse(record.run.startedAt) + 1000 * (record.retirements.length + 1);
  const now = (): Date => new Date(Math.max(ports.now().getTime(), after));
  return createRun(ports.lock, draftRun(user, stages, nodes, { ...facts }, { now, actor: ports.actor }));
}

function draftRun(
  subject: string,
  stages: readonly Stage[],
  nodes: readonly RotationNode[],
  facts: Readonly<Record<string, unknown>>,
  { now, actor }: Pick<RotationPorts, 'now' | 'actor'>,
): Run {
  const at = now();
  return {
    id: makeRunId('rotate', at),
    operation: 'rotate',
    startedAt: at.toISOString(),
    actor,
    subject,
    nodes: nodes.map(({ node }) => ({ id: node.id, role: node.role })),
    stages,
    facts,
  };
}

/** Reads a rotation from the entries of its first run. */
export function readRecord(run: Run, entries: readonly JournalEntry[]): RotationRecord {
  if (run.facts['phase'] !== 'extend') {
    throw new ChangeError('no-run', run.id, `${run.id} is not a rotation that can be gone on with`, {
      next: 'wardis user rotate NAME --status',
    });
  }
  const find = (note: string): Extract<JournalEntry, { readonly note: string }> | undefined =>
    entries.findLast((entry): entry is Extract<JournalEntry, { readonly note: string }> => {
      return 'note' in entry && entry.note === note;
    });
  const momentsAt = (note: string): ReadonlyMap<string, Moment> | undefined => {
    const facts = find(note)?.facts as MarkedFacts | undefined;
    return facts === undefined ? undefined : new Map(facts.marks.map((moment) => [moment.node, moment]));
  };
  const begun = momentsAt(MILESTONES.begun);
  const removed = momentsAt(MILESTONES.removed);
  const marks = [...(momentsAt(MILESTONES.marked)?.values() ?? [])].map((switched): NodeMoments => {
    const { node } = switched;
    const [first, last] = [begun?.get(node), removed?.get(node)];
    return {
      node,
      switched,
      ...(first === undefined ? {} : { begun: first }),
      ...(last === undefined ? {} : { removed: last }),
    };
  });
  const retirements = entries.flatMap((entry) =>
    'note' in entry && entry.note === MILESTONES.retiring ? [entry.facts?.['run']] : [],
  );
  return {
    run,
    facts: run.facts as unknown as RotationFacts,
    marks: find(MILESTONES.marked) === undefined ? undefined : marks,
    deliveredAt: find(MILESTONES.delivered)?.at,
    waited: find(MILESTONES.waited) !== undefined,
    undoing: find(MILESTONES.undoing) !== undefined,
    finished: find(MILESTONES.finished) !== undefined,
    retirements: retirements.filter((id) => typeof id === 'string'),
  };
}

/** The rotation of this user that is not finished: the newest; undefined where there is none. Needs no lock. */
export function findRotation(
  stateFolder: string,
  user: string,
  fleet: string | undefined,
): RotationRecord | undefined {
  for (const summary of listRuns(stateFolder)) {
    if (summary.operation !== 'rotate' || summary.subject !== user || summary.status === 'damaged') continue;
    const { run, entries } = readRun(stateFolder, summary.id);
    if (run.facts['phase'] !== 'extend') continue;
    const record = readRecord(run, entries);
    // No other begins before the last one is finished.
    if ((record.facts.fleet ?? undefined) === fleet) return record.finished ? undefined : record;
  }
  return undefined;
}

/** Users whose rotation is not finished, by name, whatever the fleet: their passwords are nobody else's business. */
export function listOpenRotations(stateFolder: string): ReadonlySet<string> {
  const open = new Set<string>();
  const seen = new Set<string>();
  for (const { id, operation, subject, status } of listRuns(stateFolder)) {
    if (operation !== 'rotate' || subject === undefined) continue;
    // What cannot be read is taken for open.
    if (status === 'damaged') {
      open.add(subject);
      continue;
    }
    const { run, entries } = readRun(stateFolder, id);
    if (run.facts['phase'] !== 'extend') continue;
    const record = readRecord(run, entries);
    const place = JSON.stringify([subject, record.facts.fleet]);
    if (!seen.has(place) && !record.finished) open.add(subject);
    seen.add(place);
  }
  return open;
}

export function reopen(ports: Pick<RotationPorts, 'lock'>, id: string): Promise<Journal> {
  return openJournal(ports.lock, id);
}
