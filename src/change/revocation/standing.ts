/**
 * How a node stands before anything is done to it, in one pipeline: its users and sessions, whom we are logged in as,
 * whom it logs in to its primary as, and where its users are kept. It asks for much less than a plan does, because
 * somebody is waiting to have a login closed.
 */

import type { ServerVersion } from '../../conf/index.ts';
import { isReplyError, type Connection, type Reply } from '../../fleet/index.ts';
import type { NodeEvidence } from '../receipt/receipt.ts';
import { knowsNoUsers, readAccounts, type Account } from './account.ts';
import { readSessions, type Session } from './session-list.ts';

export type Replication = NodeEvidence['replication']['before'];

/** How users are written to disk. `find-out`: by trying ACL SAVE first. */
export type SaveMethod = 'acl-save' | 'config-rewrite' | 'flushconfig' | 'nothing' | 'find-out';

export interface Standing {
  readonly server: ServerVersion;
  /** run_id of the process. */
  readonly identity: string;
  readonly kind: 'data' | 'sentinel';
  /** ACL WHOAMI. */
  readonly login: string;
  readonly accounts: readonly Account[];
  /** Everybody's, our own connection included. */
  readonly sessions: readonly Session[];
  /** The user that this node is as a replica; `default` where none is set. */
  readonly primaryUser: string;
  readonly save: SaveMethod;
  /** File that users are kept in, where it is known. */
  readonly file: string | undefined;
  readonly replication: Replication;
  /** A client certificate logs in as the user that it names (Valkey 9.1, Redis 8.6). */
  readonly certificateLogin: boolean;
}

/** A node that cannot be dealt with, in the server's words. */
export interface NodeRefusal {
  readonly refused: string;
}

const COMMANDS = [
  ['ACL', 'LIST'],
  ['CLIENT', 'LIST'],
  ['ACL', 'WHOAMI'],
  ['INFO', 'server'],
  ['INFO', 'replication'],
  ['CONFIG', 'GET', 'aclfile'],
  ['CONFIG', 'GET', 'masteruser'],
  ['CONFIG', 'GET', 'tls-auth-clients-user'],
] as const;

/** Asks a node. Throws a `FleetError` when the conversation fails. */
export async function readStanding(connection: Connection): Promise<Standing | NodeRefusal> {
  const [list, clients, whoami, server, replication, aclfile, masteruser, byCertificate] =
    await connection.send(COMMANDS);
  const accounts = knowsNoUsers(list) ? [] : readAccounts(list);
  if (accounts === undefined) return { refused: `ACL LIST: ${saidBy(list)}` };
  const sessions = readSessions(clients);
  if (sessions === undefined) return { refused: `CLIENT LIST: ${saidBy(clients)}` };
  const info = readFields(server);
  if (info.size === 0) return { refused: `INFO: ${saidBy(server)}` };
  const kind = (info.get('redis_mode') ?? info.get('server_mode')) === 'sentinel' ? 'sentinel' : 'data';
  return {
    server: versionOf(info),
    identity: info.get('run_id') ?? '',
    kind,
    login: typeof whoami === 'string' ? whoami : 'default',
    accounts,
    sessions,
    primaryUser: settingOf(masteruser) || 'default',
    ...saveMethodOf(kind, settingOf(aclfile), info.get('config_file'), knowsNoUsers(list)),
    replication: readReplication(replication),
    certificateLogin: !['', 'off'].includes(settingOf(byCertificate) ?? 'off'),
  };
}

/** Whether the link to the primary is up; `none` on a primary and on a Sentinel. */
export function readReplication(reply: Reply | undefined): Replication {
  if (typeof reply !== 'string') return 'unknown';
  const info = readFields(reply);
  const role = info.get('role');
  if (role === undefined || role === 'master') return 'none';
  return info.get('master_link_status') === 'up' ? 'up' : 'down';
}

/** What a server said, for a person. */
export function saidBy(reply: Reply | undefined): string {
  if (isReplyError(reply)) return reply.error;
  return reply === undefined ? 'no answer' : 'an answer that Wardis does not understand';
}

export function isRefusal(standing: Standing | NodeRefusal): standing is NodeRefusal {
  return 'refused' in standing;
}

/** A Sentinel shows neither setting: it may have an ACL file or keep users in its configuration. */
function saveMethodOf(
  kind: Standing['kind'],
  aclfile: string | undefined,
  conf: string | undefined,
  noUsers: boolean,
): Pick<Standing, 'save' | 'file'> {
  if (noUsers) return { save: 'nothing', file: undefined };
  if (kind === 'sentinel' || aclfile === undefined) return { save: 'find-out', file: undefined };
  if (aclfile !== '') return { save: 'acl-save', file: aclfile };
  if (conf === '') return { save: 'nothing', file: undefined };
  return { save: 'config-rewrite', file: conf };
}

function versionOf(info: ReadonlyMap<string, string>): ServerVersion {
  const valkey = info.get('valkey_version');
  return valkey === undefined
    ? { product: 'redis', version: info.get('redis_version') ?? '0' }
    : { product: 'valkey', version: valkey };
}

function readFields(reply: Reply | undefined): ReadonlyMap<string, string> {
  if (typeof reply !== 'string') return new Map();
  return new Map(
    reply.split(/\r?\n/).flatMap((line): readonly (readonly [string, string])[] => {
      const at = line.indexOf(':');
      return at <= 0 || line.startsWith('#') ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}

/** Undefined where it is not a setting of the server, or not shown to us. */
function settingOf(reply: Reply | undefined): string | undefined {
  if (!Array.isArray(reply)) return undefined;
  const value: unknown = reply[1];
  return typeof value === 'string' ? value : undefined;
}
