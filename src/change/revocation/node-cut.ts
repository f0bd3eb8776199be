/**
 * What is done at one node, on one connection. First the cut, in one write: `off resetpass` and CLIENT KILL USER. Neither
 * is enough alone: `off`, `resetpass` and `reset` leave a session that is logged in working (seen on Redis 7.0 and 8.0
 * and on Valkey 9.1), and a killed client logs in again. Then the account is deleted and users are saved, and the node
 * is asked how things are, in one write too, so that nothing lies between the deed and the proof.
 */

import { isReplyError, type Connection, type Reply } from '../../fleet/index.ts';
import type { NodeEvidence } from '../receipt/receipt.ts';
import { knowsNoUsers, readAccountState } from './account.ts';
import { readSessionsOf, type Session } from './session-list.ts';
import { readReplication, saidBy, type NodeRefusal, type SaveMethod, type Standing } from './standing.ts';

/** What cutting came to. */
export interface Cut {
  /** When the server had acknowledged it; undefined: it knows no such user, and nothing was sent. */
  readonly at: Date | undefined;
  readonly ended: number;
  readonly left: readonly Session[];
}

/** What was read at the end; the proof of the secret is not in it yet. */
export interface Reading {
  readonly at: Date;
  readonly account: NodeEvidence['account'];
  /** Hashes that the account holds now. */
  readonly hashes: readonly string[];
  /** `none`: the server has no users at all. */
  readonly users: 'kept' | 'none';
  readonly left: number;
  readonly persistence: Omit<NodeEvidence['persistence'], 'file'>;
  readonly replication: NodeEvidence['replication']['after'];
}

type Now = () => Date;
type Persistence = Reading['persistence'];

const NO_ACLFILE = /not configured to use an ACL file/i;
const NO_CONF = /running without a config file/i;

/** Switches the account off, takes its passwords and ends its sessions. Throws a `FleetError`. */
export async function cutOff(connection: Connection, user: string, now: Now): Promise<Cut | NodeRefusal> {
  const [set, kill, clients] = await connection.send([
    ['ACL', 'SETUSER', user, 'off', 'resetpass'],
    ['CLIENT', 'KILL', 'USER', user],
    ['CLIENT', 'LIST'],
  ]);
  if (isReplyError(set)) return { refused: `ACL SETUSER: ${set.error}` };
  return afterKill(kill, clients, user, now());
}

/** Ends what is still or again logged in, and looks. Throws a `FleetError`. */
export async function endSessions(
  connection: Connection,
  user: string,
  now: Now,
): Promise<Cut | NodeRefusal> {
  const [kill, clients] = await connection.send([
    ['CLIENT', 'KILL', 'USER', user],
    ['CLIENT', 'LIST'],
  ]);
  return afterKill(kill, clients, user, now());
}

/** Deletes the account where that is wanted, saves users, and reads how things are. Throws a `FleetError`. */
export async function deleteAndRead(
  connection: Connection,
  user: string,
  account: 'delete' | 'keep-off',
  standing: Pick<Standing, 'save' | 'kind'>,
  now: Now,
): Promise<Reading | NodeRefusal> {
  const removal = account === 'delete' ? [['ACL', 'DELUSER', user]] : [];
  const save = saveCommand(standing.save);
  const replies = await connection.send([...removal, ...save, ...looks(user)]);
  const removed = removal.length === 0 ? undefined : replies[0];
  if (isReplyError(removed) && !knowsNoUsers(removed)) return { refused: `ACL DELUSER: ${removed.error}` };
  const rest = replies.slice(removal.length);
  const saved = save.length === 0 ? undefined : rest[0];
  const elsewhere = standing.save === 'find-out' && isReplyError(saved) && NO_ACLFILE.test(saved.error);
  if (elsewhere) return saveConfAndRead(connection, user, standing.kind, now);
  return readLooks(rest.slice(save.length), user, persistenceOf(standing.save, saved), now());
}

/** Reads how things are and changes nothing: no save is asked for, and none is proved. Throws a `FleetError`. */
export async function readOnly(
  connection: Connection,
  user: string,
  persistence: Persistence,
  now: Now,
): Promise<Reading | NodeRefusal> {
  return readLooks(await connection.send(looks(user)), user, persistence, now());
}

function afterKill(
  kill: Reply | undefined,
  clients: Reply | undefined,
  user: string,
  at: Date,
): Cut | NodeRefusal {
  // Servers answer "No such user" where the account is gone by then; then its sessions are, too.
  if (isReplyError(kill) && !/^ERR No such user/i.test(kill.error))
    return { refused: `CLIENT KILL: ${kill.error}` };
  const left = readSessionsOf(user, clients);
  if (left === undefined) return { refused: `CLIENT LIST: ${saidBy(clients)}` };
  return { at, ended: typeof kill === 'number' ? kill : 0, left };
}

function saveCommand(save: SaveMethod): readonly (readonly string[])[] {
  switch (save) {
    case 'acl-save':
    case 'find-out':
      return [['ACL', 'SAVE']];
    case 'config-rewrite':
      return [['CONFIG', 'REWRITE']];
    case 'flushconfig':
      return [['SENTINEL', 'FLUSHCONFIG']];
    case 'nothing':
      return [];
  }
}

async function saveConfAndRead(
  connection: Connection,
  user: string,
  kind: Standing['kind'],
  now: Now,
): Promise<Reading | NodeRefusal> {
  const save = kind === 'sentinel' ? 'flushconfig' : 'config-rewrite';
  const [saved, ...rest] = await connection.send([...saveCommand(save), ...looks(user)]);
  return readLooks(rest, user, persistenceOf(save, saved), now());
}

function persistenceOf(save: SaveMethod, reply: Reply | undefined): Persistence {
  if (save === 'nothing') return { by: 'nothing', state: 'no-file', detail: 'a restart forgets every user' };
  const by = save === 'find-out' ? 'acl-save' : save;
  if (!isReplyError(reply)) return { by, state: 'saved', detail: '' };
  return NO_CONF.test(reply.error)
    ? { by: 'nothing', state: 'no-file', detail: 'the server was started without a file' }
    : { by, state: 'failed', detail: reply.error };
}

/** Everything that the proof rests on. */
function looks(user: string): readonly (readonly string[])[] {
  return [
    ['ACL', 'GETUSER', user],
    ['CLIENT', 'LIST'],
    ['INFO', 'replication'],
  ];
}

function readLooks(
  replies: readonly Reply[],
  user: string,
  persistence: Persistence,
  at: Date,
): Reading | NodeRefusal {
  const [getuser, clients, info] = replies;
  const users = knowsNoUsers(getuser) ? ('none' as const) : ('kept' as const);
  const state =
    users === 'none' ? { account: { state: 'absent' as const }, hashes: [] } : readAccountState(getuser);
  if (state === undefined) return { refused: `ACL GETUSER: ${saidBy(getuser)}` };
  const left = readSessionsOf(user, clients);
  if (left === undefined) return { refused: `CLIENT LIST: ${saidBy(clients)}` };
  return { at, ...state, users, left: left.length, persistence, replication: readReplication(info) };
}
