/**
 * Servers that misbehave on purpose: each answers with bytes of the test's choice, at the moment of its choice, and
 * keeps what it was sent.
 */
import { createServer, type Server, type Socket } from 'node:net';

export interface RogueServer {
  readonly port: number;
  /** Everything that clients sent, in order of arrival. */
  readonly received: () => string;
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** `answer` is called once for each connection. */
export async function startRogue(answer: (socket: Socket, connection: number) => void): Promise<RogueServer> {
  const sockets = new Set<Socket>();
  let received = '';
  let connections = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    connections += 1;
    answer(socket, connections);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    received: () => received,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
