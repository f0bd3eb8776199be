// A node behind something that speaks TLS for it: its own settings tell of no TLS, and yet it shuts out whoever shows the wrong certificate.
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { expect, it } from 'vitest';
import { forEachServer, startReplicated, startServer } from '../servers/index.ts';
import { openCaScene, rootsOf } from './tls-rotate-ca-scene.ts';

async function startFront(
  port: number,
  pair: { readonly certPem: string; readonly keyPem: string },
  ca: string,
): Promise<{ readonly server: Server; readonly port: number }> {
  const options = { cert: pair.certPem, key: pair.keyPem, ca, requestCert: true, rejectUnauthorized: true };
  const server = createServer(options, (socket) => {
    const back = connect(port, '127.0.0.1');
    socket.pipe(back).pipe(socket);
    socket.on('error', () => back.destroy());
    back.on('error', () => socket.destroy());
  });
  server.on('tlsClientError', () => {
    // Refused: that is what is looked at.
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

forEachServer(['valkey-9.1'], (server) => {
  it('is an obstacle to each phase until a person has done it there', { timeout: 60_000 }, async () => {
    const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'own', replicas: 0 });
    const scene = await openCaScene(topology);
    const { user = '', password = '' } = topology.admin;
    const aclfile = `user default off\nuser ${user} on >${password} ~* &* +@all\n`;
    const behind = await startServer({ server, aclfile });
    const leaf = await scene.tls.issueLeaf();
    const front = await startFront(behind.port, leaf, scene.old.certPem);
    try {
      const policy = join(scene.folder, 'wardis.yaml');
      const written = JSON.parse(readFileSync(policy, 'utf8')) as {
        fleet: { prod: { seeds: string[] } };
      };
      written.fleet.prod.seeds.push(`rediss://127.0.0.1:${front.port}`);
      writeFileSync(policy, JSON.stringify(written));
      const untouched = rootsOf(scene.tls.filesOf('primary').ca);
      const refused = await scene.ca('--next', '--yes', '--update-local');
      expect(refused.exit, refused.err + refused.out).toBe(2);
      expect(refused.err).toContain(`127.0.0.1:${front.port}: TLS ends before it`);
      expect(refused.err).toContain('into the trust of what speaks TLS there');
      expect(rootsOf(scene.tls.filesOf('primary').ca)).toEqual(untouched);
      const bothPem = `${readFileSync(join(scene.state, 'tls', 'ca.next.crt'), 'utf8')}${scene.old.certPem}`;
      front.server.setSecureContext({ cert: leaf.certPem, key: leaf.keyPem, ca: bothPem });
      await scene.go('--next', '--yes', '--update-local');
      const leaves = await scene.ca('--next', '--yes');
      expect(leaves.exit).toBe(2);
      expect(leaves.err).toContain('serve a certificate of the new authority');
    } finally {
      front.server.close();
      await behind.stop();
      await topology.stop();
    }
  });
});
