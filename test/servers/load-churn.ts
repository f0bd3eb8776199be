/**
 * Connections that come and go as a load: each is a handshake of its own with the files as they are now, a login, a PING
 * and its end. Every second one to a node offers the session of the one before, as pools of clients do.
 */
import { connect } from 'node:tls';

import type { LoadOptions, LoadTally, Worker } from './load.ts';
import type { Login, TopologyNode } from './node.ts';

const PAUSE_MS = 50;
const VISIT_TIMEOUT_MS = 5000;

/** Starts it and resolves when every node was visited once; throws what went wrong. */
export async function runChurn(options: LoadOptions, tally: LoadTally): Promise<Worker> {
  const { topology, visits = () => topology.data, pauseMs = PAUSE_MS } = options;
  const sessions = new Map<string, Buffer>();
  for (const node of visits()) await visit(options, node, sessions);
  const work = async (): Promise<void> => {
    for (let i = 0; !tally.isStopping(); i += 1) {
      const nodes = visits();
      const node = nodes[i % nodes.length];
      if (node !== undefined) await count(options, node, sessions, tally);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  return { ended: work() };
}

async function count(
  options: LoadOptions,
  node: TopologyNode,
  sessions: Map<string, Buffer>,
  tally: LoadTally,
): Promise<void> {
  try {
    if ((await visit(options, node, sessions)) === 'resumed') tally.resume();
    tally.succeed(1);
  } catch (error) {
    sessions.delete(node.name);
    tally.fail(`${node.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Takes the session of the node, if there is one, and leaves one there otherwise. */
function visit(
  { topology, credentials, sentinelLogin }: LoadOptions,
  node: TopologyNode,
  sessions: Map<string, Buffer>,
): Promise<'resumed' | 'fresh'> {
  const { tls } = topology;
  const { host, tlsPort } = node;
  if (tls === undefined || tlsPort === undefined) throw new Error('churn needs TLS');
  const login = node.kind === 'sentinel' ? (sentinelLogin ?? topology.app) : credentials.current();
  const session = sessions.get(node.name);
  sessions.delete(node.name);
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host, port: tlsPort, ...tls.client, ...(session === undefined ? {} : { session }) },
      () => socket.write(formatVisit(login)),
    );
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.startsWith('-') || text.includes('\r\n-')) socket.destroy(new Error(text.trim()));
      else if (text.includes('+PONG\r\n')) {
        resolve(socket.isSessionReused() ? 'resumed' : 'fresh');
        socket.end();
      }
    });
    socket.on('session', (ticket: Buffer) => {
      if (session === undefined) sessions.set(node.name, ticket);
    });
    socket.setTimeout(VISIT_TIMEOUT_MS, () =>
      socket.destroy(new Error(`no answer within ${VISIT_TIMEOUT_MS} ms`)),
    );
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection before it answered')));
  });
}

function formatVisit({ user, password }: Login): string {
  const auth = password === undefined ? [] : [['AUTH', ...(user === undefined ? [] : [user]), password]];
  return [...auth, ['PING']]
    .map((words) =>
      [`*${words.length}`, ...words.flatMap((word) => [`$${word.length}`, word]), ''].join('\r\n'),
    )
    .join('');
}
