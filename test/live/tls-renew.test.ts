// What is due on a real fleet: the leaf of one node, and the files of one client; nothing else, and nothing twice.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { entryOf, readInventory, recordCertificates } from '../../src/pki/index.ts';
import { readCertificates } from '../../src/tls/index.ts';
import { run, type Answer } from '../cli/run.ts';
import {
  createCredentials,
  fingerprintOf,
  forEachServer,
  startLoad,
  startReplicated,
} from '../servers/index.ts';
import { openCaScene, type CaScene } from './tls-rotate-ca-scene.ts';

const DAY = 86_400_000;
const TIMEOUT = 60_000;

/** As if it had been issued from here when its life began. */
async function record(scene: CaScene, path: string, about: { node?: string; key?: string }): Promise<string> {
  const [fact] = readCertificates(readFileSync(path, 'utf8')).certificates;
  if (fact === undefined) throw new Error(`no certificate in ${path}`);
  const { node, key } = about;
  const entry = entryOf(fact, {
    origin: { kind: 'issued' },
    recordedAt: new Date(fact.notBefore),
    ...(node === undefined ? {} : { node }),
    ...(key === undefined ? {} : { files: { certificate: path, key } }),
  });
  await recordCertificates(scene.state, [entry]);
  return fact.fingerprintSha256;
}

forEachServer(['redis-7.0'], (server) => {
  it(
    'rotates the one node that is due and writes the one client that is due, and is silent the second time',
    async () => {
      const old = { days: 30, at: new Date(Date.now() - 25 * DAY) };
      const topology = await startReplicated({
        server,
        tls: 'only',
        tlsFiles: 'own',
        replicas: 1,
        tlsLeaf: (node) => (node === 'primary' ? old : {}),
      });
      const scene = await openCaScene(topology);
      const renew = (...args: readonly string[]): Promise<Answer> =>
        run(['tls', 'renew', '--policy', join(scene.folder, 'wardis.yaml'), ...args]);
      for (const { name, tlsPort } of topology.data) {
        await record(scene, scene.tls.filesOf(name).certificate, { node: `127.0.0.1:${tlsPort}` });
      }
      const pair = await scene.writePair('batch', { ...old, commonName: 'batch', usage: 'client' });
      const client = await record(scene, pair.certificate, { key: pair.key });
      const before = await scene.served();
      const load = await startLoad({
        client: 'churn',
        topology,
        credentials: createCredentials(topology.app),
        clients: 1,
      });

      // What a node says of itself comes into no certificate that nobody looked at.
      await topology.node('primary').command('CONFIG', 'SET', 'cluster-announce-hostname', 'vault.example');
      const check = await renew('--check');
      expect(check.exit, check.err).toBe(1);
      expect(check.out.trim().split('\n')).toHaveLength(2);
      expect(await scene.served()).toEqual(before);

      const done = await renew();
      expect(done.exit, done.err + done.out).toBe(0);
      expect(done.out.trim().split('\n')).toHaveLength(2);
      const after = await scene.served();
      expect(after['replica-1']).toEqual(before['replica-1']);
      expect(after['primary']).not.toEqual(before['primary']);
      expect(fingerprintOf(pair.certificate)).not.toBe(client);
      const entries = readInventory(scene.state).certificates;
      const find = (fingerprint: string | undefined): string | undefined =>
        entries.find(({ fingerprintSha256 }) => fingerprintSha256 === fingerprint)?.supersededBy;
      expect(find(before['primary']?.[0])).toBe(after['primary']?.[0]);
      expect(find(client)).toBe(fingerprintOf(pair.certificate));
      const namesOf = (fingerprint: string | undefined): readonly string[] | undefined => {
        const entry = entries.find(({ fingerprintSha256 }) => fingerprintSha256 === fingerprint);
        return entry === undefined ? undefined : [...entry.dnsNames, ...entry.ipAddresses];
      };
      expect(namesOf(after['primary']?.[0])).toEqual(namesOf(before['primary']?.[0]));
      expect(namesOf(after['primary']?.[0])).not.toContain('vault.example');

      expect(await renew()).toEqual({ exit: 0, out: '', err: '' });
      expect(await renew('--check')).toEqual({ exit: 0, out: '', err: '' });
      expect((await load.stop()).errors).toEqual([]);
      await topology.settle();
      await topology.stop();
    },
    TIMEOUT,
  );
});
