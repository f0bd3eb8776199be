/**
 * Whether the Sentinels can spare one, and whether they have it back. A failover needs the quorum of the group to agree
 * that the primary is down, and a majority of all Sentinels to elect who leads it (Redis documentation, "Sentinel").
 */

import { FleetError, isReplyError, type Connection, type Reply } from '../../fleet/index.ts';
import { NodeAway } from '../run/node-session.ts';
import { hideIn } from './refusal.ts';
import type { Result, StepNode } from './step-work.ts';

/** Whether the others suffice, as this Sentinel and the others themselves see it. */
export type QuorumView =
  /** `usable`: by id of another Sentinel and group, how many it can use. */
  { readonly ok: true; readonly usable: UsableCounts } | { readonly ok: false; readonly detail: string };

type UsableCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** For the others to hear of it again: they send PING each second, and dial anew each second. */
const COUNTED_WAIT_MS = 30_000;
const COUNTED_POLL_MS = 300;

type Send = Connection['send'];

/** What is needed of the node. */
export type QuorumNode = Pick<StepNode, 'send' | 'others' | 'dial'>;

/** Changes nothing. */
export async function examineQuorum(node: QuorumNode): Promise<QuorumView> {
  const groups = await readGroups(node.send);
  if (typeof groups === 'string') return { ok: false, detail: groups };
  for (const { name, quorum, others } of groups) {
    const usable = others.filter(isUsable).length;
    const needed = Math.max(quorum, Math.floor((others.length + 1) / 2) + 1);
    if (usable >= needed) continue;
    const detail = `${name} needs ${needed} Sentinels for a failover, and without this one ${usable} would be left`;
    return { ok: false, detail };
  }
  const usable = new Map<string, ReadonlyMap<string, number>>();
  for (const id of otherSentinels(node)) {
    const counts = await askOther(node, id, (send) => countUsable(send, groups));
    if (typeof counts === 'string') return { ok: false, detail: `${id}: ${counts}` };
    // One that is away is no Sentinel that could be spared: the view of this one counts it out.
    if (counts !== undefined) usable.set(id, counts);
  }
  return { ok: true, usable };
}

/** Every other Sentinel had an answer of as many as before since `startedAt`, ms of the clock, and has a quorum. */
export async function countAgain(node: StepNode, before: UsableCounts, startedAt: number): Promise<Result> {
  const until = node.now().getTime() + COUNTED_WAIT_MS;
  for (;;) {
    const missing = await findMissing(node, before, startedAt);
    if (missing === undefined) return { ok: true };
    if (node.now().getTime() >= until) return { ok: false, detail: missing };
    await node.sleep(COUNTED_POLL_MS);
  }
}

async function findMissing(
  node: StepNode,
  before: UsableCounts,
  startedAt: number,
): Promise<string | undefined> {
  for (const [id, wanted] of before) {
    const groups = await askOther(node, id, readGroups);
    if (groups === undefined) return `${id} does not answer any more`;
    if (typeof groups === 'string') return `${id}: ${groups}`;
    const sinceStart = node.now().getTime() - startedAt;
    for (const { name, others } of groups) {
      const heard = others.filter((other) => isUsable(other) && other.lastPongMs < sinceStart).length;
      if (heard < (wanted.get(name) ?? 0)) return `${id} does not hear from it again, in ${name}`;
    }
    const counts = await askOther(node, id, (send) => countUsable(send, groups));
    if (typeof counts === 'string') return `${id}: ${counts}`;
  }
  return undefined;
}

interface Group {
  readonly name: string;
  readonly quorum: number;
  /** Other Sentinels, as the one that was asked sees them. */
  readonly others: readonly { readonly flags: readonly string[]; readonly lastPongMs: number }[];
}

function isUsable({ flags }: Group['others'][number]): boolean {
  return !flags.some((flag) => flag === 's_down' || flag === 'o_down' || flag === 'disconnected');
}

async function readGroups(send: Send): Promise<readonly Group[] | string> {
  const [masters] = await send([['SENTINEL', 'MASTERS']]);
  if (!Array.isArray(masters)) return describeRefusal('SENTINEL MASTERS', masters);
  const groups: Group[] = [];
  for (const master of masters as readonly Reply[]) {
    const fields = fieldsOf(master);
    const name = fields.get('name') ?? '';
    const [sentinels] = await send([['SENTINEL', 'SENTINELS', name]]);
    if (!Array.isArray(sentinels)) return describeRefusal('SENTINEL SENTINELS', sentinels);
    const others = (sentinels as readonly Reply[]).map((each) => {
      const seen = fieldsOf(each);
      return {
        flags: (seen.get('flags') ?? '').split(','),
        lastPongMs: Number(seen.get('last-ok-ping-reply') ?? Number.POSITIVE_INFINITY),
      };
    });
    groups.push({ name, quorum: Number(fields.get('quorum') ?? 0), others });
  }
  return groups;
}

/** CKQUORUM of each group, and how many others it can use; a string: it has no quorum, or does not tell. */
async function countUsable(
  send: Send,
  groups: readonly Group[],
): Promise<ReadonlyMap<string, number> | string> {
  const counts = new Map<string, number>();
  for (const { name } of groups) {
    const [reply] = await send([['SENTINEL', 'CKQUORUM', name]]);
    if (typeof reply !== 'string') return describeRefusal('SENTINEL CKQUORUM', reply);
    // `OK 3 usable Sentinels. …`, itself among them.
    const usable = Number(/^OK (\d+) usable/.exec(reply)?.[1]);
    counts.set(name, Number.isNaN(usable) ? 0 : usable - 1);
  }
  return counts;
}

function describeRefusal(command: string, reply: Reply | undefined): string {
  return `${command}: ${isReplyError(reply) ? hideIn(reply.error, []) : 'an answer that is not known'}`;
}

function otherSentinels({ others }: QuorumNode): readonly string[] {
  return others.filter(({ role }) => role === 'sentinel').map(({ id }) => id);
}

/** Undefined: it does not answer. */
async function askOther<T>(
  node: QuorumNode,
  id: string,
  ask: (send: Send) => Promise<T>,
): Promise<T | undefined> {
  let connection: Connection;
  try {
    connection = await node.dial(id);
  } catch (error) {
    if (error instanceof FleetError || error instanceof NodeAway) return undefined;
    throw error;
  }
  try {
    return await ask(connection.send);
  } catch (error) {
    if (error instanceof FleetError) return undefined;
    throw error;
  } finally {
    connection.close();
  }
}

function fieldsOf(reply: Reply | undefined): ReadonlyMap<string, string> {
  const list = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < list.length; at += 2) fields.set(textOf(list[at]), textOf(list[at + 1]));
  return fields;
}

function textOf(reply: Reply | undefined): string {
  return typeof reply === 'string' || typeof reply === 'number' ? String(reply) : '';
}
