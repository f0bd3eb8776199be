import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  forEachServer,
  readText,
  openConnection,
  requestFailover,
  startReplicated,
  startSentinelFleet,
  startStandalone,
  talk,
  waitUntil,
  type Topology,
} from '../servers/index.ts';
import { run } from '../cli/run.ts';
import { asDefault, expectBack, expectNext, migrate, prepare, startMovable } from './migrate-scene.ts';

/** Seconds on an idle machine. */
const LONG_MS = 90_000;

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  describe('a fleet with requirepass and plaintext ports', () => {
    it(
      'is led to named users and TLS and back, and clients that moved see no error',
      { timeout: LONG_MS },
      async () => {
        const topology = await startReplicated({ server, access: 'requirepass' });
        const scene = await prepare(topology);
        const before = await imageOf(topology);
        const [primary, replica] = topology.data;
        if (primary === undefined || replica === undefined) throw new Error('no nodes');
        const load = await startMovable(scene, primary.port, undefined);

        const first = await migrate(scene);
        expect(first, first.err).toMatchObject({ exit: 0 });
        expect(first.out).toContain('▸ 1 dual-port');
        await expectNext(scene, 'dual-port');
        await expectNext(scene, 'users');
        await expectNext(scene, 'clients');
        for (const node of topology.data.slice(1)) {
          const info = readText((await asDefault(node, ['INFO', 'replication'])) ?? '');
          expect(info).toContain(`master_port:${primary.port + scene.offset}`);
          expect(info).toContain('master_link_status:up');
        }

        const refused = await migrate(scene, '--next', '--yes');
        expect(refused).toMatchObject({ exit: 1 });
        expect(refused.out).toMatch(/default +web .*default +1 /);
        expect(refused.err).toContain('default-off was not begun');
        expect(readText(await asDefault(primary, ['PING']))).toBe('PONG');

        await load.move(primary.port + scene.offset, { username: 'app', password: scene.secrets.app });
        const named = await migrate(scene, '--json');
        expect(JSON.parse(named.out)).toMatchObject({ next: 'default-off', oldWay: [] });
        await expectNext(scene, 'default-off');
        expect(await asDefault(primary, ['PING'])).toEqual({
          error: expect.stringMatching(/WRONGPASS|NOAUTH/) as string,
        });
        await expectNext(scene, 'plaintext-closed');
        for (const node of topology.data)
          await expect(talk(node.port, [['PING']])).rejects.toThrow(/ECONNREFUSED/);
        await load.advance(100);
        expect((await migrate(scene)).out).toContain('done: put the rediss:// addresses');
        expect((await migrate(scene, '--next', '--yes')).out).toContain('the migration is complete');

        await expectBack(scene, 'plaintext-closed');
        await expectBack(scene, 'default-off');
        expect(await asDefault(primary, ['PING'])).toBe('PONG');
        await expectBack(scene, 'clients');
        const kept = await migrate(scene, '--back', '--yes');
        expect(kept).toMatchObject({
          exit: 1,
          err: expect.stringContaining('these came by the new way') as string,
        });
        expect(kept.out).toMatch(/app +web/);
        await load.advance(100);
        await load.move(primary.port, undefined);
        await expectBack(scene, 'users');
        await expectBack(scene, 'dual-port');
        await expect.poll(() => imageOf(topology), { timeout: 10_000 }).toEqual(before);
        expect(await load.stop()).toEqual([]);
        await topology.stop();
      },
    );
  });
});

forEachServer(['redis-7.0'], (server) => {
  describe('a phase that was cut short', () => {
    it('is gone on with once the cause is mended, and outlasts a restart', { timeout: LONG_MS }, async () => {
      const topology = await startStandalone({ server, access: 'open' });
      const scene = await prepare(topology);
      const [node] = topology.data;
      if (node === undefined) throw new Error('no node');
      const certificate = join(scene.folder, 'tls/server.crt');
      renameSync(certificate, `${certificate}.away`);
      const failed = await migrate(scene, '--next', '--yes');
      expect(failed, failed.err).toMatchObject({ exit: 3 });
      expect(failed.out).toContain('dual-port: stopped');
      expect(failed.out).toMatch(/step 1 set-config at .*: failed, .*TLS/);
      expect(await talk(node.port, [['CONFIG', 'GET', 'tls-port']])).toEqual([['tls-port', '0']]);
      renameSync(`${certificate}.away`, certificate);
      const fresh = await migrate(scene);
      expect(fresh.out).toMatch(/ 3 clients .* 0\/1/);
      await expectNext(scene, 'dual-port');
      await expectNext(scene, 'users');
      expect((await migrate(scene)).out).toMatch(/ 3 clients .* 1\/1/);

      // What would lock us out is told before anything is begun.
      const policy = join(scene.folder, 'wardis.yaml');
      const whole = readFileSync(policy, 'utf8');
      const { fleet, ...rest } = JSON.parse(whole) as { readonly fleet: { readonly prod: { tls: object } } };
      const tls = { ca: join(scene.folder, 'tls/ca.crt') };
      writeFileSync(policy, JSON.stringify({ ...rest, fleet: { prod: { ...fleet.prod, tls } } }));
      const without = await migrate(scene, '--next', '--yes');
      expect(without).toMatchObject({ exit: 2 });
      expect(without.err).toContain('add tls.cert and tls.key to the fleet');
      expect(await talk(node.port, [['PING']])).toEqual(['PONG']);
      writeFileSync(policy, whole);

      // Somebody stays behind, and the operator insists.
      const late = await openConnection(node.port);
      await late.send(['CLIENT', 'SETNAME', 'late']);
      expect(await migrate(scene, '--next', '--yes')).toMatchObject({ exit: 1 });
      const unsure = await migrate(scene, '--next', '--force', '--yes');
      expect(unsure).toMatchObject({ exit: 2, err: expect.stringContaining('E_CONFIRM') as string });
      expect(await late.send(['PING'])).toBe('PONG');
      const forced = await migrate(scene, '--next', '--force', '--confirm', 'prod');
      expect(forced, forced.err).toMatchObject({
        exit: 0,
        out: expect.stringMatching(/default +late/) as string,
      });
      await expect(late.send(['PING'])).rejects.toThrow(/closed/);
      await expectNext(scene, 'plaintext-closed');

      await node.restart();
      const after = JSON.parse((await migrate(scene, '--json')).out) as { readonly next: string };
      expect(after).toMatchObject({ next: 'done', nodes: [{ port: 0, defaultUser: 'off' }] });
      await topology.stop();
    });
  });
});

forEachServer(['redis-7.0'], (server) => {
  describe('a user who was revoked since', () => {
    it(
      'does not come back when the phase that changed the user is taken back',
      { timeout: LONG_MS },
      async () => {
        const topology = await startStandalone({ server, access: 'open' });
        const scene = await prepare(topology);
        const [node] = topology.data;
        if (node === undefined) throw new Error('no node');
        const app = async (): Promise<unknown> =>
          (await talk(node.port, [['AUTH', 'app', scene.secrets.app]]))[0];
        await talk(node.port, [['ACL', 'SETUSER', 'app', 'on', `>${scene.secrets.app}`, '~old:*', '+get']]);
        await expectNext(scene, 'dual-port');
        await expectNext(scene, 'users');
        expect(await app()).toBe('OK');
        const policy = ['--policy', join(scene.folder, 'wardis.yaml')];
        const revoked = await run([
          'user',
          'revoke',
          'app',
          ...policy,
          '--force',
          '--yes',
          '--deadline',
          '0',
        ]);
        expect(revoked.out, revoked.err).toContain('app');
        expect(await app()).not.toBe('OK');

        const back = await migrate(scene, '--back', '--yes');

        expect(back, `${back.err}\n${back.out}`).toMatchObject({ exit: 0 });
        expect(back.err).toMatch(/app was revoked since \(\S+-revoke-\S+\)/);
        expect(await app()).not.toBe('OK');
        expect(await talk(node.port, [['ACL', 'USERS']])).toEqual([['default']]);
        await topology.stop();
      },
    );
  });
});

forEachServer(['valkey-9.1'], (server) => {
  describe('a node that is away', () => {
    it('holds every phase back, and is taken back once it is there again', { timeout: LONG_MS }, async () => {
      const topology = await startReplicated({ server, access: 'requirepass', replicas: 1 });
      const scene = await prepare(topology);
      const [primary, replica] = topology.data;
      if (primary === undefined || replica === undefined) throw new Error('no nodes');
      const blind = await run(['migrate', '--policy', join(scene.folder, 'wardis.yaml')]);
      expect(blind).toMatchObject({ exit: 2 });
      expect(blind.err).toMatch(/cause: .*--default-password-file FILE/);
      const tlsPort = async (): Promise<unknown> => asDefault(primary, ['CONFIG', 'GET', 'tls-port']);
      await expectNext(scene, 'dual-port');
      // A primary forgets a replica that is down; the last run does not.
      await replica.kill();
      const refused = await migrate(scene, '--next', '--yes');
      expect(refused).toMatchObject({
        exit: 2,
        err: expect.stringContaining('on all of them or on none') as string,
      });
      expect(refused.err).toContain(`:${replica.port}: a node cannot be reached`);
      await replica.kill();
      const half = await migrate(scene, '--back', '--yes');
      expect(half, half.err).toMatchObject({
        exit: 3,
        out: expect.stringContaining('undo-incomplete') as string,
      });
      expect(await tlsPort()).toEqual(['tls-port', '0']);
      await replica.restart();
      await topology.settle();
      expect(await asDefault(replica, ['CONFIG', 'GET', 'tls-port'])).not.toEqual(['tls-port', '0']);
      expect(await migrate(scene, '--next', '--yes')).toMatchObject({ exit: 2 });
      await expectBack(scene, 'dual-port');
      expect(await asDefault(replica, ['CONFIG', 'GET', 'tls-port'])).toEqual(['tls-port', '0']);
      await topology.stop();
    });
  });

  describe('a fleet under Sentinels', () => {
    it(
      'leaves default, keeps replicating where Sentinels send it, and fails over',
      { timeout: LONG_MS },
      async () => {
        const topology = await startSentinelFleet({ server, access: 'requirepass' });
        const scene = await prepare(topology);
        for (const phase of ['dual-port', 'users', 'clients', 'default-off']) await expectNext(scene, phase);
        const refused = await migrate(scene, '--next', '--yes');
        expect(refused).toMatchObject({
          exit: 2,
          err: expect.stringContaining('Stop the Sentinels') as string,
        });
        const us = { user: 'wardis', password: scene.secrets.wardis };
        const roleOf = async (at: number): Promise<unknown> => {
          const role = await topology.data[at]?.commandAs(us, 'ROLE');
          return Array.isArray(role) ? role[0] : role;
        };
        expect(await roleOf(0)).toBe('master');
        await requestFailover(topology);
        await waitUntil('a replica was promoted', async () =>
          (await Promise.all([roleOf(1), roleOf(2)])).includes('master'),
        );
        await waitUntil('all links are up', async () => {
          const { nodes } = JSON.parse((await migrate(scene, '--json')).out) as {
            readonly nodes: readonly {
              readonly role: string;
              readonly link?: { readonly up: boolean; readonly user: string };
            }[];
          };
          const links = nodes.filter(({ role }) => role === 'replica').map(({ link }) => link);
          return (
            links.length === 2 && links.every((link) => link?.up === true && link.user === 'replication')
          );
        });
        await topology.stop();
      },
    );
  });
});

/** What must be the same after all phases were taken back. */
async function imageOf(topology: Topology): Promise<unknown> {
  const names = ['port', 'tls-port', 'tls-cert-file', 'tls-key-file', 'tls-ca-cert-file', 'tls-auth-clients'];
  const more = ['tls-protocols', 'tls-replication', 'masteruser', 'masterauth', 'requirepass'];
  return Promise.all(
    topology.data.map(async (node) => ({
      settings: await Promise.all(
        [...names, ...more].map((name) => asDefault(node, ['CONFIG', 'GET', name])),
      ),
      // 7.0 shows the default of payload checks once a user was set.
      users: ((await asDefault(node, ['ACL', 'LIST'])) as readonly string[]).map((line) =>
        line.replace(' sanitize-payload', ''),
      ),
      // After a rewrite the file says what memory says; before the first there is the file of the start.
      closes: /^(?:port 0|tls-port [1-9]|user default off)/m.test(readFileSync(node.confPath, 'utf8')),
      link: readText(await asDefault(node, ['INFO', 'replication']))
        .split('\r\n')
        .filter((line) => /^master_(?:host|port|link_status)/.test(line)),
    })),
  );
}
