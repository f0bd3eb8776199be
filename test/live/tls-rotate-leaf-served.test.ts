// What a port serves is told whoever asks, in every version of the protocol, on every kind of port.
import { expect, it } from 'vitest';
import { readServed } from '../../src/tls/index.ts';
import { fingerprintOf, forEachServer, startCluster, startStandalone } from '../servers/index.ts';

const BUS_OFFSET = 10_000;

forEachServer(['redis-6.0', 'redis-7.0', 'redis-8.0', 'valkey-9.1'], (server) => {
  it.each([
    ['TLSv1.2', 'yes'],
    ['TLSv1.3', 'yes'],
    ['TLSv1.2', 'no'],
  ] as const)(
    'shows its certificate by %s to a client without one (tls-auth-clients %s)',
    async (version, asks) => {
      const topology = await startStandalone({
        server,
        tls: 'only',
        conf: [`tls-protocols ${version}`, `tls-auth-clients ${asks}`],
      });
      const node = topology.node('primary');
      const reading = await readServed({ host: node.host, port: Number(node.tlsPort) });
      expect(reading).toMatchObject({
        kind: 'served',
        leaf: { fingerprintSha256: fingerprintOf(String(topology.tls?.filesOf('primary').certificate)) },
      });
      await topology.stop();
    },
  );
});

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it('shows it on the bus of a Cluster, and says nothing of ports that serve none', async () => {
    const topology = await startCluster({ server, tls: 'dual' });
    const [node] = topology.nodes;
    const host = node?.host ?? '';
    const bus = await readServed({ host, port: Number(node?.tlsPort) + BUS_OFFSET });
    expect(bus).toMatchObject({
      kind: 'served',
      leaf: { fingerprintSha256: fingerprintOf(String(topology.tls?.filesOf('master-1').certificate)) },
    });
    const plain = await readServed({ host, port: Number(node?.port), timeoutMs: 500 });
    expect(plain).toMatchObject({ kind: 'none', stage: 'handshake' });
    const nobody = await readServed({ host, port: 1, timeoutMs: 500 });
    expect(nobody).toEqual({ kind: 'none', stage: 'dialling', errorCode: 'ECONNREFUSED' });
    await topology.stop();
  });
});
