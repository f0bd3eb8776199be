// What keeps a change of authority from going on: a replica that is away, files that were placed and never read.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openAuthority } from '../../src/pki/index.ts';
import { forEachServer, startReplicated } from '../servers/index.ts';
import { openCaScene, rootsOf } from './tls-rotate-ca-scene.ts';

forEachServer(['redis-7.0'], (server) => {
  it(
    'is a replica that is away, which comes back as it was, and files that no node has read',
    { timeout: 90_000 },
    async () => {
      const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'own', replicas: 1 });
      const scene = await openCaScene(topology);
      const { certificate, ca } = scene.tls.filesOf('replica-1');
      const served = readFileSync(certificate, 'utf8');
      const untouched = rootsOf(scene.tls.filesOf('primary').ca);
      writeFileSync(certificate, (await scene.tls.issueLeaf()).certPem);
      const unread = await scene.ca('--next', '--yes', '--update-local');
      expect(unread.exit).toBe(2);
      expect(unread.err).toContain('holds another certificate than is served');
      expect([rootsOf(ca), rootsOf(scene.tls.filesOf('primary').ca)]).toEqual([untouched, untouched]);
      writeFileSync(certificate, served);
      await scene.go('--next', '--yes', '--update-local');

      const before = await scene.served();
      const replica = topology.node('replica-1');
      await replica.kill();
      const away = await scene.ca('--next', '--yes');
      expect(away.exit, away.out).toBe(2);
      expect(away.err).toContain(`127.0.0.1:${replica.tlsPort}`);
      await replica.restart();
      await topology.settle();
      expect(await scene.served()).toEqual(before);
      await scene.go('--next', '--yes');
      await topology.settle();
      await topology.stop();
    },
  );

  it(
    'is another fleet under the same authority, before our own client certificate is one that it refuses',
    { timeout: 90_000 },
    async () => {
      const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'own', replicas: 0 });
      const scene = await openCaScene(topology);
      const authority = await openAuthority(scene.state);
      const names = { commonName: 'other', dnsNames: ['localhost'], node: '127.0.0.1:1' };
      await authority.issue({ ...names, usage: 'node', days: 30 });
      await scene.go('--next', '--yes', '--update-local');
      const before = await scene.served();
      const refused = await scene.ca('--next', '--yes');
      expect(refused.exit, refused.out).toBe(2);
      expect(refused.err).toContain('127.0.0.1:1: it is no node of this fleet');
      expect(await scene.served()).toEqual(before);
      await scene.go('--next', '--yes', '--quiet', '--allow', '127.0.0.1:1');
      expect((await scene.status()).nodes.map(({ serves }) => serves)).toEqual(['next']);
      await topology.stop();
    },
  );
});
