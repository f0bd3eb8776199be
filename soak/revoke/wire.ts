/** A bad wire between the one who revokes and a node: bytes come late, or the connection is cut in the middle of them. */
import { createConnection, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** What the wire does to a connection, by its number from 0. */
export interface WireFault {
  /** Milliseconds that every piece from the server waits. */
  readonly delayMs: number;
  /** Cut after so many bytes from the server; undefined: never. */
  readonly cutAfter: number | undefined;
  /** So many connections are cut; later ones are whole. */
  readonly cuts: number;
}

export interface Wire {
  readonly port: number;
  readonly close: () => Promise<void>;
}

export async function startWire(to: number, fault: WireFault): Promise<Wire> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((near) => {
    const cut = connections < fault.cuts ? fault.cutAfter : undefined;
    connections += 1;
    join(near, createConnection({ host: '127.0.0.1', port: to }), fault.delayMs, cut);
    sockets.add(near);
    near.once('close', () => sockets.delete(near));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function join(near: Socket, far: Socket, delayMs: number, cutAfter: number | undefined): void {
  let passed = 0;
  const end = (): void => {
    near.destroy();
    far.destroy();
  };
  for (const socket of [near, far]) {
    socket.on('error', end);
    socket.once('close', end);
  }
  near.on('data', (bytes: Buffer) => far.write(bytes));
  far.on('data', (bytes: Buffer) => {
    const left = cutAfter === undefined ? bytes.length : Math.max(0, cutAfter - passed);
    passed += bytes.length;
    const send = (): void => {
      if (!near.destroyed) near.write(bytes.subarray(0, left));
      if (left < bytes.length) near.end(end);
    };
    if (delayMs === 0) send();
    else setTimeout(send, delayMs);
  });
}
