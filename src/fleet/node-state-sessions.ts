/**
 * CLIENT LIST as sessions, and what INFO commandstats counted. A busy node has tens of thousands of clients: beyond a
 * limit some are left out, but never the only one of its user, name, library, last command and flags, so that whoever
 * asks which users are logged in and what they run is still answered.
 */

import { isReplyError, type Reply } from './resp.ts';
import { readClients } from './server-replies.ts';
import type { SessionFact } from './node-state.ts';

/** Sessions of one node that are kept, unless said otherwise. */
export const CLIENTS_MAX = 2000;

export interface Sessions {
  readonly sessions: readonly SessionFact[];
  /** Sessions that the server showed and that are not kept. */
  readonly cut: number;
}

/** Undefined when the reply is no list of clients. `share` makes equal words one. */
export function readSessions(
  reply: Reply,
  most: number,
  share: (word: string) => string,
): Sessions | undefined {
  if (typeof reply !== 'string' || isReplyError(reply)) return undefined;
  const lines = reply.split('\n').filter((line) => line.startsWith('id='));
  const all = lines.flatMap((line) => readSession(line, share));
  if (all.length <= most) return { sessions: all.map(detached), cut: 0 };
  const kinds = new Set<string>();
  const isFirst = all.map((session) => {
    const kind = JSON.stringify([
      session.user,
      session.name,
      session.library,
      session.lastCommand,
      session.flags,
    ]);
    return kinds.size < kinds.add(kind).size;
  });
  // The first of each kind, then as many of the others as fit, in the order of the server.
  let room = Math.max(0, most - kinds.size);
  let firsts = 0;
  const kept = all.filter((_, place) => {
    if (isFirst[place] === true) return (firsts += 1) <= most;
    return (room -= 1) >= 0;
  });
  return { sessions: kept.map(detached), cut: all.length - kept.length };
}

/** How often each command was run, by its lower-case name: `get`, `config|set` (`config` before 7.0). */
export function readCommandStats(info: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const stats = new Map<string, number>();
  for (const [field, value] of info) {
    if (!field.startsWith('cmdstat_')) continue;
    const calls = /(?:^|,)calls=([0-9]{1,15})(?:,|$)/.exec(value)?.[1];
    if (calls !== undefined) stats.set(field.slice('cmdstat_'.length).toLowerCase(), Number(calls));
  }
  return stats;
}

/**
 * The connection that asked, for servers whose HELLO does not tell it (6.0): the only one of our user that is running
 * CLIENT at this moment; undefined when there are several.
 */
export function findOwnSession(sessions: readonly SessionFact[], user: string): string | undefined {
  const asking = sessions.filter(
    (session) =>
      session.user === user && /^client(?:\||$)/.test(session.lastCommand) && session.idleSeconds === 0,
  );
  return asking.length === 1 ? asking[0]?.id : undefined;
}

function readSession(line: string, share: (word: string) => string): readonly SessionFact[] {
  const [client] = readClients(line) ?? [];
  if (client === undefined) return [];
  return [
    {
      ...client,
      user: share(client.user),
      name: share(client.name),
      library: share(client.library),
      lastCommand: share(client.lastCommand),
      flags: share(client.flags),
      localAddress: share(/ laddr=(\S*)/.exec(line)?.[1] ?? ''),
    },
  ];
}

/** Text that is cut out of a reply keeps the whole reply in memory: what is kept gets a copy. */
function detached(session: SessionFact): SessionFact {
  return { ...session, id: copyOf(session.id), address: copyOf(session.address) };
}

function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
