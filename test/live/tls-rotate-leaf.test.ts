// New certificates for real servers: placed, read, proved by handshake on every port, with nobody disconnected.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { readInventory } from '../../src/pki/index.ts';
import {
  createCredentials,
  fingerprintOf,
  forEachServer,
  startCluster,
  startLoad,
  startReplicated,
  startSentinelFleet,
  startStandalone,
} from '../servers/index.ts';
import { adoptAuthority, openLeafScene } from './tls-rotate-leaf-scene.ts';

const TIMEOUT = 60_000;

forEachServer(['redis-7.0', 'redis-6.0'], (server) => {
  it(
    'gives a primary and its replica that share one pair of files a new one, and takes it back',
    async () => {
      const topology = await startReplicated({ server, tls: 'only', replicas: 1 });
      const scene = openLeafScene(topology);
      const before = await scene.served();
      const pair = await scene.writePair('new');
      const answer = await scene.rotate('--new-cert', pair.certificate, '--new-key', pair.key, '--yes');
      expect(answer, answer.err + answer.out).toMatchObject({ exit: 0 });
      const wanted = fingerprintOf(pair.pem);
      expect(await scene.served()).toEqual({ primary: [wanted], 'replica-1': [wanted] });

      const again = await scene.rotate('--new-cert', pair.certificate, '--new-key', pair.key, '--yes');
      expect(again).toMatchObject({ exit: 0 });
      expect(again.out).toContain('Every node serves it already');

      const back = await scene.rotate('--undo', '--yes');
      expect(back, back.err + back.out).toMatchObject({ exit: 0 });
      expect(back.out.match(/^taken back /gm)).toHaveLength(2);
      expect(await scene.served()).toEqual(before);
      expect(fingerprintOf(scene.tls.filesOf('primary').certificate)).toBe(before['primary']?.[0]);
      await topology.settle();
      await topology.stop();
    },
    TIMEOUT,
  );
});

forEachServer(['valkey-9.1'], (server) => {
  it(
    'issues a certificate for each node of a Cluster and proves it on the bus too, under load',
    async () => {
      const topology = await startCluster({ server, tls: 'only', tlsFiles: 'own' });
      const scene = openLeafScene(topology);
      await adoptAuthority(scene);
      const before = await scene.served();
      const load = await startLoad({
        client: 'ioredis',
        topology,
        credentials: createCredentials(topology.app),
      });
      await load.advance(200);
      const answer = await scene.rotate('--yes', '--json');
      expect(answer, answer.err + answer.out).toMatchObject({ exit: 0 });
      await load.advance(200);
      const { errors, reconnects } = await load.stop();
      expect({ errors, reconnects }).toEqual({ errors: [], reconnects: 0 });

      const after = await scene.served();
      const leaves = new Set(Object.values(after).flat());
      expect(leaves.size).toBe(6);
      for (const [node, shown] of Object.entries(after)) {
        expect(shown).toHaveLength(2);
        expect(shown[0]).toBe(shown[1]);
        expect(shown[0]).not.toBe(before[node]?.[0]);
      }
      const { certificates } = readInventory(join(scene.folder, '.wardis'));
      expect(certificates.map(({ fingerprintSha256 }) => fingerprintSha256).sort()).toEqual(
        [...leaves].sort(),
      );
      expect(new Set(certificates.map(({ node }) => node)).size).toBe(6);

      const second = await scene.rotate('--issue', '--days', '30', '--yes');
      expect(second, second.err + second.out).toMatchObject({ exit: 0 });
      const all = readInventory(join(scene.folder, '.wardis')).certificates;
      const superseded = all.filter(({ supersededBy }) => supersededBy !== undefined);
      expect(superseded.map(({ fingerprintSha256 }) => fingerprintSha256).sort()).toEqual([...leaves].sort());

      const backups = (node: string): readonly string[] =>
        readdirSync(dirname(scene.tls.filesOf(node).key)).filter((name) => name.endsWith('.bak'));
      // Those of the first run are gone: one old key a node, and only until the next run.
      for (const { name } of topology.nodes) expect(backups(name)).toHaveLength(2);

      // As after a kill between the last line of the journal and the inventory.
      const file = join(scene.folder, '.wardis', 'tls', 'inventory.json');
      const marked = readFileSync(file, 'utf8');
      const unmarked: unknown = JSON.parse(marked, (key, value: unknown) =>
        key === 'supersededBy' ? undefined : value,
      );
      writeFileSync(file, JSON.stringify(unmarked), { mode: 0o600 });
      expect(readFileSync(file, 'utf8')).not.toContain('supersededBy');
      const status = await scene.rotate('--status');
      expect(status, status.err).toMatchObject({ exit: 0, err: '' });
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(marked));

      const back = await scene.rotate('--undo', '--yes');
      expect(back, back.err + back.out).toMatchObject({ exit: 0 });
      expect(await scene.served()).toEqual(after);
      for (const { name } of topology.nodes) expect(backups(name)).toEqual([]);
      const further = await scene.rotate('--undo', '--yes');
      expect(further).toMatchObject({ exit: 2 });
      expect(further.err).toContain('its old files were removed when run');
      expect(await scene.served()).toEqual(after);
      const now = readInventory(join(scene.folder, '.wardis')).certificates;
      const serving = now.filter(({ supersededBy }) => supersededBy === undefined);
      expect(serving.map(({ fingerprintSha256 }) => fingerprintSha256).sort()).toEqual([...leaves].sort());
      await topology.settle();
      await topology.stop();
    },
    TIMEOUT,
  );
});

forEachServer(['redis-7.0'], (server) => {
  it(
    'rotates a Sentinel fleet: replicas, the primary, then one Sentinel after another, under load',
    async () => {
      const topology = await startSentinelFleet({ server, tls: 'only', tlsFiles: 'own' });
      const scene = openLeafScene(topology);
      await adoptAuthority(scene);
      const before = await scene.served();
      const load = await startLoad({
        client: 'ioredis',
        topology,
        credentials: createCredentials(topology.app),
      });
      const answer = await scene.rotate('--yes', '--json');
      expect(answer, answer.err + answer.out).toMatchObject({ exit: 0 });
      await load.advance(200);
      const { errors, reconnects } = await load.stop();
      expect({ errors, reconnects }).toEqual({ errors: [], reconnects: 0 });
      const after = await scene.served();
      for (const node of topology.nodes) expect(after[node.name]).not.toEqual(before[node.name]);
      expect(new Set(Object.values(after).flat()).size).toBe(6);
      await topology.settle();
      await topology.stop();
    },
    TIMEOUT,
  );
});

forEachServer(['valkey-9.1'], (server) => {
  it(
    'reloads explicitly where the server looks for new files by itself too, and tells of a file that is shared',
    async () => {
      const topology = await startReplicated({
        server,
        tls: 'dual',
        replicas: 1,
        conf: ['tls-auto-reload-interval 1'],
      });
      const scene = openLeafScene(topology);
      const pair = await scene.writePair('new');
      const files = ['--new-cert', pair.certificate, '--new-key', pair.key];
      const [primary, replica] = topology.data.map(({ tlsPort }) => `127.0.0.1:${tlsPort}`);
      const one = await scene.rotate(...files, '--plan', '--node', String(primary));
      expect(one, one.out + one.err).toMatchObject({ exit: 2 });
      expect(one.out).toContain(`${replica} reads the same file`);

      const answer = await scene.rotate(...files, '--canary', String(primary), '--yes');
      expect(answer, answer.err + answer.out).toMatchObject({ exit: 0 });
      expect(answer.out).toContain('tls-auto-reload-interval');
      const wanted = fingerprintOf(pair.pem);
      expect(await scene.served()).toEqual({ primary: [wanted], 'replica-1': [wanted] });
      await topology.stop();
    },
    TIMEOUT,
  );

  it(
    'only proves what a person placed where it has no way to the files',
    async () => {
      const topology = await startStandalone({ server, tls: 'only' });
      const scene = openLeafScene(topology, { via: 'none' });
      const pair = await scene.writePair('new');
      const refused = await scene.rotate('--new-cert', pair.certificate, '--new-key', pair.key, '--yes');
      expect(refused).toMatchObject({ exit: 2 });
      expect(refused.out).toContain('--placed');
      const unnamed = await scene.rotate('--placed', '--yes');
      expect(unnamed).toMatchObject({ exit: 2 });
      expect(unnamed.out).toContain('--placed --new-cert FILE');

      const issued = await scene.tls.placeLeaf('primary');
      writeFileSync(pair.certificate, issued.certPem);
      const answer = await scene.rotate('--placed', '--new-cert', pair.certificate, '--yes');
      expect(answer, answer.err + answer.out).toMatchObject({ exit: 0 });
      expect(await scene.served()).toEqual({ primary: [fingerprintOf(issued.certPem)] });
      await topology.stop();
    },
    TIMEOUT,
  );
});

forEachServer(['valkey-9.1'], (server) => {
  it(
    'issues no name on the word of a node: the plan shows who tells it, and the operator adds it',
    async () => {
      const topology = await startStandalone({ server, tls: 'only' });
      const scene = openLeafScene(topology);
      await adoptAuthority(scene);
      await topology.node('primary').command('CONFIG', 'SET', 'cluster-announce-hostname', 'vault.example');
      const id = `127.0.0.1:${topology.node('primary').tlsPort}`;
      const plan = await scene.rotate('--plan');
      expect(plan, plan.out + plan.err).toMatchObject({ exit: 0 });
      expect(plan.out).not.toContain('+ vault.example');
      expect(plan.out).toContain(`it does not cover vault.example (told by ${id})`);
      expect(plan.out).toContain('--dns vault.example, or --add-told');
      const names = async (...args: readonly string[]): Promise<readonly string[]> => {
        const answer = await scene.rotate('--yes', ...args);
        expect(answer, answer.out + answer.err).toMatchObject({ exit: 0 });
        const { certificates } = readInventory(join(scene.folder, '.wardis'));
        const serving = certificates.find(({ supersededBy }) => supersededBy === undefined);
        return serving?.dnsNames ?? [];
      };
      expect(await names()).toEqual(['localhost']);
      const wider = await scene.rotate('--plan', '--add-told');
      expect(wider.out).toContain(`+ vault.example (told by ${id}; added)`);
      expect(await names('--add-told')).toEqual(['localhost', 'vault.example']);
      // Once it was certified it stays.
      expect(await names('--dns', '*.cache.example')).toEqual([
        'localhost',
        'vault.example',
        '*.cache.example',
      ]);
      const useless = await scene.rotate('--placed', '--add-told', '--plan');
      expect(useless).toMatchObject({ exit: 2 });
      expect(useless.err).toContain('add names to what is issued');
      await topology.stop();
    },
    TIMEOUT,
  );
});
