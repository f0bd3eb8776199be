/**
 * Ending the sessions of a user: CLIENT LIST tells them, CLIENT KILL ends them, paced where that is asked, ours
 * excepted. Of all changes only this one and DELUSER end a session: `off`, `resetpass` and a new password leave it
 * working (seen on Redis 6.0.16 to 8.0.6 and Valkey 7.2.7 to 9.1.2).
 */

import { isReplyError } from '../../fleet/index.ts';
import type { Step } from '../step.ts';
import { refusalAmong } from './refusal.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

type EndStep = Extract<Step, { readonly kind: 'end-sessions' }>;

/** Batches of a paced end. */
const TICK_MS = 100;
/** The server may close a connection a moment after it answered. */
const GONE_TRIES_MAX = 20;
const GONE_POLL_MS = 50;
const BATCH_MAX = 1000;

export function endSessionsWork(step: EndStep, node: StepNode): StepWork {
  let ended: readonly string[] = [];
  return {
    look: async (): Promise<Standing> => {
      const ids = await listSessions(node, step);
      if (!Array.isArray(ids)) return { kind: 'unseen' };
      return ids.length === 0 ? { kind: 'after', detail: 'no session left' } : { kind: 'before' };
    },
    perform: async () => {
      const ids = await listSessions(node, step);
      if (!isIds(ids)) return ids;
      ended = ids;
      return killSessions(node, step, ids);
    },
    verify: async () => {
      for (let tries = 0; ; tries += 1) {
        const now = await listSessions(node, step);
        if (!isIds(now)) return now;
        const left = now.filter((id) => ended.includes(id)).length;
        // Whoever may still log in comes back with another id: that is not a session that was left.
        if (left === 0) return { ok: true, detail: `${ended.length} ended, 0 left` };
        if (tries >= GONE_TRIES_MAX)
          return { ok: false, detail: `${left} of ${ended.length} sessions are left` };
        await node.sleep(GONE_POLL_MS);
      }
    },
  };
}

function isIds(value: readonly string[] | Result): value is readonly string[] {
  return Array.isArray(value);
}

/** Ids of the sessions to end, ours not among them. */
async function listSessions(node: StepNode, step: EndStep): Promise<readonly string[] | Result> {
  const [list, own] = await node.send([
    ['CLIENT', 'LIST'],
    ['CLIENT', 'ID'],
  ]);
  const refused = refusalAmong([list], 'CLIENT LIST');
  if (refused !== undefined) return refused;
  if (typeof list !== 'string') return { ok: false, detail: 'CLIENT LIST gave an answer that is not known' };
  const wanted = step.ids === undefined ? undefined : new Set(step.ids);
  const ownId = typeof own === 'number' ? String(own) : undefined;
  return list.split('\n').flatMap((line) => {
    const id = /^id=(\d+) /.exec(line)?.[1];
    if (id === undefined || userOf(line) !== step.user || id === ownId) return [];
    return wanted === undefined || wanted.has(id) ? [id] : [];
  });
}

/** A client's own name has no blanks, and comes before; ` user=` stands once. */
function userOf(line: string): string | undefined {
  return / user=(\S*)/.exec(line)?.[1];
}

async function killSessions(node: StepNode, step: EndStep, ids: readonly string[]): Promise<Result> {
  if (ids.length === 0) return { ok: true };
  if (step.ids === undefined && step.perSecond === undefined) {
    const [reply] = await node.send([['CLIENT', 'KILL', 'USER', step.user]]);
    // A user that is gone has no sessions left: DELUSER closed them. Anything else is killed one by one.
    if (!isReplyError(reply)) return { ok: true };
  }
  const size =
    step.perSecond === undefined ? BATCH_MAX : Math.max(1, Math.round((step.perSecond * TICK_MS) / 1000));
  for (let at = 0; at < ids.length; at += size) {
    const batch = ids.slice(at, at + size);
    const replies = await node.send(batch.map((id) => ['CLIENT', 'KILL', 'ID', id]));
    const refused = refusalAmong(replies, 'CLIENT KILL');
    if (refused !== undefined) return refused;
    if (step.perSecond !== undefined && at + size < ids.length) {
      // Spread by half a tick either way, so that clients do not come back all at once.
      await node.sleep((batch.length / step.perSecond) * 1000 * (0.5 + node.random()));
    }
  }
  return { ok: true };
}
