/**
 * Secrets that servers themselves log in with: replicas on their primary, Sentinels on servers and on one another, the
 * one old password for everybody, and our own. Links stay up, a restart locks nobody out, and a failover works after.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { startLoad } from '../servers/load.ts';
import { forEachServer } from '../servers/index.ts';
import { openConnection } from '../servers/talk.ts';
import { readText } from '../servers/node.ts';
import {
  readInfo,
  startReplicated,
  startSentinelFleet,
  stopTopologies,
  waitUntil,
  type Topology,
} from '../servers/topology.ts';
import { TOPOLOGY_LOGINS, TOPOLOGY_REQUIREPASS } from '../servers/topology-users.ts';
import { followFile, makeScene, tryLogin } from './rotation-scene.ts';

afterAll(stopTopologies);

const TIMEOUT_MS = 90_000;

/** Every Sentinel forgets its links, and every replica its own: whoever has the wrong secret cannot come back. */
async function cutLinks(topology: Topology, users: readonly string[]): Promise<void> {
  for (const node of topology.nodes)
    for (const user of users) await node.command('CLIENT', 'KILL', 'USER', user);
}

async function failOver(topology: Topology): Promise<void> {
  const before = (await topology.findPrimaries()).map(({ name }) => name);
  await waitUntil('a Sentinel starts the failover', async () => {
    const reply = await topology.node('sentinel-1').command('SENTINEL', 'FAILOVER', topology.primaryName);
    return reply === 'OK';
  });
  await waitUntil('another node is the primary, and everybody follows it', async () => {
    const primaries = await topology.findPrimaries();
    if (primaries.length !== 1 || primaries[0]?.name === before[0]) return false;
    const links = await Promise.all(
      topology.data
        .filter((node) => node !== primaries[0])
        .map(async (node) => (await readInfo(node, 'replication')).get('master_link_status')),
    );
    return links.every((link) => link === 'up');
  });
}

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  describe('behind Sentinels', () => {
    it(
      'the secrets of replicas, of Sentinels and of Sentinels among themselves are replaced while a client works, and a failover works with the new ones',
      { timeout: TIMEOUT_MS },
      async () => {
        const topology = await startSentinelFleet({ server: server.id });
        const scenes = [];
        const { credentials, stop } = followFile(
          '/nonexistent',
          topology.app.user,
          topology.app.password ?? '',
        );
        const load = await startLoad({ client: 'ioredis', topology, credentials, clients: 2, pauseMs: 5 });
        for (const { user, password } of [
          TOPOLOGY_LOGINS.replication,
          TOPOLOGY_LOGINS.sentinel,
          TOPOLOGY_LOGINS.peer,
        ]) {
          const scene = makeScene(topology, password);
          scenes.push({ scene, user, password });
          const answer = await scene.rotate(
            user,
            '--to',
            `file:${scene.secretPath}`,
            '--yes',
            '--deadline',
            '20s',
          );
          expect(answer.err).toBe('');
          expect(answer.exit).toBe(0);
          expect(answer.out).toContain('nobody uses a session of the old secret any more');
          expect(answer.out).toMatch(/old one refused (\d)\/\1/);
          expect(answer.out).toMatch(
            user === 'replication' ? /told +replication 3\/3/ : /told +Sentinels 3\/3/,
          );
        }
        await load.advance(20);
        expect((await load.stop()).errors).toEqual([]);
        stop();

        for (const { scene, user, password } of scenes) {
          const holders = user === 'peer' ? topology.sentinels : topology.data;
          for (const node of holders) {
            expect([
              node.name,
              user,
              await tryLogin(node, user, scene.secret()),
              await tryLogin(node, user, password),
            ]).toEqual([node.name, user, 'OK', 'WRONGPASS']);
          }
        }
        // The files are what a restart begins from: new secrets in, old ones out.
        for (const node of topology.sentinels) {
          const text = readFileSync(node.confPath, 'utf8');
          const [, sentinel, peer] = scenes;
          expect(text).toContain(sentinel?.scene.secret());
          expect(text).toContain(peer?.scene.secret());
          for (const { password } of scenes) expect(text).not.toContain(password);
        }
        await cutLinks(topology, ['replication', 'sentinel', 'peer']);
        await topology.settle();
        await failOver(topology);
        // What was said is on disk: users too, which a Sentinel with an ACL file keeps there and nowhere else.
        const [replication, , peer] = scenes;
        await topology.node('sentinel-2').restart();
        await topology.node('primary').restart();
        await topology.settle();
        expect(await tryLogin(topology.node('sentinel-2'), 'peer', peer?.scene.secret() ?? '')).toBe('OK');
        expect(
          await tryLogin(topology.node('primary'), 'replication', replication?.scene.secret() ?? ''),
        ).toBe('OK');
        await topology.stop();
      },
    );
  });

  // Nothing here differs by version, and failovers take their time.
  describe.runIf(server.id === 'redis-7.0')('behind Sentinels, half-way', () => {
    it(
      'what a Sentinel logged in with before must be told to take it back, and then everything is as it was',
      { timeout: TIMEOUT_MS },
      async () => {
        const topology = await startSentinelFleet({ server: server.id });
        const { user, password } = TOPOLOGY_LOGINS.sentinel;
        // From the servers alone no Sentinel is found: it would go on with the old secret.
        const blindfold = makeScene(topology, undefined, 'all');
        for (const mode of ['--dry-run', '--yes']) {
          const refused = await blindfold.rotate(user, '--to', `file:${blindfold.secretPath}`, mode);
          expect(refused.exit).toBe(2);
          expect(refused.err).toContain(`3 Sentinels log in as ${user}`);
          expect(refused.err).toContain('sentinel.seeds');
        }
        expect(await tryLogin(topology.node('primary'), user, password)).toBe('OK');
        const scene = makeScene(topology);
        const stay = await openConnection(topology.node('primary').target);
        await stay.send(['AUTH', user, password]);
        const rotation = scene.rotate(user, '--to', `file:${scene.secretPath}`, '--yes', '--deadline', '30s');
        await waitUntil('the secret is delivered', () => Promise.resolve(existsSync(scene.secretPath)));
        process.emit('SIGINT');
        expect((await rotation).exit).toBe(130);
        const fresh = scene.secret();
        const blind = await scene.rotate(user, '--undo', '--yes');
        expect(blind.exit).toBe(3);
        expect(blind.out).toContain('--old-password-file');
        expect(await tryLogin(topology.node('primary'), user, fresh)).toBe('OK');
        // A failover works with both secrets about.
        await failOver(topology);
        const old = join(scene.folder, 'old');
        writeFileSync(old, `${password}\n`, { mode: 0o600 });
        const undone = await scene.rotate(user, '--undo', '--old-password-file', old, '--yes');
        expect([undone.exit, undone.err]).toEqual([0, '']);
        expect(undone.out).toContain('put the old secret there yourself');
        for (const node of topology.data) {
          expect([await tryLogin(node, user, password), await tryLogin(node, user, fresh)]).toEqual([
            'OK',
            'WRONGPASS',
          ]);
        }
        for (const node of topology.sentinels)
          expect(readFileSync(node.confPath, 'utf8')).toContain(password);
        await cutLinks(topology, [user]);
        await topology.settle();
        stay.close();
        await topology.stop();
      },
    );
  });

  describe('with one password for everybody', () => {
    it.each([['in the conf file alone', 'requirepass']] as const)(
      '%s, the user default gets a new one, requirepass and masterauth agree, and a restart keeps it',
      { timeout: TIMEOUT_MS },
      async (_name, access) => {
        const topology = await startReplicated({ server: server.id, access });
        const scene = makeScene(topology, TOPOLOGY_REQUIREPASS);
        const answer = await scene.rotate(
          'default',
          '--to',
          `file:${scene.secretPath}`,
          '--yes',
          '--deadline',
          '5s',
        );
        expect(answer.err).toBe('');
        expect(answer.exit).toBe(0);
        const fresh = scene.secret();
        for (const node of topology.data) {
          expect(await tryLogin(node, undefined, fresh)).toBe('OK');
          expect(await tryLogin(node, undefined, TOPOLOGY_REQUIREPASS)).toBe('WRONGPASS');
          const shown = await node.commandAs({ password: fresh }, 'CONFIG', 'GET', 'requirepass');
          expect(shown).toEqual(['requirepass', fresh]);
          const conf = readFileSync(node.confPath, 'utf8');
          expect(conf).not.toContain(TOPOLOGY_REQUIREPASS);
        }
        const replica = topology.node('replica-1');
        await replica.restart();
        expect(await tryLogin(replica, undefined, fresh)).toBe('OK');
        expect(await tryLogin(replica, undefined, TOPOLOGY_REQUIREPASS)).toBe('WRONGPASS');
        await waitUntil('the replica follows again', async () => {
          const info = readText(await replica.commandAs({ password: fresh }, 'INFO', 'replication'));
          return info.includes('master_link_status:up');
        });
        await topology.stop();
      },
    );
  });

  describe('our own user', () => {
    it(
      'is rotated while it is used for the rotation, also on Sentinels',
      { timeout: TIMEOUT_MS },
      async () => {
        const topology = await startSentinelFleet({ server: server.id });
        const scene = makeScene(topology, TOPOLOGY_LOGINS.admin.password);
        const answer = await scene.rotate(
          'admin',
          '--to',
          `file:${scene.secretPath}`,
          '--yes',
          '--deadline',
          '5s',
        );
        expect(answer.err).toBe('');
        expect(answer.exit).toBe(0);
        expect(answer.out).toContain('old one refused 6/6');
        for (const node of topology.nodes) {
          expect(await tryLogin(node, 'admin', scene.secret())).toBe('OK');
          expect(await tryLogin(node, 'admin', TOPOLOGY_LOGINS.admin.password)).toBe('WRONGPASS');
        }
        const status = await scene.rotate('admin', '--status');
        expect(status.exit).toBe(4);
        await topology.stop();
      },
    );
  });
});
