/**
 * The connection to one node during a run: dialled when first needed, kept, dialled again after a cut. Whatever keeps a
 * node from answering becomes {@link NodeAway}, which is no failure of a step: what the node holds is then not known.
 */

import { createHash } from 'node:crypto';
import { tableFromCommandReply, type CommandTable } from '../../acl/index.ts';
import type { ServerVersion } from '../../conf/index.ts';
import {
  FleetError,
  isReplyError,
  type Connection,
  type FleetErrorCode,
  type Reply,
} from '../../fleet/index.ts';
import type { Run } from '../run.ts';
import type { StepNode } from '../step/step-work.ts';
import type { RunPorts } from './ports.ts';

/** A node that cannot be asked. */
export class NodeAway extends Error {
  override readonly name = 'NodeAway';
  readonly code: FleetErrorCode | 'busy';
  /** `cut`: it answered before, and may again when dialled anew. */
  readonly how: 'cut' | 'silent' | 'unreachable';

  constructor(code: FleetErrorCode | 'busy', how: NodeAway['how'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.how = how;
  }
}

export interface NodeSession extends StepNode {
  /** How often a cut connection was dialled anew. */
  readonly redials: () => number;
  readonly close: () => void;
}

/** Tables of commands are large and the same on most nodes. */
export type SharedTables = Map<string, CommandTable>;

/** After a reset while dialling: so many more tries, the first after so long, each next after twice as long. */
const RETRIES_MAX = 2;
const RETRY_DELAY_MS = 1000;

export function openSession(
  run: Run,
  nodeId: string,
  ports: RunPorts,
  tables: SharedTables = new Map(),
  /** For all but probes. */
  connect: RunPorts['connect'] = ports.connect,
): NodeSession {
  let connection: Connection | undefined;
  let dials = 0;
  const sendOnce = async (commands: readonly (readonly string[])[]): Promise<readonly Reply[]> => {
    if (connection === undefined) {
      connection = await dialNode(nodeId, connect, ports);
      dials += 1;
    }
    try {
      return await connection.send(commands);
    } catch (error) {
      connection.close();
      connection = undefined;
      throw explainAway(error, 'sending');
    }
  };
  const sendPatiently: StepNode['send'] = async (commands) => {
    try {
      return await sendOnce(commands);
    } catch (error) {
      const isLate = error instanceof NodeAway && error.how === 'silent';
      if (!isLate || !isOfAllUsers(commands)) throw error;
      return sendOnce(commands);
    }
  };
  const send: StepNode['send'] = async (commands) => refuseBusy(await sendPatiently(commands), nodeId);
  const known = ports.known?.(nodeId);
  const server = remember(async () => known?.server ?? readServer(await send([['INFO', 'server']]), nodeId));
  const table = remember(async () => {
    if (known !== undefined) return known.table;
    const [reply] = await send([['COMMAND']]);
    return shareTable(tables, reply, await server());
  });
  return {
    id: nodeId,
    role: run.nodes.find(({ id }) => id === nodeId)?.role ?? 'unknown',
    runId: run.id,
    send,
    probe: () => dialNode(nodeId, ports.connect, ports),
    server,
    table,
    host: ports.host?.(nodeId),
    others: run.nodes.filter(({ id }) => id !== nodeId),
    dial: (other) => dialNode(other, connect, ports),
    now: ports.now,
    sleep: ports.sleep,
    random: ports.random ?? Math.random,
    redials: () => Math.max(0, dials - 1),
    close: () => connection?.close(),
  };
}

/**
 * Seen on real servers: Redis 7.0.15 works out the rules of every changed user when it lists or saves them, 2 ms each, and
 * remembers them. Asked again, which does no harm, it answers from there.
 */
function isOfAllUsers(commands: readonly (readonly string[])[]): boolean {
  return commands.every(([name, verb]) => name === 'ACL' && (verb === 'LIST' || verb === 'SAVE'));
}

async function dialNode(nodeId: string, connect: RunPorts['connect'], ports: RunPorts): Promise<Connection> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await connect(nodeId);
    } catch (error) {
      const again = error instanceof FleetError && error.code === 'reset' && tries < RETRIES_MAX;
      if (!again) throw explainAway(error, 'dialling');
      await ports.sleep(RETRY_DELAY_MS * 2 ** tries);
    }
  }
}

/** Faults of our own stay what they are. */
export function explainAway(error: unknown, doing: 'dialling' | 'sending'): unknown {
  if (!(error instanceof FleetError)) return error;
  const how = doing === 'dialling' ? 'unreachable' : error.code === 'timeout' ? 'silent' : 'cut';
  return new NodeAway(error.code, how, error.message, error);
}

/** A server that loads its data or is stuck in a script answers nothing but this. */
function refuseBusy(replies: readonly Reply[], nodeId: string): readonly Reply[] {
  const busy = replies.find((reply) => isReplyError(reply) && /^(?:LOADING|BUSY) /.test(reply.error));
  if (!isReplyError(busy)) return replies;
  throw new NodeAway('busy', 'silent', `${nodeId} is busy: ${busy.error.slice(0, 100)}`);
}

function readServer([info]: readonly Reply[], nodeId: string): ServerVersion {
  const text = typeof info === 'string' ? info : '';
  const field = (name: string): string | undefined => new RegExp(`^${name}:([0-9.]+)`, 'm').exec(text)?.[1];
  // Valkey shows a redis_version for old clients beside its own.
  const valkey = field('valkey_version');
  if (valkey !== undefined) return { product: 'valkey', version: valkey };
  const redis = field('redis_version');
  if (redis !== undefined) return { product: 'redis', version: redis };
  throw new NodeAway(
    'protocol',
    'unreachable',
    `${nodeId} does not tell its version: INFO server is refused`,
  );
}

function shareTable(tables: SharedTables, reply: Reply | undefined, server: ServerVersion): CommandTable {
  const text = `${server.product} ${server.version} ${JSON.stringify(reply)}`;
  const key = createHash('sha256').update(text).digest('hex');
  const table = tables.get(key) ?? tableFromCommandReply(reply, server);
  tables.set(key, table);
  return table;
}

/** Asked once; a failure is asked again. */
function remember<T>(ask: () => Promise<T>): () => Promise<T> {
  let known: { readonly value: T } | undefined;
  return async () => {
    known ??= { value: await ask() };
    return known.value;
  };
}
