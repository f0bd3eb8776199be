/**
 * CLIENT LIST as a revocation reads it (networking.c catClientInfoString): who is logged in, from where, and which
 * sessions are links between the servers themselves. No session is left out, however many there are.
 */

import { type Reply } from '../../fleet/index.ts';

/** One connection. */
export interface Session {
  readonly id: string;
  /** `10.0.1.7:51234`, `[::1]:51234`; `path:0` for a unix socket. */
  readonly address: string;
  readonly user: string;
  readonly name: string;
  readonly flags: string;
}

/** Every session; undefined where the reply is no list of clients. */
export function readSessions(reply: Reply | undefined): readonly Session[] | undefined {
  if (typeof reply !== 'string') return undefined;
  return reply.split('\n').flatMap(readLine);
}

/** The sessions of one user; the others are not even read. */
export function readSessionsOf(user: string, reply: Reply | undefined): readonly Session[] | undefined {
  if (typeof reply !== 'string') return undefined;
  const mark = ` user=${user} `;
  return reply.split('\n').flatMap((line) => (`${line} `.includes(mark) ? readLine(line) : []));
}

/** The link of a replica, as its primary sees it. */
export function isReplicaLink({ flags }: Session): boolean {
  return flags.includes('S');
}

/** The link to the primary, as a replica sees it: nobody's session. */
export function isPrimaryLink({ flags }: Session): boolean {
  return flags.includes('M');
}

/** A Sentinel calls its links `sentinel-<8 digits of its id>-cmd` and `-pubsub` (sentinel.c sentinelSetClientName). */
export function isSentinelLink({ name }: Session): boolean {
  return /^sentinel-[0-9a-f]{8}-(?:cmd|pubsub)$/.test(name);
}

/** The host of an address, without its port. */
export function hostOf(address: string): string {
  return address.replace(/:\d+$/, '');
}

function readLine(line: string): readonly Session[] {
  if (!line.startsWith('id=')) return [];
  // No value holds a blank: the server refuses names that do.
  const fields = new Map(
    line.split(' ').map((field): readonly [string, string] => {
      const at = field.indexOf('=');
      return [field.slice(0, at), field.slice(at + 1)];
    }),
  );
  const text = (name: string): string => fields.get(name)?.trim() ?? '';
  return [
    { id: text('id'), address: text('addr'), user: text('user'), name: text('name'), flags: text('flags') },
  ];
}
