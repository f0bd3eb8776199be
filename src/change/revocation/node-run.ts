/**
 * A revocation at one node, from the first look to the proof, over as many connections as it takes. What was learned
 * survives a cut connection; everything that is sent may be sent again.
 */

import type { Secret } from '../../conf/index.ts';
import {
  FleetError,
  openConnection,
  type Connection,
  type ConnectionLimits,
  type FleetNode,
} from '../../fleet/index.ts';
import { formatServerName } from '../../conf/index.ts';
import type { NodeEvidence, NodeReceipt } from '../receipt/receipt.ts';
import { judgeNode } from '../receipt/verdict.ts';
import { cutOff, deleteAndRead, endSessions, readOnly, type Cut, type Reading } from './node-cut.ts';
import { createNodeTime, isLate, limitsLeft, type NodeTime } from './node-time.ts';
import { tryOldSecrets, type LoginAnswer } from './old-secret.ts';
import { findSaveHazard } from './save-hazard.ts';
import { compareSavedFile } from './saved-file.ts';
import { isRefusal, readStanding, type NodeRefusal, type Standing } from './standing.ts';

/** What all nodes of a revocation share. */
export interface NodeRunOptions {
  readonly user: string;
  readonly account: 'delete' | 'keep-off';
  /** Secrets that the user may have had. */
  readonly secrets: readonly Secret[];
  readonly limits: ConnectionLimits;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Where a node stands in a revocation. */
export interface NodeRun {
  readonly node: FleetNode;
  /** Set by {@link look}. */
  standing: Standing | undefined;
  connection: Connection | undefined;
  /** When it was first acknowledged. */
  cutAt: Date | undefined;
  /** When no session was left. */
  quietAt: Date | undefined;
  ended: number;
  readonly seen: Set<string>;
  readonly oldHashes: Set<string>;
  reading: Reading | undefined;
  login: LoginAnswer;
  file: NodeEvidence['persistence']['file'];
  replicationBefore: NodeEvidence['replication']['before'] | undefined;
  problem: { readonly kind: 'unreachable' | 'refused'; readonly detail: string } | undefined;
  /** A failure that trying again does not mend. */
  lasting: FleetError | undefined;
  readonly time: NodeTime;
}

/** Looks for sessions that do not go away at once. */
const LOOKS_MAX = 60;
const LOOK_PAUSE_MIN_MS = 2;
const LOOK_PAUSE_MAX_MS = 100;
/** Times that an account which somebody brings back is taken away again. */
const ROUNDS_MAX = 8;
const ROUND_PAUSE_MS = 20;
const SEEN_MAX = 1000;
/** Replies of a server that is stuck in a script, whosever it is, or loads its data. */
const BUSY = /: (?:BUSY|LOADING) /;

export function createNodeRun(node: FleetNode): NodeRun {
  return {
    node,
    standing: undefined,
    connection: undefined,
    cutAt: undefined,
    quietAt: undefined,
    ended: 0,
    seen: new Set(),
    oldHashes: new Set(),
    reading: undefined,
    login: 'not-tried',
    file: 'not-read',
    replicationBefore: undefined,
    problem: undefined,
    lasting: undefined,
    time: createNodeTime(),
  };
}

/** Connects and reads how the node stands. Throws a `FleetError`. A refusal is noted as the node's problem. */
export async function look(run: NodeRun, options: NodeRunOptions): Promise<Standing | undefined> {
  const standing = await readStanding(await connectionOf(run, options));
  if (isRefusal(standing)) {
    refuse(run, standing);
    return undefined;
  }
  run.standing = standing;
  run.problem = undefined;
  run.replicationBefore ??= standing.replication;
  const own = standing.sessions.filter(({ user }) => user === options.user);
  for (const { address } of own) if (run.seen.size < SEEN_MAX) run.seen.add(address);
  const account = standing.accounts.find(({ name }) => name === options.user);
  for (const hash of account?.hashes ?? []) run.oldHashes.add(hash.reveal());
  return standing;
}

/** The cut. Throws a `FleetError`. False: the server refused. */
export async function cut(run: NodeRun, options: NodeRunOptions): Promise<boolean> {
  const known = run.standing?.accounts.some(({ name }) => name === options.user) === true;
  return cutAgain(run, options, known ? 'account' : 'sessions');
}

/** The cut of an account that was brought back. Throws a `FleetError`. False: the server refused. */
export function cutBack(run: NodeRun, options: NodeRunOptions): Promise<boolean> {
  return cutAgain(run, options, 'account');
}

/** Waits until nobody is in, deletes, saves, and proves. Throws a `FleetError`. */
export async function finish(run: NodeRun, options: NodeRunOptions): Promise<void> {
  for (let round = 1; ; round += 1) {
    if (!(await endLeftSessions(run, options))) return;
    const connection = await connectionOf(run, options);
    const { standing } = run;
    if (standing === undefined) throw new Error('a node is looked at before it is finished');
    const read = await deleteAndSave(run, options, connection, standing);
    if (!take(run, read)) return;
    await prove(run, options);
    const settled = isSettled(read, options) && run.login !== 'accepted';
    if (settled || round === ROUNDS_MAX || isLate(run.time, options.now)) return;
    // Somebody brings the account back, or came in between.
    await options.sleep(ROUND_PAUSE_MS * round);
    if (!(await cutAgain(run, options, 'account'))) return;
  }
}

/** Users are not saved where the server would not start with the file or would bring the account back. */
async function deleteAndSave(
  run: NodeRun,
  { user, account, now }: NodeRunOptions,
  connection: Connection,
  standing: Standing,
): Promise<Reading | NodeRefusal> {
  const deleted = account === 'delete' ? user : undefined;
  const hazard = await findSaveHazard(connection, standing, run.node.target.endpoint, deleted);
  if (hazard === undefined) return deleteAndRead(connection, user, account, standing, now);
  const read = await deleteAndRead(connection, user, account, { kind: standing.kind, save: 'nothing' }, now);
  if ('refused' in read) return read;
  return { ...read, persistence: { by: 'config-rewrite', state: 'failed', detail: hazard } };
}

/** Looks again at a node that was finished a while ago. Throws a `FleetError`. True: nothing came back. */
export async function lookAgain(run: NodeRun, options: NodeRunOptions): Promise<boolean> {
  const { reading } = run;
  if (reading === undefined) return false;
  const connection = await connectionOf(run, options);
  const read = await readOnly(connection, options.user, reading.persistence, options.now);
  return take(run, read) && isSettled(read, options);
}

export function closeRun(run: NodeRun): void {
  run.connection?.close();
  run.connection = undefined;
}

/** What became of the node, with its evidence. */
export function receiptOf(run: NodeRun): NodeReceipt {
  const { node, standing, problem } = run;
  const evidence = problem === undefined ? evidenceOf(run) : null;
  return {
    node: node.id,
    role: node.role,
    server: standing === undefined ? null : formatServerName(standing.server),
    identity: standing === undefined ? null : standing.identity,
    ...judgeNode(evidence, problem?.kind ?? 'unreachable'),
    detail: problem?.detail ?? '',
    evidence,
  };
}

function evidenceOf(run: NodeRun): NodeEvidence | null {
  const { reading } = run;
  if (reading === undefined) return null;
  return {
    cutAt: run.cutAt?.toISOString() ?? null,
    readAt: reading.at.toISOString(),
    account: reading.account,
    sessions: { seen: [...run.seen], ended: run.ended, left: reading.left },
    oldSecret: { login: run.login, hash: hashOf(run, reading) },
    persistence: { ...reading.persistence, file: run.file },
    replication: { before: run.replicationBefore ?? 'unknown', after: reading.replication },
  };
}

function hashOf({ oldHashes }: NodeRun, reading: Reading): NodeEvidence['oldSecret']['hash'] {
  if (reading.users === 'none') return 'no-users';
  if (oldHashes.size === 0) return 'none-known';
  return reading.hashes.some((each) => oldHashes.has(each)) ? 'present' : 'gone';
}

async function prove(run: NodeRun, options: NodeRunOptions): Promise<void> {
  const { reading, standing } = run;
  if (reading === undefined || standing === undefined) return;
  const limits = limitsLeft(run.time, options.limits, options.now);
  run.login = await tryOldSecrets(run.node.target, options.user, options.secrets, limits);
  const users = standing.accounts.map(({ name }) => name);
  const expected = { users, account: reading.account.state };
  run.file = compareSavedFile(run.node.target.endpoint, standing.file, options.user, expected);
}

async function cutAgain(
  run: NodeRun,
  options: NodeRunOptions,
  what: 'account' | 'sessions',
): Promise<boolean> {
  const connection = await connectionOf(run, options);
  const send = what === 'account' ? cutOff : endSessions;
  const done = await send(connection, options.user, options.now);
  if (!take(run, done)) return false;
  if (what === 'account') run.cutAt ??= done.at;
  return true;
}

/** Until nobody is in, or out of looks or time: what is left then is in the proof. False: the server refused. */
async function endLeftSessions(run: NodeRun, options: NodeRunOptions): Promise<boolean> {
  let pause = LOOK_PAUSE_MIN_MS;
  for (let looks = 1; run.quietAt === undefined && looks <= LOOKS_MAX; looks += 1) {
    if (isLate(run.time, options.now)) return true;
    await options.sleep(pause);
    pause = Math.min(pause * 2, LOOK_PAUSE_MAX_MS);
    if (!(await cutAgain(run, options, 'sessions'))) return false;
  }
  return true;
}

/** Keeps what was read, or the refusal. */
function take<T extends Cut | Reading>(run: NodeRun, done: T | NodeRefusal): done is T {
  if ('refused' in done) {
    refuse(run, done);
    return false;
  }
  if ('persistence' in done) run.reading = done;
  else {
    run.ended += done.ended;
    run.quietAt = done.left.length === 0 ? (run.quietAt ?? done.at) : undefined;
  }
  return true;
}

function isSettled(read: Reading, { account }: NodeRunOptions): boolean {
  const { state } = read.account;
  const shut = account === 'delete' ? state === 'absent' : state === 'absent' || isShut(read.account);
  return shut && read.left === 0;
}

function isShut(account: Reading['account']): boolean {
  return account.state === 'off' && account.passwords === 0 && !account.nopass;
}

/** Throws a `FleetError` for a server that is busy: it may take the very same later. */
function refuse(run: NodeRun, { refused }: NodeRefusal): void {
  if (BUSY.test(refused)) {
    throw new FleetError('timeout', run.node.id, `${run.node.id} is busy: ${refused}`);
  }
  run.problem = { kind: 'refused', detail: refused };
}

async function connectionOf(run: NodeRun, { limits, now }: NodeRunOptions): Promise<Connection> {
  if (run.node.reachable === 'unasked') {
    throw new FleetError('unreachable', run.node.id, `no address is known for ${run.node.id}`);
  }
  if (run.connection !== undefined) return run.connection;
  const connection = await openConnection(run.node.target, limitsLeft(run.time, limits, now));
  if (run.time.state === 'stopped') {
    connection.close();
    throw new FleetError('timeout', run.node.id, `the deadline passed before ${run.node.id} answered`);
  }
  run.connection = connection;
  return connection;
}
