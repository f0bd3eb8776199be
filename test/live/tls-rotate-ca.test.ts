// From one authority to the next on real servers: with clients that stay and clients that come anew, and nobody locked out.
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readInventory } from '../../src/pki/index.ts';
import {
  createCredentials,
  fingerprintOf,
  forEachServer,
  startCluster,
  startLoad,
  startReplicated,
  type Load,
  type LoadClient,
  type Topology,
} from '../servers/index.ts';
import { authorityOf, openCaScene, rootsOf } from './tls-rotate-ca-scene.ts';

const TIMEOUT = 90_000;

/** Clients that keep their connections, and one that connects anew for each command. */
async function startLoads(topology: Topology, clients: readonly LoadClient[]): Promise<readonly Load[]> {
  const credentials = createCredentials(topology.app);
  return Promise.all(clients.map((client) => startLoad({ client, topology, credentials, clients: 2 })));
}

async function expectUnbroken(loads: readonly Load[]): Promise<void> {
  for (const load of loads) {
    const { errors, reconnects, commands } = await load.stop();
    expect({ errors, reconnects }).toEqual({ errors: [], reconnects: 0 });
    expect(commands).toBeGreaterThan(100);
  }
}

forEachServer(['redis-7.0'], (server) => {
  it(
    'leads a primary and two replicas to a new authority, and drops the old one only when nobody known needs it',
    async () => {
      const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'own', replicas: 2 });
      const scene = await openCaScene(topology);
      const reports = await scene.issueClient('reports');
      const loads = await startLoads(topology, ['ioredis', 'node-redis', 'churn']);

      const none = await scene.go();
      expect(none.out).toContain('no other authority is being brought in');
      const trusted = await scene.go('--next', '--yes', '--update-local');
      expect(trusted.out).toContain('trust: done');
      const next = authorityOf(scene.state, 'next');
      const ours = rootsOf(scene.tls.caPath);
      for (const { name } of topology.nodes) expect(rootsOf(scene.tls.filesOf(name).ca)).toEqual(ours);
      expect(ours).toEqual([fingerprintOf(next.certPem), fingerprintOf(scene.old.certPem)]);
      expect([await scene.admits(next), await scene.admits(scene.old)]).toEqual(['admitted', 'admitted']);

      expect((await scene.go('--next', '--yes')).out).toContain('leaves: done');
      expect(authorityOf(scene.state).certPem).toBe(next.certPem);
      expect((await scene.status()).nodes.map(({ serves }) => serves)).toEqual(['next', 'next', 'next']);

      const mine = fingerprintOf(scene.tls.clientCertPath);
      const moved = await scene.ca('--next', '--yes');
      expect(moved.exit, moved.err).toBe(1);
      expect(moved.out).toContain('reports');
      expect(fingerprintOf(scene.tls.clientCertPath)).not.toBe(mine);
      expect((await scene.status()).clients.map(({ name }) => name)).toEqual(['reports']);

      // Back, and there again: the old pair lies beside the new one until the end.
      await scene.go('--undo', '--yes');
      expect(fingerprintOf(scene.tls.clientCertPath)).toBe(mine);
      expect((await scene.status()).next).toBe('clients');
      expect((await scene.ca('--next', '--yes')).exit).toBe(1);
      expect(fingerprintOf(scene.tls.clientCertPath)).not.toBe(mine);
      expect(existsSync(`${scene.tls.clientKeyPath}.wardis-before`)).toBe(true);

      const refused = await scene.ca('--next', '--yes');
      expect([refused.exit, await scene.admits(scene.old)]).toEqual([1, 'admitted']);
      const dropped = await scene.go('--next', '--yes', '--allow', 'reports', '--update-local');
      expect(dropped.out).toContain('drop: done');
      expect([await scene.admits(next), await scene.admits(scene.old)]).toEqual(['admitted', 'refused']);
      expect(rootsOf(scene.tls.caPath)).toEqual([fingerprintOf(next.certPem)]);
      expect(reports.cert).not.toBe('');

      await Promise.all(loads.map((load) => load.advance(50)));
      await expectUnbroken(loads);
      await topology.settle();
      expect((await scene.go('--finish', '--yes')).out).toContain('the only authority now');
      expect(existsSync(`${scene.tls.clientKeyPath}.wardis-before`)).toBe(false);
      expect((await scene.go()).out).toContain('no other authority is being brought in');
      await topology.stop();
    },
    TIMEOUT,
  );
});

forEachServer(['valkey-9.1'], (server) => {
  it(
    'leads a Cluster there, bus included, and everything that was issued is recorded with what took its place',
    async () => {
      const topology = await startCluster({ server, tls: 'only', tlsFiles: 'own' });
      const scene = await openCaScene(topology);
      const loads = await startLoads(topology, ['ioredis', 'node-redis']);
      await scene.go('--next', '--yes', '--update-local');
      await scene.go('--next', '--yes');
      await scene.go('--next', '--yes');
      await scene.go('--next', '--yes', '--update-local');
      expect((await scene.status()).next).toBe('done');
      expect(await scene.admits(scene.old)).toBe('refused');
      await Promise.all(loads.map((load) => load.advance(50)));
      await expectUnbroken(loads);
      await topology.settle();
      const served = new Set(Object.values(await scene.served()).flat());
      const { certificates } = readInventory(scene.state);
      const live = certificates.filter(
        ({ node, supersededBy }) => node !== undefined && supersededBy === undefined,
      );
      expect(new Set(live.map(({ fingerprintSha256 }) => fingerprintSha256))).toEqual(served);
      expect(served.size).toBe(6);
      expect(readFileSync(scene.tls.caPath, 'utf8')).toBe(authorityOf(scene.state).certPem);
      await topology.stop();
    },
    TIMEOUT,
  );
});
