/** A node that shows a session for ever, or is slow on top of it, does not keep a revocation from its end. */
import { createConnection, createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forEachServer, startReplicated, type Topology } from '../servers/index.ts';
import { fleetNodes, observe, revoke } from './revocation-fleet.ts';

/** As long as the name of the administrator, whose sessions the wire shows as this user's. */
const USER = 'bobby';
const SECRET = 'secret-of-bobby';
const DEADLINE_MS = 1000;
const COMMAND_MS = 800;

/** What a server says with a session of the user that is none, and so much later. */
async function startLyingWire(
  to: number,
  delayMs: number,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((near) => {
    const far = createConnection({ host: '127.0.0.1', port: to });
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('error', end).once('close', end);
    near.on('data', (bytes: Buffer) => far.write(bytes));
    far.on('data', (bytes: Buffer) => {
      const lie = Buffer.from(bytes.toString('latin1').replaceAll('user=admin ', `user=${USER} `), 'latin1');
      setTimeout(() => near.destroyed || near.write(lie), delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

describe('a revocation with a node that always shows a session', () => {
  forEachServer(['redis-7.0'], (server) => {
    let topology: Topology;
    beforeAll(async () => {
      topology = await startReplicated({ server, replicas: 1 });
    }, 30_000);
    afterAll(() => topology?.stop());

    it.each([
      { name: 'at once', delayMs: 0 },
      { name: 'slowly', delayMs: 500 },
    ])(
      'ends by the deadline where it answers $name, and the others are confirmed',
      async ({ delayMs }) => {
        const [primary, replica] = [topology.node('primary'), topology.node('replica-1')];
        for (const node of topology.nodes)
          await node.command('ACL', 'SETUSER', USER, 'reset', 'on', `>${SECRET}`, '~*', '+@all');
        const wire = await startLyingWire(replica.port, delayMs);
        try {
          const nodes = fleetNodes(
            [
              { name: primary.name, kind: primary.kind, host: primary.host, port: primary.port },
              { name: replica.name, kind: replica.kind, host: replica.host, port: wire.port },
            ],
            topology.admin,
          );
          const wanted = {
            user: USER,
            deadlineMs: DEADLINE_MS,
            commandMs: COMMAND_MS,
            insist: 'force',
          } as const;
          const { receipt, totalMs } = await revoke(nodes, wanted);

          // Beside the deadline: a second for each half, an answer that is waited for, and one look to confirm.
          expect(totalMs).toBeLessThan(DEADLINE_MS + 5 * COMMAND_MS);
          expect(receipt.revoked).toBe(false);
          expect(receipt.nodes[0]).toMatchObject({ outcome: 'revoked' });
          expect(receipt.nodes[1]?.outcome).not.toBe('revoked');
          if (delayMs === 0) expect(receipt.nodes[1]).toMatchObject({ open: ['session-left'] });
          // What could be done was done all the same.
          expect(await observe(primary, USER, [SECRET])).toEqual({ wayIn: false, sessions: 0 });
          expect(await observe(replica, USER, [SECRET])).toEqual({ wayIn: false, sessions: 0 });
        } finally {
          wire.server.close();
        }
      },
      30_000,
    );
  });
});
