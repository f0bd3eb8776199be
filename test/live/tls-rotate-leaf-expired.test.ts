// A replica that was started with a certificate of ours that has ended: the command that replaces it reaches it.
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createAuthority } from '../../src/tls/index.ts';
import { fingerprintOf, forEachServer, readInfo, startReplicated, waitUntil } from '../servers/index.ts';
import { adoptAuthority, issueElsewhere, openLeafScene } from './tls-rotate-leaf-scene.ts';

const TIMEOUT = 60_000;
const DAY_MS = 86_400_000;

forEachServer(['redis-7.0'], (server) => {
  it(
    'heals a replica whose certificate has ended, by the fingerprint of that certificate',
    async () => {
      const at = new Date(Date.now() - 5 * DAY_MS);
      const tlsAuthority = await createAuthority({ name: 'Topology CA', days: 30, at });
      const topology = await startReplicated({
        server,
        tls: 'dual',
        replicas: 1,
        tlsFiles: 'own',
        tlsAuthority,
      });
      const scene = openLeafScene(topology);
      await adoptAuthority(scene);
      const replica = topology.node('replica-1');
      const id = `127.0.0.1:${replica.tlsPort}`;
      const ended = { at: new Date(Date.now() - 3 * DAY_MS), days: 2 };

      // Of nobody whom we know: its end alone does not make it ours.
      const stranger = await issueElsewhere();
      const files = scene.tls.filesOf('replica-1');
      writeFileSync(files.certificate, stranger.certPem);
      writeFileSync(files.key, stranger.keyPem, { mode: 0o600 });
      await replica.restart('SIGTERM');
      const strange = await scene.rotate(`rediss://${id}`, '--node', id, '--yes');
      expect(strange, strange.err + strange.out).toMatchObject({ exit: 3 });
      expect(strange.out + strange.err).toContain('not trusted');

      const old = await scene.tls.placeLeaf('replica-1', ended);
      await replica.restart('SIGTERM');
      const answer = await scene.rotate(`rediss://${id}`, '--node', id, '--yes');
      expect(answer, answer.err + answer.out).toMatchObject({ exit: 0 });
      expect(answer.out).toMatch(
        new RegExp(`${id} serves a certificate that ended .*; reached by its fingerprint`),
      );
      const after = await scene.served();
      expect(after['replica-1']).not.toEqual([fingerprintOf(old.certPem)]);
      expect(after['primary']).toEqual([fingerprintOf(scene.tls.filesOf('primary').certificate)]);
      await waitUntil(
        'the replica follows',
        async () => (await readInfo(replica, 'replication')).get('master_link_status') === 'up',
      );
      const back = await scene.rotate('--undo', '--yes');
      expect(back.exit).toBe(2);
      expect(back.err).toMatch(new RegExp(`${id} would serve .* again, which ended on`));
      expect(await scene.served()).toEqual(after);
      await topology.settle();
      await topology.stop();
    },
    TIMEOUT,
  );
});
