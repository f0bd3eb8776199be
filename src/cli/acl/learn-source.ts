/** Where commands that were seen come from: a file, or MONITOR with the users of CLIENT LIST beside it. */

import { isSilentLine, readMonitorLine, readObservation, type Observation } from '../../acl/index.ts';
import {
  isReplyError,
  monitorServer,
  openConnection,
  printEndpoint,
  type Connection,
  type ConnectionLimits,
  type MonitorEnd,
  type Target,
} from '../../fleet/index.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';

const FILE_BYTES_MAX = 1024 * 1024 * 1024;
/** Addresses that are remembered; clients come and go. */
const ADDRESSES_MAX = 100_000;
/** Lines of clients that are not known yet, held until CLIENT LIST is asked again. */
const HELD_LINES_MAX = 20_000;
const CLIENT_LIST_EVERY_MS = 500;

export interface SeenFile {
  /** Line numbers, from 1, that could not be read. */
  readonly unread: readonly number[];
}

/** Reads a file of commands and hands each over. */
export async function readSeenFile(path: string, see: (observation: Observation) => void): Promise<SeenFile> {
  const text = await readInput(path, 'the commands', FILE_BYTES_MAX);
  const unread: number[] = [];
  const credit = creditScripts();
  for (const [index, line] of text.split('\n').entries()) {
    if (isSilentLine(line)) continue;
    const observation = readObservation(line);
    if (observation === undefined) unread.push(index + 1);
    else see(credit(observation));
  }
  return { unread };
}

export interface WatchOptions {
  readonly durationMs: number;
  readonly linesMax: number;
  readonly limits: ConnectionLimits;
  /** `needed`: it is an error when CLIENT LIST, which tells users apart, is refused. */
  readonly users: 'helpful' | 'needed';
  readonly see: (observation: Observation) => void;
}

export interface Watched extends MonitorEnd {
  /** Why users are not told apart, when CLIENT LIST was refused. */
  readonly usersUnknown?: string;
}

/** Watches a server by MONITOR. Throws a FleetError when that cannot be. */
export async function watchServer(target: Target, options: WatchOptions): Promise<Watched> {
  const asking = await openConnection(target, options.limits);
  try {
    const users = new Map<string, string>();
    const refusal = await readClients(asking, users);
    if (refusal !== undefined && options.users === 'needed') throw usersUnknown(target, refusal);
    const credit = creditScripts();
    let held: Observation[] = [];
    const release = (): void => {
      for (const line of held) options.see(named(line, users));
      held = [];
    };
    const refresh = setInterval(() => {
      if (held.length > 0) void readClients(asking, users).then(release, release);
    }, CLIENT_LIST_EVERY_MS);
    try {
      const end = await monitorServer(target, {
        durationMs: options.durationMs,
        linesMax: options.linesMax,
        limits: options.limits,
        onLine: (line, cut) => {
          const observation = readMonitorLine(line);
          if (observation === undefined || isOurs(observation)) return;
          const credited = credit(cut === 'cut' ? { ...observation, truncated: true } : observation);
          const known = refusal !== undefined || users.has(credited.client ?? '');
          if (known || held.length >= HELD_LINES_MAX) options.see(named(credited, users));
          else held.push(credited);
        },
      });
      return { ...end, ...(refusal !== undefined && { usersUnknown: refusal }) };
    } finally {
      clearInterval(refresh);
      await readClients(asking, users).catch(() => undefined);
      release();
    }
  } finally {
    asking.close();
  }
}

function usersUnknown(target: Target, refusal: string): CommandFailure {
  return new CommandFailure({
    code: 'E_USERS',
    what: '--of needs CLIENT LIST, which tells users apart, and it was refused',
    target: printEndpoint(target.endpoint),
    cause: refusal,
    next: 'log in as a user with +client|list, or choose by address: --client ADDRESS',
  });
}

/** Fills in who is who; answers why not, when the server refuses. */
async function readClients(connection: Connection, users: Map<string, string>): Promise<string | undefined> {
  const [reply] = await connection.send([['CLIENT', 'LIST']]);
  if (isReplyError(reply)) return reply.error;
  if (typeof reply !== 'string') return 'CLIENT LIST cannot be read';
  for (const line of reply.split('\n')) {
    const address = /(?:^| )addr=(\S+)/.exec(line)?.[1];
    const user = /(?:^| )user=(\S+)/.exec(line)?.[1];
    if (address !== undefined && user !== undefined && users.size < ADDRESSES_MAX) users.set(address, user);
  }
  return undefined;
}

function named(observation: Observation, users: ReadonlyMap<string, string>): Observation {
  const user = users.get(observation.client ?? '');
  return user === undefined ? observation : { ...observation, user };
}

/** Our own CLIENT LIST is seen by MONITOR too. */
function isOurs({ argv }: Observation): boolean {
  return argv.length === 2 && argv[0] === 'CLIENT' && argv[1] === 'LIST';
}

/**
 * Commands that a script ran stand behind its EVAL or FCALL as client `lua` (seen on Redis 6.0 - 8.0, Valkey 8.0 - 9.1):
 * they need the rights of whoever called it.
 */
function creditScripts(): (observation: Observation) => Observation {
  let caller: Observation | undefined;
  return (observation) => {
    if (observation.client !== 'lua') {
      caller = observation;
      return observation;
    }
    if (caller === undefined) return observation;
    const { client, user } = caller;
    return { ...observation, ...(client !== undefined && { client }), ...(user !== undefined && { user }) };
  };
}
