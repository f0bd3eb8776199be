// To an authority that is kept elsewhere: we have its certificate and never its key, so that a person brings what it issues.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import { run } from '../cli/run.ts';
import { forEachServer, startReplicated } from '../servers/index.ts';
import { openCaScene } from './tls-rotate-ca-scene.ts';

forEachServer(['valkey-9.1'], (server) => {
  it(
    'trusts it, says which certificates are to be brought, and drops the old one when they are there',
    { timeout: 90_000 },
    async () => {
      const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'own', replicas: 1 });
      const scene = await openCaScene(topology);
      const vault = await createAuthority({ name: 'Vault', days: 30 });
      const newCa = ['--new-ca', join(scene.folder, 'vault.crt')];
      writeFileSync(join(scene.folder, 'vault.crt'), vault.certPem);

      await scene.go('--next', '--yes', '--update-local', ...newCa);
      expect([await scene.admits(vault), await scene.admits(scene.old)]).toEqual(['admitted', 'admitted']);
      const told = await scene.ca('--next', '--yes', ...newCa);
      expect(told.exit, told.err).toBe(1);
      const pair = await scene.writePair('node', { authority: vault });
      for (const { tlsPort } of topology.data) {
        const line = `wardis tls rotate leaf --node 127.0.0.1:${tlsPort} --new-cert FILE --new-key FILE`;
        expect(told.err).toContain(line);
      }
      const leaves = await scene.rotate('--new-cert', pair.certificate, '--new-key', pair.key, '--yes');
      expect(leaves.exit, leaves.err + leaves.out).toBe(0);

      const ourselves = await scene.ca('--next', '--yes', ...newCa);
      expect(ourselves.exit).toBe(1);
      expect(ourselves.out).toContain('(ourselves)');
      const mine = await issueCertificate(vault, { commonName: 'wardis', usage: 'client', days: 30 });
      writeFileSync(scene.tls.clientKeyPath, mine.keyPem);
      writeFileSync(scene.tls.clientCertPath, mine.certPem);
      const dropped = await scene.go('--next', '--yes', '--update-local', ...newCa);
      expect(dropped.out).toContain('drop: done');
      expect([await scene.admits(vault), await scene.admits(scene.old)]).toEqual(['admitted', 'refused']);
      const policy = join(scene.folder, 'wardis.yaml');
      const bundle = await run(['tls', 'bundle', '--policy', policy, '--state', scene.state]);
      expect(bundle.out).toContain('Vault');
      await topology.settle();
      await topology.stop();
    },
  );
});
