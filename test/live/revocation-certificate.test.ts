/** Where certificates are logins: revoking the user ends such sessions, and says that the certificate goes on. */
import { expect, it } from 'vitest';
import { createServer } from 'node:net';
import { openRevocation } from '../../src/change/revocation/revocation.ts';
import { forEachServer } from '../servers/index.ts';
import { openConnection } from '../servers/talk.ts';
import { startStandalone } from '../servers/topology.ts';
import { fleetNodes, isAlive, revoke } from './revocation-fleet.ts';

forEachServer(['valkey-9.1'], (server) => {
  it('ends a session that a certificate opened', async () => {
    const topology = await startStandalone({
      server,
      tls: 'dual',
      conf: ['tls-auth-clients-user CN'],
      users: ['user client on ~* +@all'],
    });
    try {
      const node = topology.node('primary');
      const place = { host: node.host, port: node.tlsPort ?? 0, tls: topology.tls?.client ?? {} };
      const session = await openConnection(place);
      expect(await session.send(['ACL', 'WHOAMI'])).toBe('client');
      const nodes = fleetNodes(topology.nodes, topology.admin);
      const report = await revoke(nodes, { user: 'client' });
      expect(report.receipt.revoked, JSON.stringify(report.receipt.nodes)).toBe(true);
      expect(report.receipt.nodes[0]?.evidence?.sessions).toMatchObject({ ended: 1, left: 0 });
      expect(await isAlive(session)).toBe(false);
      const again = await openConnection(place);
      expect(await again.send(['ACL', 'WHOAMI'])).toMatchObject({ error: expect.stringContaining('NOAUTH') });
      again.close();
      const look = await openRevocation({
        user: 'client',
        account: 'delete',
        secrets: [],
        limits: {},
        nodes,
        topology: 'standalone',
        notSeen: [],
        inventory: {
          state: 'read',
          certificates: [{ serial: '01', subject: 'CN=client', notAfter: '2027', names: ['client'] }],
        },
        now: () => new Date(),
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      });
      look.close();
      expect(look.prospect.alsoKnown).toContainEqual({
        kind: 'certificate',
        serial: '01',
        subject: 'CN=client',
        notAfter: '2027',
        nodes: [node.address],
      });
    } finally {
      await topology.stop();
    }
  });

  it('does not take silence for an answer', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const nodes = fleetNodes([{ name: 'silent', kind: 'data', host: '127.0.0.1', port }], {});
    const report = await revoke(nodes, { user: 'ops-temp', commandMs: 100, answerMs: 50 });
    silent.close();
    expect(report.receipt).toMatchObject({ revoked: false, verdict: 'pending' });
    expect(report.receipt.nodes[0]).toMatchObject({ evidence: null, open: ['unreachable'] });
  });
});
