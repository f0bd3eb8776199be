/**
 * The state of live nodes: AUTH if there are credentials and one pipeline, two round trips where nothing is special. A
 * second pipeline asks for the command table where the bundled one is not the server's own: with modules, renamed
 * commands, a version that Wardis does not hold, or a Sentinel that was not announced as one.
 */

import type { CommandTable } from '../acl/index.ts';
import { readSettings, type LiveSettings } from './config-reply.ts';
import { openConnection, type Connection, type ConnectionLimits } from './connection.ts';
import { explainWrongTransport } from './dial-diagnosis.ts';
import { known, unknown, type Fact } from './fact.ts';
import { FleetError } from './fleet-error.ts';
import {
  exchange,
  factOf,
  learnTable,
  readBasics,
  type Basics,
  type Exchange,
} from './node-state-exchange.ts';
import { fingerprintOf } from './node-state-fingerprint.ts';
import { CLIENTS_MAX, findOwnSession, readCommandStats, readSessions } from './node-state-sessions.ts';
import { rememberLines } from './node-state-users.ts';
import type { NodeState, UserPersistence } from './node-state.ts';
import { isList, provenanceOf, readPairs, textOf, type Answer } from './reply-fact.ts';
import { retryOnReset } from './retry.ts';
import { readRole } from './server-replies.ts';
import { createSharedFacts, shareWord, type SharedFacts } from './shared-facts.ts';
import type { Target } from './target.ts';
import { readUsers } from './user-reply.ts';

export interface NodeStateOptions {
  readonly limits?: ConnectionLimits;
  /** Name of the node in the state. Default: the address that is dialled. */
  readonly node?: string;
  /** What the node is known to be, which saves a Sentinel a round trip. Default `data`; a wrong one is found out. */
  readonly expect?: 'data' | 'sentinel';
  /** Sessions that are kept. Default 2000. */
  readonly clientsMax?: number;
  /** What nodes have in common; give the same to every node of a run. */
  readonly shared?: SharedFacts;
  /** Waits between tries after a reset. */
  readonly sleep?: (ms: number) => Promise<void>;
}

interface Material extends Basics {
  readonly connection: Connection;
  readonly options: NodeStateOptions;
  readonly takenAt: string;
  readonly shared: SharedFacts;
  readonly first: Exchange;
  readonly table: CommandTable;
}

/** Throws a {@link FleetError} when there is no conversation; a command that is refused is an unknown fact. */
export async function readNodeState(target: Target, options: NodeStateOptions = {}): Promise<NodeState> {
  return retryOnReset(async () => {
    try {
      return await converse(target, options, 'ask');
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      // The one reply that grows with the load of the server is CLIENT LIST: the rest is worth having without it.
      if (error.code === 'too-large') return converse(target, options, 'leave-out');
      throw await explainWrongTransport(error, target);
    }
  }, options.sleep);
}

async function converse(
  target: Target,
  options: NodeStateOptions,
  clients: 'ask' | 'leave-out',
): Promise<NodeState> {
  const takenAt = new Date().toISOString();
  const shared = options.shared ?? createSharedFacts();
  const connection = await openConnection(target, options.limits);
  try {
    const first = await exchange(connection, target, options.expect ?? 'data', clients);
    const basics = readBasics(first, shared);
    const table = await learnTable(connection, first, basics, shared);
    return assemble({ ...basics, connection, options, takenAt, shared, first, table });
  } finally {
    connection.close();
  }
}

function assemble(material: Material): NodeState {
  const { connection, options, takenAt, shared, first, table, info, server, mode } = material;
  const { answers } = first;
  const share = (word: string): string => shareWord(shared, word);
  const fields = info.known ? info.value : new Map<string, string>();
  const sessions = factOf(answers.clients, (reply) =>
    readSessions(reply, options.clientsMax ?? CLIENTS_MAX, share),
  );
  const clients = sessions.known ? known(sessions.value.sessions, sessions.from) : sessions;
  const login = factOf(answers.whoami, (reply) => (typeof reply === 'string' ? reply : undefined));
  const settings = readConfig(answers.config, material, share);
  const lines = answers.users?.reply;
  const read = {
    server,
    mode,
    runId: fields.get('run_id') ?? '',
    role: factOf(answers.role, readRole),
    users:
      answers.users === undefined
        ? factOf<never>(undefined, () => undefined)
        : readUsers(answers.users, table, server, rememberLines(shared)),
    ...settings,
  };
  return {
    node: options.node ?? connection.node,
    takenAt,
    ...read,
    table,
    login,
    clientId: readClientId(answers.hello, clients, login),
    clients,
    clientsCut: sessions.known ? sessions.value.cut : 0,
    commandStats: info.known ? known(readCommandStats(fields), info.from) : info,
    info: new Map([...fields].filter(([name]) => !name.startsWith('cmdstat_'))),
    persistence: readPersistence(mode, settings, fields),
    fingerprint: fingerprintOf(read, isList(lines) ? lines.map(textOf) : []),
    roundTrips: connection.roundTrips(),
  };
}

function readConfig(
  config: Answer | undefined,
  { server, mode }: Basics,
  share: (word: string) => string,
): LiveSettings {
  if (config === undefined || mode === 'sentinel') return { settings: new Map(), secrets: new Map() };
  return readSettings(config, server, share);
}

/** HELLO tells it from 6.2 on and wants no right, other than CLIENT ID. */
function readClientId(
  hello: Answer | undefined,
  clients: NodeState['clients'],
  login: Fact<string>,
): NodeState['clientId'] {
  const id = hello?.reply === undefined ? undefined : textOf(readPairs(hello.reply)?.get('id'));
  if (hello !== undefined && id !== undefined && id !== '') return known(id, provenanceOf(hello));
  if (!clients.known) return clients;
  const own = findOwnSession(clients.value, login.known ? login.value : '');
  if (own !== undefined) return known(own, clients.from);
  return unknown('failed', 'several connections could be ours', 'run CLIENT ID');
}

function readPersistence(
  mode: NodeState['mode'],
  { settings }: LiveSettings,
  info: ReadonlyMap<string, string>,
): UserPersistence {
  const conf = info.get('config_file');
  const byConf = (): UserPersistence => {
    if (conf === undefined) return { by: 'unknown', detail: 'INFO does not show the configuration file' };
    return conf === '' ? { by: 'nothing' } : { by: 'conf', path: conf };
  };
  // A Sentinel may have an ACL file too, and shows it nowhere: only ACL SAVE tells.
  if (mode === 'sentinel') return byConf();
  const aclfile = settings.get('aclfile');
  if (aclfile === undefined) return { by: 'unknown', detail: 'CONFIG GET shows no aclfile' };
  if (!aclfile.known) return { by: 'unknown', detail: aclfile.detail };
  return aclfile.value === '' ? byConf() : { by: 'aclfile', path: aclfile.value };
}
