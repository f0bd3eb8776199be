/**
 * Watching the sessions of a user on every node: counted once before the new secret is delivered, then again and again
 * until none of those is left or time is up. A node that cannot be asked is not empty: it keeps the watch going.
 */

import {
  CONCURRENCY_DEFAULT,
  FleetError,
  forEachAtOnce,
  isReplyError,
  type Connection,
  type Reply,
} from '../../fleet/index.ts';
import type { WaitOutcome } from './ports.ts';
import {
  countSessions,
  markMoment,
  parseSessions,
  type SessionCount,
  type SessionView,
  type Moment,
  type NodeMoments,
} from './sessions.ts';

export interface Watch {
  readonly user: string;
  readonly connect: (node: string) => Promise<Connection>;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  readonly onCount?: (old: number, unseen: readonly string[], leftMs: number) => void;
}

/** CLIENT LIST of a busy node is megabytes: asking takes longer each time that nothing changes. */
const POLL_MS_MIN = 250;
const POLL_MS_MAX = 5_000;

/** The nodes now; those that cannot be asked are left out. */
export async function markAll(watch: Watch, nodes: readonly string[]): Promise<readonly Moment[]> {
  const moments = await inTurn(nodes, async (node): Promise<Moment | undefined> => {
    try {
      return markMoment((await look(watch, node)).view);
    } catch (error) {
      if (error instanceof FleetError) return undefined;
      throw error;
    }
  });
  return moments.filter((moment) => moment !== undefined);
}

/** The sessions that are there now; nodes that cannot be asked are `unseen`. */
export async function countAll(
  watch: Watch,
  marks: readonly NodeMoments[],
): Promise<Pick<WaitOutcome, 'counts' | 'unseen'>> {
  const unseen: string[] = [];
  const counts = await inTurn(marks, async (mark): Promise<SessionCount | undefined> => {
    try {
      const { view, ours } = await look(watch, mark.node);
      return countSessions(view, mark, watch.user, ours);
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      unseen.push(mark.node);
      return undefined;
    }
  });
  return { counts: counts.filter((count) => count !== undefined), unseen: unseen.toSorted() };
}

/** Everybody on these nodes; those that cannot be asked are `away`. */
export async function viewAll(
  watch: Watch,
  nodes: readonly string[],
): Promise<{ readonly views: readonly SessionView[]; readonly away: readonly string[] }> {
  const away: string[] = [];
  const views = await inTurn(nodes, async (node): Promise<SessionView | undefined> => {
    try {
      return (await look(watch, node)).view;
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      away.push(node);
      return undefined;
    }
  });
  return { views: views.filter((view) => view !== undefined), away: away.toSorted() };
}

/** Waits until no old session is left on any node, or until `until`. */
export async function waitForSessions(
  watch: Watch,
  marks: readonly NodeMoments[],
  until: Date,
): Promise<WaitOutcome> {
  let pause = POLL_MS_MIN;
  let before = -1;
  for (;;) {
    const seen = await countAll(watch, marks);
    const old = seen.counts.reduce((sum, count) => sum + count.old.length, 0);
    const leftMs = until.getTime() - watch.now().getTime();
    watch.onCount?.(old, seen.unseen, Math.max(0, leftMs));
    if (old === 0 && seen.unseen.length === 0) return { ended: 'clear', ...seen };
    if (watch.signal?.aborted === true) return { ended: 'interrupted', ...seen };
    if (leftMs <= 0) return { ended: 'deadline', ...seen };
    pause = old === before ? Math.min(pause * 2, POLL_MS_MAX) : POLL_MS_MIN;
    before = old;
    await pauseFor(watch, Math.min(pause, leftMs));
  }
}

/** In short naps, so that an interruption is heard. */
async function pauseFor(watch: Watch, ms: number): Promise<void> {
  for (let left = ms; left > 0 && watch.signal?.aborted !== true; left -= POLL_MS_MIN) {
    await watch.sleep(Math.min(left, POLL_MS_MIN));
  }
}

async function look(
  watch: Watch,
  node: string,
): Promise<{ readonly view: SessionView; readonly ours: number | undefined }> {
  const connection = await watch.connect(node);
  try {
    const [info, replication, id, list] = await connection.send([
      ['INFO', 'server'],
      ['INFO', 'replication'],
      ['CLIENT', 'ID'],
      ['CLIENT', 'LIST'],
    ]);
    if (typeof list !== 'string') {
      const why = isReplyError(list) ? list.error.slice(0, 200) : 'an answer that is not known';
      throw new FleetError('protocol', node, `${node}: the sessions cannot be read: ${why}`);
    }
    const runId = typeof info === 'string' ? (/^run_id:(\w+)/m.exec(info)?.[1] ?? '') : '';
    return {
      view: { node, runId, sessions: parseSessions(list), ...readLink(replication) },
      ours: typeof id === 'number' ? id : undefined,
    };
  } finally {
    connection.close();
  }
}

function readLink(info: Reply | undefined): Pick<SessionView, 'link'> {
  if (typeof info !== 'string' || !/^role:slave/m.test(info)) return {};
  return { link: /^master_link_status:up/m.test(info) ? 'up' : 'down' };
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  await forEachAtOnce(items, CONCURRENCY_DEFAULT, async (item, place) => {
    results[place] = await work(item);
  });
  return results;
}
