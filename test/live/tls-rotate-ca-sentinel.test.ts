// Another authority for Sentinels too: they read it only when they start, so that they are restarted one by one.
import { expect, it } from 'vitest';
import { createCredentials, forEachServer, startLoad, startSentinelFleet } from '../servers/index.ts';
import { openCaScene } from './tls-rotate-ca-scene.ts';

const TIMEOUT = 180_000;

forEachServer(['redis-7.0'], (server) => {
  it(
    'leads a fleet under Sentinels there, with their quorum kept and no client disconnected from its data',
    async () => {
      const topology = await startSentinelFleet({ server, tls: 'only', tlsFiles: 'own' });
      const scene = await openCaScene(topology);
      const credentials = createCredentials(topology.app);
      const load = await startLoad({ client: 'churn', topology, credentials, clients: 1 });
      const [primary] = await topology.findPrimaries();
      for (const phase of ['trust', 'leaves', 'clients', 'drop']) {
        const status = await scene.status();
        expect([phase, status.next]).toEqual([phase, phase === 'trust' ? 'begin' : phase]);
        const answer = await scene.go('--next', '--yes', '--update-local');
        expect(answer.err).not.toContain('would not connect anew');
      }
      expect((await scene.status()).next).toBe('done');
      expect(await scene.admits(scene.old)).toBe('refused');
      const { errors } = await load.stop();
      expect(errors).toEqual([]);
      await topology.settle();
      expect((await topology.findPrimaries()).map(({ name }) => name)).toEqual([primary?.name]);
      await topology.stop();
    },
    TIMEOUT,
  );

  it(
    'waits for a person where no command restarts a Sentinel, and sees by handshake when it was done',
    async () => {
      const topology = await startSentinelFleet({ server, tls: 'only', tlsFiles: 'own' });
      const scene = await openCaScene(topology, { restart: 'by-hand' });
      const first = await scene.ca('--next', '--yes', '--update-local');
      expect(first.exit, first.err).toBe(3);
      expect(first.err).toContain('by hand: restart Sentinel');
      const standing = await scene.status();
      expect(standing.next).toBe('trust');
      expect(standing.nodes.map(({ trusts }) => trusts)).toEqual([
        'both',
        'both',
        'both',
        'old',
        'old',
        'old',
      ]);
      for (const sentinel of topology.sentinels) await sentinel.restart('SIGTERM');
      await topology.settle();
      expect((await scene.status()).next).toBe('leaves');
      await topology.stop();
    },
    TIMEOUT,
  );
});
