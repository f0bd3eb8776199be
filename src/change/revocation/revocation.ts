/**
 * The revocation of a user across a fleet. Every node is looked at first, and what speaks against it is known before
 * anything is sent; then all nodes are cut off at once, and only then each is cleared up and proved. Nodes that do not
 * answer hold nobody up: they are tried again until the deadline, and stay pending after it.
 */

import { FleetError, type FleetNode, type TopologyKind } from '../../fleet/index.ts';
import type { AlsoKnown, Receipt } from '../receipt/receipt.ts';
import { judgeFleet } from '../receipt/verdict.ts';
import type { RunJournal } from '../run/ports.ts';
import type { Run, RunOutcome } from '../run.ts';
import { findAlsoKnown, joinAlsoKnown, type NodeStanding } from './also-known.ts';
import { isLasting, pauseAfter } from './backoff.ts';
import type { CertificateInventory } from './certificate-inventory.ts';
import { createGate, createSlots, type Gate, type Slots } from './concurrency.ts';
import {
  closeRun,
  createNodeRun,
  cut,
  cutBack,
  finish,
  look,
  lookAgain,
  receiptOf,
  type NodeRun,
  type NodeRunOptions,
} from './node-run.ts';
import { inTime } from './node-time.ts';
import { objectionsAt, type Objection } from './objection.ts';
import { planSteps, type Scribe } from './run-steps.ts';

export interface RevocationOptions extends NodeRunOptions {
  readonly nodes: readonly FleetNode[];
  readonly topology: TopologyKind;
  /** Parts of the fleet that discovery could not see, as sentences. */
  readonly notSeen: readonly string[];
  readonly inventory: CertificateInventory;
  /** Connections at a time. Default and most {@link CONNECTIONS_MAX}. */
  readonly concurrency?: number;
  /** How long the first look waits for slow nodes before the others are cut off. Default 2000. */
  readonly answerMs?: number;
}

/** What was found before anything is done. */
export interface Prospect {
  readonly nodes: readonly NodeStanding[];
  /** Nodes that could not be asked yet, and why. */
  readonly missing: readonly { readonly node: string; readonly detail: string; readonly code: string }[];
  readonly objections: readonly Objection[];
  readonly alsoKnown: readonly AlsoKnown[];
}

/** How to go on. */
export interface Permission {
  readonly run: Omit<Run, 'stages' | 'nodes' | 'operation'>;
  /** Objections that are overridden. */
  readonly insist: 'no' | 'force';
  /** Puts the run on disk; nothing is sent before. */
  readonly openJournal: (run: Run) => Promise<RunJournal>;
  /** For nodes that do not answer, from now. */
  readonly deadlineMs: number;
  readonly fleet: string | null;
  readonly tool: string;
  readonly continues: string | null;
  readonly forced: readonly string[];
  /** What the run that is finished found. */
  readonly alsoKnown?: readonly AlsoKnown[];
  readonly onEvent?: (event: RevocationEvent) => void;
}

export type RevocationEvent =
  /** The server acknowledged that the account is off and its sessions are told to end. */
  | { readonly kind: 'cut'; readonly node: string }
  | {
      readonly kind: 'finished';
      readonly node: string;
      readonly outcome: Receipt['nodes'][number]['outcome'];
    }
  | { readonly kind: 'waiting'; readonly node: string; readonly detail: string };

export interface RevocationReport {
  readonly receipt: Receipt;
  /** From the order to the last acknowledged cut, in ms. */
  readonly cutMs: number;
  /** From the order to when no session was left anywhere, in ms. */
  readonly quietMs: number;
  readonly totalMs: number;
  readonly outcome: RunOutcome;
}

/** A revocation that has looked and not touched. */
export interface Revocation {
  readonly prospect: Prospect;
  /** Does it. Once. */
  readonly perform: (permission: Permission) => Promise<RevocationReport>;
  readonly close: () => void;
}

export const CONNECTIONS_MAX = 256;
const ANSWER_MS = 2000;
/** Between the last proof and the look that confirms it. */
const CONFIRM_AFTER_MS = 50;
const CONFIRMATIONS_MAX = 3;

/** Looks at every node; touches nothing. */
export async function openRevocation(options: RevocationOptions): Promise<Revocation> {
  const slots = createSlots(Math.min(options.concurrency ?? CONNECTIONS_MAX, CONNECTIONS_MAX));
  const runs = options.nodes.map(createNodeRun);
  const looks = runs.map((run) => lookAt(run, slots, options));
  // A node that did not answer when nodes were looked for is not waited for again.
  const expected = looks.filter((_, at) => runs[at]?.node.reachable === 'yes');
  await atMost(options.answerMs ?? ANSWER_MS, Promise.all(expected.length === 0 ? looks : expected));
  const standings = runs.flatMap(({ node, standing }): readonly NodeStanding[] =>
    standing === undefined ? [] : [{ node: node.id, standing }],
  );
  const prospect: Prospect = {
    nodes: standings,
    missing: runs.flatMap((run) => missingOf(run)),
    objections: standings.flatMap(({ node, standing }) => objectionsAt(node, options.user, standing)),
    alsoKnown: findAlsoKnown(options.user, standings, options.inventory.certificates),
  };
  return {
    prospect,
    perform: (permission) => perform({ options, runs, looks, slots, prospect, permission }),
    close: () => runs.forEach(closeRun),
  };
}

interface Work {
  readonly options: RevocationOptions;
  readonly runs: readonly NodeRun[];
  /** The first look at each node; it may still be under way. */
  readonly looks: readonly Promise<void>[];
  readonly slots: Slots;
  readonly prospect: Prospect;
  readonly permission: Permission;
}

interface Timed extends Work {
  /** When waiting for nodes ends, in ms of the clock. */
  readonly until: number;
}

async function perform(work: Work): Promise<RevocationReport> {
  const { options, runs, looks, permission, prospect } = work;
  const barred = prospect.objections.find((each) => !isOverridden(each, permission));
  if (barred !== undefined) throw new Error(`performed against an objection: ${barred.message}`);
  const began = options.now().getTime();
  let journal: RunJournal | undefined;
  const scribe = planSteps(runs, options.user, options.account, () => opened(journal), options.now);
  const nodes = runs.map(({ node }) => ({ id: node.id, role: node.role }));
  const run: Run = { ...permission.run, operation: 'revoke', nodes, stages: scribe.stages };
  journal = await permission.openJournal(run);
  const ready = runs.filter((each) => each.standing !== undefined && each.problem === undefined);
  const names = ready.map(({ node }) => node.id);
  await scribe.begin(names, 'cut');
  const gate = createGate(ready.length);
  const until = began + permission.deadlineMs;
  await Promise.all(
    runs.map((each, at) => {
      const first = ready.includes(each) ? ('looked' as const) : ('new' as const);
      return drive(each, { ...work, scribe, gate, until, look: looks[at], first });
    }),
  );
  await confirmAll({ ...work, until }, scribe);
  runs.forEach(closeRun);
  const receipt = writeReceipt(work);
  const outcome = outcomeOf(receipt);
  await journal.append({ at: options.now().toISOString(), note: `verdict ${receipt.verdict}` });
  await journal.append({ at: options.now().toISOString(), ended: outcome });
  const last = (times: readonly (Date | undefined)[]): number =>
    Math.max(0, ...times.map((time) => (time?.getTime() ?? began) - began));
  return {
    receipt,
    cutMs: last(runs.map(({ cutAt }) => cutAt)),
    quietMs: last(runs.map(({ quietAt }) => quietAt)),
    totalMs: options.now().getTime() - began,
    outcome,
  };
}

interface Drive extends Timed {
  readonly scribe: Scribe;
  readonly gate: Gate;
  readonly look: Promise<void> | undefined;
  /** `looked`: it answered, and its cut is on disk as begun. */
  readonly first: 'looked' | 'new';
}

/** One node to its end: done, refused, or out of time. */
async function drive(run: NodeRun, work: Drive): Promise<void> {
  const { options, permission } = work;
  let { first } = work;
  if (first === 'new') await timed(run, work, async () => work.look);
  const isOver = (): boolean => run.problem !== undefined && options.now().getTime() > work.until;
  for (let tries = 1; run.lasting === undefined && !isOver(); tries += 1) {
    try {
      await goThrough(run, work, first);
      break;
    } catch (error) {
      lose(run, error);
      first = 'new';
      const pause = pauseAfter(tries);
      if (run.lasting !== undefined || options.now().getTime() + pause > work.until) break;
      permission.onEvent?.({ kind: 'waiting', node: run.node.id, detail: run.problem?.detail ?? '' });
      await options.sleep(pause);
    }
  }
  await closeBooks(run, work.scribe);
  permission.onEvent?.({ kind: 'finished', node: run.node.id, outcome: receiptOf(run).outcome });
}

async function goThrough(run: NodeRun, work: Drive, how: 'looked' | 'new'): Promise<void> {
  const { options, slots, scribe, gate, permission } = work;
  const meet = async (): Promise<boolean> => {
    if (how === 'new') {
      if ((await look(run, options)) === undefined) return false;
      if (!isAllowed(run, options, permission)) return false;
      await scribe.begin([run.node.id], 'cut');
    }
    const sent = cut(run, options);
    // Sending is what counts: a node that does not answer must hold nobody up.
    if (how === 'looked') gate.pass();
    return sent;
  };
  const accepted = await slots.with(() => timed(run, work, meet));
  if (!accepted) return;
  permission.onEvent?.({ kind: 'cut', node: run.node.id });
  // No node is cleared up while another one has not been sent its cut.
  await gate.opened;
  await scribe.begin([run.node.id], 'finish');
  await slots.with(() => timed(run, work, () => finish(run, options)));
}

/** By the deadline, or a moment from now. */
function timed<T>(run: NodeRun, work: Timed, task: () => Promise<T>): Promise<T> {
  const { now, limits } = work.options;
  return inTime({ time: run.time, now, limits, stop: () => closeRun(run) }, work.until, task);
}

/** A node that answers late is guarded like the others. */
function isAllowed(run: NodeRun, options: RevocationOptions, permission: Permission): boolean {
  const { standing, node } = run;
  if (standing === undefined) return false;
  const objection = objectionsAt(node.id, options.user, standing).find(
    (each) => !isOverridden(each, permission),
  );
  if (objection === undefined) return true;
  run.problem = { kind: 'refused', detail: objection.message };
  return false;
}

function isOverridden({ insist }: Objection, permission: Permission): boolean {
  return insist === 'force' && permission.insist === 'force';
}

async function closeBooks(run: NodeRun, scribe: Scribe): Promise<void> {
  const { problem } = run;
  const id = run.node.id;
  if (problem !== undefined) {
    const state = problem.kind === 'unreachable' ? 'pending' : 'failed';
    await Promise.all([
      scribe.settle(id, 'cut', run.cutAt === undefined ? state : 'done', problem.detail),
      scribe.settle(id, 'finish', state, problem.detail),
    ]);
    return;
  }
  const { outcome, open } = receiptOf(run);
  await Promise.all([
    scribe.settle(id, 'cut', run.cutAt === undefined ? 'unneeded' : 'done'),
    scribe.settle(id, 'finish', outcome === 'revoked' ? 'done' : 'failed', open.join(' ')),
  ]);
}

/**
 * Every node is looked at once more when all are done: a deletion and its proof are one request, in which nobody can come
 * between, and whatever brings users back (an operator, another administrator) needs a moment. What came back is taken
 * away again, so many times; after that the receipt says what was seen last.
 */
async function confirmAll(work: Timed, scribe: Scribe): Promise<void> {
  const { options, runs } = work;
  for (let tries = 1; tries <= CONFIRMATIONS_MAX; tries += 1) {
    const done = runs.filter((run) => run.problem === undefined);
    if (done.length === 0) return;
    const newest = Math.max(...done.map(({ reading }) => reading?.at.getTime() ?? 0));
    await options.sleep(Math.max(0, newest + CONFIRM_AFTER_MS - options.now().getTime()));
    const last = tries === CONFIRMATIONS_MAX;
    const settled = await Promise.all(done.map((run) => confirm(run, work, scribe, last)));
    if (!settled.includes(false)) return;
  }
}

/** False: something came back, and is looked for once more. */
async function confirm(run: NodeRun, work: Timed, scribe: Scribe, last: boolean): Promise<boolean> {
  const { options, slots, permission } = work;
  // Who ran out of time once is looked at and not waited for again.
  const again = !last && run.time.state === 'in-time';
  const task = async (): Promise<boolean> => {
    try {
      if (await lookAgain(run, options)) return true;
      if (again && run.problem === undefined && isAllowed(run, options, permission)) {
        await scribe.begin([run.node.id], 'cut');
        await cutBack(run, options);
        await scribe.begin([run.node.id], 'finish');
        await finish(run, options);
      }
    } catch (error) {
      lose(run, error);
    }
    await closeBooks(run, scribe);
    return !again;
  };
  return slots.with(() => timed(run, work, task));
}

function writeReceipt({ options, runs, prospect, permission }: Work): Receipt {
  const nodes = runs.map(receiptOf);
  return {
    kind: 'wardis.revocation',
    schemaVersion: '1',
    run: permission.run.id,
    continues: permission.continues,
    user: options.user,
    fleet: permission.fleet,
    topology: options.topology,
    actor: permission.run.actor,
    tool: permission.tool,
    startedAt: permission.run.startedAt,
    issuedAt: options.now().toISOString(),
    account: options.account,
    forced: [...permission.forced],
    ...judgeFleet(nodes, options.notSeen),
    nodes,
    notSeen: [...options.notSeen],
    alsoKnown: [...joinAlsoKnown(prospect.alsoKnown, permission.alsoKnown ?? [])],
    inventory: options.inventory.state,
  };
}

function outcomeOf({ verdict }: Receipt): RunOutcome {
  switch (verdict) {
    case 'revoked':
      return 'done';
    case 'pending':
      return 'pending';
    case 'not-revoked':
      return 'stopped';
  }
}

async function lookAt(run: NodeRun, slots: Slots, options: RevocationOptions): Promise<void> {
  try {
    await slots.with(() => look(run, options));
  } catch (error) {
    lose(run, error);
  }
}

/** The node is gone for now. Throws again what is no failure of the world. */
function lose(run: NodeRun, error: unknown): void {
  if (!(error instanceof FleetError)) throw error;
  closeRun(run);
  if (isLasting(error) || run.node.reachable === 'unasked') run.lasting = error;
  const late = run.time.state === 'stopped' ? `the deadline passed before ${run.node.id} had answered` : '';
  run.problem = { kind: 'unreachable', detail: late === '' ? error.message : late };
}

function missingOf({ node, standing, problem }: NodeRun): Prospect['missing'] {
  if (standing !== undefined) return [];
  const code = problem?.kind ?? 'unreachable';
  const before = typeof node.reachable === 'object' ? node.reachable.message : 'no answer yet';
  return [{ node: node.id, detail: problem?.detail ?? before, code }];
}

function opened(journal: RunJournal | undefined): RunJournal {
  if (journal === undefined) throw new Error('nothing is written before the run is on disk');
  return journal;
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
