/**
 * Ending connections a few at a time, so that clients handshake anew and show the certificate that they have now. What
 * is ended is told by CLIENT LIST; ourselves are never among it. After every few a handshake of our own is timed: while
 * it is slow nothing more is ended, and when it stays slow the step fails, with the rest left connected.
 */

import { measureHandshake, SLOW_MAX } from '../certificates/reconnect-pace.ts';
import {
  hostOf,
  isPrimaryLink,
  isReplicaLink,
  isSentinelLink,
  readSessions,
  type Session,
} from '../revocation/session-list.ts';
import type { Step } from '../step.ts';
import { refusalAmong } from './refusal.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

type ReconnectStep = Extract<Step, { readonly kind: 'reconnect-clients' }>;
type Refused = Extract<Result, { readonly ok: false }>;

/** Batches. */
const TICK_MS = 100;
/** Between two handshakes of ours: so long at most, and so many connections. */
const MEASURE_MS = 500;
const MEASURE_CONNECTIONS = 50;
/** The server may close a connection a moment after it answered. */
const GONE_TRIES_MAX = 20;
const GONE_POLL_MS = 50;
/** Clients come back by themselves, most of them at once: they are counted, not waited for. */
const BACK_TRIES_MAX = 4;
const BACK_POLL_MS = 250;

export function reconnectClientsWork(step: ReconnectStep, node: StepNode): StepWork {
  let process: string | undefined;
  let before: readonly Session[] = [];
  let ended: readonly Session[] = [];
  return {
    look: async (): Promise<Standing> => {
      const listing = await listConnections(node);
      if ('ok' in listing) return { kind: 'unseen' };
      process ??= listing.process;
      // Ids begin again with the process: by now they are those of others.
      if (listing.process !== process) {
        return { kind: 'after', detail: 'the server was started anew, which ended every connection' };
      }
      const wanted = choose(listing, step);
      return wanted.length === 0
        ? { kind: 'after', detail: 'none of them is connected' }
        : { kind: 'before' };
    },
    perform: async () => {
      const listing = await listConnections(node);
      if ('ok' in listing) return listing;
      before = listing.sessions;
      ended = choose(listing, step);
      return endPaced(node, step, ended);
    },
    verify: () => verifyGone(node, before, ended),
  };
}

interface Listing {
  /** `run_id`: the process that gave the ids. */
  readonly process: string;
  readonly own: string;
  readonly sessions: readonly Session[];
}

async function listConnections(node: StepNode): Promise<Listing | Refused> {
  const [list, own, info] = await node.send([
    ['CLIENT', 'LIST'],
    ['CLIENT', 'ID'],
    ['INFO', 'server'],
  ]);
  const refused = refusalAmong([list], 'CLIENT LIST') ?? refusalAmong([own], 'CLIENT ID');
  if (refused !== undefined) return refused;
  const sessions = readSessions(list);
  if (sessions === undefined || typeof own !== 'number') {
    return { ok: false, detail: 'CLIENT LIST gave an answer that is not known' };
  }
  const process = typeof info === 'string' ? (/^run_id:(\w+)/m.exec(info)?.[1] ?? '') : '';
  return { process, own: String(own), sessions };
}

function choose({ own, sessions }: Listing, { ids }: ReconnectStep): readonly Session[] {
  const others = sessions.filter(({ id }) => id !== own);
  if (ids === undefined) return others.filter((session) => !isLink(session));
  const wanted = new Set(ids);
  return others.filter(({ id }) => wanted.has(id));
}

function isLink(session: Session): boolean {
  return isReplicaLink(session) || isPrimaryLink(session) || isSentinelLink(session);
}

async function endPaced(
  node: StepNode,
  { perSecond, handshakeMsMax }: ReconnectStep,
  sessions: readonly Session[],
): Promise<Result> {
  const size = Math.min(MEASURE_CONNECTIONS, Math.max(1, Math.round((perSecond * TICK_MS) / 1000)));
  const now = (): number => node.now().getTime();
  let measuredAt = now();
  let unmeasured = 0;
  let due = measuredAt;
  for (let at = 0; at < sessions.length; at += size) {
    const batch = sessions.slice(at, at + size);
    const replies = await node.send(batch.map(({ id }) => ['CLIENT', 'KILL', 'ID', id]));
    const refused = refusalAmong(replies, 'CLIENT KILL');
    if (refused !== undefined) return refused;
    // Spread by half a tick either way, so that clients do not come back in step; what was lost is not caught up.
    due = Math.max(now(), due + (batch.length / perSecond) * 1000 * (0.5 + node.random()));
    await node.sleep(due - now());
    const done = at + batch.length;
    unmeasured += batch.length;
    const isSoon = now() - measuredAt < MEASURE_MS && unmeasured < MEASURE_CONNECTIONS;
    if (isSoon && done < sessions.length) continue;
    const slow = await awaitBreath(node, handshakeMsMax);
    if (slow !== undefined) {
      const rest = `${sessions.length - done} stay connected`;
      return { ok: false, detail: `stopped after ${done} of ${sessions.length}: ${slow}; ${rest}` };
    }
    measuredAt = now();
    unmeasured = 0;
  }
  return { ok: true };
}

/** Nothing is ended until a handshake of ours is quick again; what it said, when it stays slow. */
async function awaitBreath(node: StepNode, handshakeMsMax: number): Promise<string | undefined> {
  for (let slow = 1; ; slow += 1) {
    const measured = await measureHandshake(node.probe, node.now);
    if (measured.kind === 'took' && measured.ms <= handshakeMsMax) return undefined;
    if (slow >= SLOW_MAX) {
      return measured.kind === 'took'
        ? `handshakes of ours take ${measured.ms} ms, ${SLOW_MAX} times in a row more than ${handshakeMsMax} ms`
        : `a handshake of ours failed: ${measured.detail}`;
    }
    await node.sleep(MEASURE_MS);
  }
}

async function verifyGone(
  node: StepNode,
  before: readonly Session[],
  ended: readonly Session[],
): Promise<Result> {
  const gone = new Set(ended.map(({ id }) => id));
  for (let tries = 0; ; tries += 1) {
    const listing = await listConnections(node);
    if ('ok' in listing) return listing;
    const left = listing.sessions.filter(({ id }) => gone.has(id)).length;
    if (left === 0) break;
    if (tries >= GONE_TRIES_MAX) {
      return { ok: false, detail: `${left} of ${ended.length} connections are left` };
    }
    await node.sleep(GONE_POLL_MS);
  }
  const back = await countBack(node, before, ended);
  return { ok: true, detail: `${ended.length} ended, 0 left; ${back} came back so far` };
}

/** New connections of the users that were ended, from where they were. */
async function countBack(
  node: StepNode,
  before: readonly Session[],
  ended: readonly Session[],
): Promise<number> {
  const old = new Set(before.map(({ id }) => id));
  const whom = new Set(ended.map(personOf));
  for (let tries = 0; ; tries += 1) {
    const [list] = await node.send([['CLIENT', 'LIST']]);
    const sessions = readSessions(list) ?? [];
    const back = sessions.filter((session) => !old.has(session.id) && whom.has(personOf(session))).length;
    if (back >= ended.length || tries >= BACK_TRIES_MAX) return Math.min(back, ended.length);
    await node.sleep(BACK_POLL_MS);
  }
}

function personOf({ user, address }: Session): string {
  return JSON.stringify([user, hostOf(address)]);
}
