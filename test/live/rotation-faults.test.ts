/** Rotations that do not go through at once: a node is down, clients do not move, somebody stops, takes it back, or goes on. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { findRotation } from '../../src/change/index.ts';
import { openConnection } from '../servers/talk.ts';
import { forEachServer } from '../servers/index.ts';
import { startLoad } from '../servers/load.ts';
import { startReplicated, startStandalone, stopTopologies, type Topology } from '../servers/topology.ts';
import { TOPOLOGY_LOGINS } from '../servers/topology-users.ts';
import { APP, followFile, makeScene, tryLogin, type Scene } from './rotation-scene.ts';

afterAll(stopTopologies);

const TIMEOUT_MS = 60_000;

async function logins(
  topology: Topology,
  user: string,
  ...passwords: readonly string[]
): Promise<readonly string[]> {
  return Promise.all(
    topology.data.map(async (node) => {
      const answers = [];
      for (const password of passwords) answers.push(await tryLogin(node, user, password));
      return `${node.name} ${answers.join(' ')}`;
    }),
  );
}

/** Who has which passwords, on every node. */
async function hashesOf(topology: Topology): Promise<readonly string[]> {
  const lists = await Promise.all(topology.data.map((node) => node.command('ACL', 'LIST')));
  return lists.map((list) =>
    [...JSON.stringify(list).matchAll(/user (\S+)|#[0-9a-f]{64}/g)].map(([text]) => text).join(' '),
  );
}

/** Every file under a folder as one text. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

function newSecretOf(scene: Scene, user: string): string {
  return findRotation(scene.statePath, user, undefined)?.facts.newSecret.reveal() ?? '';
}

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it(
    'a node that is down keeps the old password everywhere and the new one undelivered, until it is back',
    { timeout: TIMEOUT_MS },
    async () => {
      const topology = await startReplicated({ server: server.id });
      const scene = makeScene(topology, APP.password, 'all');
      const down = topology.node('replica-2');
      await down.kill();
      const first = await scene.rotate(
        APP.user,
        '--to',
        `file:${scene.secretPath}`,
        '--yes',
        '--deadline',
        '5s',
      );
      expect(first.exit).toBe(3);
      expect(first.out).toContain('nothing was delivered');
      expect(scene.secret()).toBe(APP.password);
      const fresh = newSecretOf(scene, APP.user);
      for (const name of ['primary', 'replica-1']) {
        expect(await tryLogin(topology.node(name), APP.user, APP.password)).toBe('OK');
        expect(await tryLogin(topology.node(name), APP.user, fresh)).toBe('OK');
      }
      const status = await scene.rotate(APP.user, '--status');
      expect(status.exit).toBe(3);
      expect(status.out).toMatch(/rotation +app: in progress: the new secret is not on every node yet/);
      expect(status.out).toMatch(/could not be asked/);
      expect(status.out.match(/old and new/g)).toHaveLength(2);

      const again = await scene.rotate(APP.user, '--to', `file:${scene.secretPath}`, '--yes');
      expect(again.exit).toBe(2);
      expect(again.err).toContain('E_ROTATION');
      expect(again.err).toContain('under way');

      await down.restart();
      const resumed = await scene.rotate(APP.user, '--resume', '--yes');
      expect(resumed.err).toBe('');
      expect(resumed.exit).toBe(0);
      expect(scene.secret()).toBe(fresh);
      expect(await logins(topology, APP.user, fresh, APP.password)).toEqual(
        topology.data.map(({ name }) => `${name} OK WRONGPASS`),
      );
      const none = await scene.rotate(APP.user, '--resume', '--yes');
      expect(none.err).toContain('no rotation of app is under way');
      await topology.stop();
    },
  );

  it(
    'with --force the others do not wait for a node that is down, which loses nothing before it has the new password',
    { timeout: TIMEOUT_MS },
    async () => {
      const topology = await startReplicated({ server: server.id });
      const scene = makeScene(topology, APP.password, 'all');
      const down = topology.node('replica-2');
      await down.kill();
      const forced = await scene.rotate(
        APP.user,
        '--to',
        `file:${scene.secretPath}`,
        '--yes',
        '--deadline',
        '1s',
        '--force',
      );
      expect(forced.exit).toBe(3);
      const fresh = scene.secret();
      expect(fresh).not.toBe(APP.password);
      for (const name of ['primary', 'replica-1']) {
        expect(await tryLogin(topology.node(name), APP.user, fresh)).toBe('OK');
        expect(await tryLogin(topology.node(name), APP.user, APP.password)).toBe('WRONGPASS');
      }
      const status = await scene.rotate(APP.user, '--status');
      expect(status.out).toContain('could not be asked');
      await down.restart();
      expect(await tryLogin(down, APP.user, APP.password)).toBe('OK');
      const resumed = await scene.rotate(APP.user, '--resume', '--yes');
      expect([resumed.exit, resumed.exit === 0 ? '' : resumed.out]).toEqual([0, '']);
      expect(await logins(topology, APP.user, fresh, APP.password)).toEqual(
        topology.data.map(({ name }) => `${name} OK WRONGPASS`),
      );
      await topology.stop();
    },
  );

  it(
    'a node that goes down while clients move keeps the old password everywhere',
    { timeout: TIMEOUT_MS },
    async () => {
      const topology = await startReplicated({ server: server.id });
      const scene = makeScene(topology, APP.password);
      const down = topology.node('replica-1');
      // A client that does not move holds the wait open until the node is gone.
      const stay = await openConnection(topology.node('primary').target);
      await stay.send(['AUTH', APP.user, APP.password]);
      const rotation = scene.rotate(
        APP.user,
        '--to',
        `file:${scene.secretPath}`,
        '--yes',
        '--deadline',
        '3s',
      );
      while (scene.secret() === APP.password) await new Promise((resolve) => setTimeout(resolve, 20));
      await down.kill();
      const answer = await rotation;
      expect(answer.exit).toBe(3);
      expect(answer.out).toContain('the old password stays everywhere');
      for (const name of ['primary', 'replica-2']) {
        expect(await tryLogin(topology.node(name), APP.user, APP.password)).toBe('OK');
      }
      await down.restart();
      // It was saved to disk before it was delivered.
      expect(await tryLogin(down, APP.user, scene.secret())).toBe('OK');
      expect((await scene.rotate(APP.user, '--resume', '--yes')).exit).toBe(0);
      expect(await logins(topology, APP.user, scene.secret(), APP.password)).toEqual(
        topology.data.map(({ name }) => `${name} OK WRONGPASS`),
      );
      stay.close();
      await topology.stop();
    },
  );

  describe('clients that do not move', () => {
    it(
      'are ended paced once time is up, and those that came since are told apart',
      { timeout: TIMEOUT_MS },
      async () => {
        const topology = await startStandalone({ server: server.id });
        const scene = makeScene(topology, APP.password);
        const node = topology.node('primary');
        const old = await Promise.all(
          Array.from({ length: 6 }, async () => {
            const connection = await openConnection(node.target);
            await connection.send(['AUTH', APP.user, APP.password]);
            return connection;
          }),
        );
        const rotation = scene.rotate(
          APP.user,
          '--to',
          `file:${scene.secretPath}`,
          '--yes',
          '--deadline',
          '2s',
          '--per-second',
          '4',
          '--json',
        );
        while (scene.secret() === APP.password) await new Promise((resolve) => setTimeout(resolve, 20));
        const late = await openConnection(node.target);
        await late.send(['AUTH', APP.user, APP.password]);
        const answer = await rotation;
        expect(answer.exit).toBe(0);
        const report = JSON.parse(answer.out) as {
          readonly waited: unknown;
          readonly sessions: unknown;
          readonly steps: readonly {
            readonly kind: string;
            readonly detail: string;
            readonly tookMs: number;
          }[];
        };
        expect(report.waited).toEqual({ ended: 'deadline', old: 6, unseen: [] });
        expect(report.sessions).toEqual({ old: 0, either: 1, fresh: 0, replicationLinks: 0, unseen: [] });
        const end = report.steps.find(({ kind }) => kind === 'end-sessions');
        expect(end?.detail).toBe('6 ended, 0 left');
        // Six at four a second: five pauses of a quarter of a second, each give or take a half.
        expect(end?.tookMs).toBeGreaterThan(600);
        await Promise.all(
          old.map((connection) =>
            expect(connection.send(['PING'])).rejects.toThrow(/closed|ECONNRESET|EPIPE/),
          ),
        );
        // Nobody can tell about this one, so it is left and told.
        expect(await late.send(['PING'])).toBe('PONG');
        late.close();
        await topology.stop();
      },
    );

    it(
      'are kept with --keep-sessions, and all of them go with --end-all-sessions',
      { timeout: TIMEOUT_MS },
      async () => {
        const topology = await startStandalone({ server: server.id });
        const scene = makeScene(topology, APP.password);
        const node = topology.node('primary');
        const stay = await openConnection(node.target);
        await stay.send(['AUTH', APP.user, APP.password]);
        const kept = await scene.rotate(
          APP.user,
          '--to',
          `file:${scene.secretPath}`,
          '--yes',
          '--deadline',
          '0',
          '--keep-sessions',
        );
        expect(kept.exit).toBe(0);
        expect(kept.out).toContain('1 of the old secret left');
        expect(await stay.send(['PING'])).toBe('PONG');

        const abrupt = await scene.rotate(
          APP.user,
          '--to',
          `file:${scene.secretPath}`,
          '--yes',
          '--deadline',
          '0',
        );
        expect(abrupt.exit).toBe(2);
        expect(abrupt.err).toContain('--confirm app');
        const all = await scene.rotate(
          APP.user,
          '--to',
          `file:${scene.secretPath}`,
          '--confirm',
          APP.user,
          '--deadline',
          '0',
          '--end-all-sessions',
        );
        expect(all.exit).toBe(0);
        expect(all.out).toContain('1 ended · 0 of the old secret left');
        await expect(stay.send(['PING'])).rejects.toThrow(/closed|ECONNRESET|EPIPE/);
        await topology.stop();
      },
    );
  });

  describe('taking it back', () => {
    it(
      'before the old password is gone makes everything as it was, replication included',
      { timeout: TIMEOUT_MS },
      async () => {
        const topology = await startReplicated({ server: server.id });
        const { user, password } = TOPOLOGY_LOGINS.replication;
        const scene = makeScene(topology, password, 'all');
        const before = await hashesOf(topology);
        const down = topology.node('replica-2');
        const files = topology.data.map((node) =>
          readFileSync(node.aclfilePath ?? '', 'utf8')
            .split('\n')
            .toSorted(),
        );
        await down.kill();
        expect((await scene.rotate(user, '--to', `file:${scene.secretPath}`, '--yes')).exit).toBe(3);
        await down.restart();
        const undone = await scene.rotate(user, '--undo', '--yes');
        expect(undone.err).toBe('');
        expect(undone.exit).toBe(0);
        expect(undone.out).toContain('undone');
        expect(scene.secret()).toBe(password);
        expect(await hashesOf(topology)).toEqual(before);
        for (const node of topology.data) {
          const shown = await node.command('CONFIG', 'GET', 'masterauth');
          expect(shown).toContain(password);
          expect(readFileSync(node.confPath, 'utf8')).toContain(password);
        }
        expect(
          topology.data.map(
            (node) =>
              readFileSync(node.aclfilePath ?? '', 'utf8')
                .split('\n')
                .filter((line) => line !== '').length,
          ),
        ).toEqual(files.map((lines) => lines.filter((line) => line !== '').length));
        await topology.settle();
        expect((await scene.rotate(user, '--status')).out).toContain('no rotation is under way');
        await topology.stop();
      },
    );

    it(
      'after delivery puts the old secret back into its file and lets only the old one in',
      { timeout: TIMEOUT_MS },
      async () => {
        const topology = await startReplicated({ server: server.id });
        const scene = makeScene(topology, APP.password);
        const down = topology.node('replica-1');
        const stay = await openConnection(topology.node('primary').target);
        await stay.send(['AUTH', APP.user, APP.password]);
        const rotation = scene.rotate(
          APP.user,
          '--to',
          `file:${scene.secretPath}`,
          '--yes',
          '--deadline',
          '2s',
        );
        while (scene.secret() === APP.password) await new Promise((resolve) => setTimeout(resolve, 20));
        const fresh = scene.secret();
        await down.kill();
        expect((await rotation).exit).toBe(3);
        await down.restart();
        const undone = await scene.rotate(APP.user, '--undo', '--yes');
        expect(undone.exit).toBe(0);
        expect(scene.secret()).toBe(APP.password);
        expect(await logins(topology, APP.user, APP.password, fresh)).toEqual(
          topology.data.map(({ name }) => `${name} OK WRONGPASS`),
        );
        stay.close();
        await topology.stop();
      },
    );
  });

  it('a server that is started again in the middle has both passwords', { timeout: TIMEOUT_MS }, async () => {
    const topology = await startReplicated({ server: server.id, access: 'conf' });
    const scene = makeScene(topology, APP.password);
    const stay = await openConnection(topology.node('replica-1').target);
    await stay.send(['AUTH', APP.user, APP.password]);
    const rotation = scene.rotate(APP.user, '--to', `file:${scene.secretPath}`, '--yes', '--deadline', '4s');
    while (scene.secret() === APP.password) await new Promise((resolve) => setTimeout(resolve, 20));
    const primary = topology.node('primary');
    await primary.restart();
    expect(await tryLogin(primary, APP.user, APP.password)).toBe('OK');
    expect(await tryLogin(primary, APP.user, scene.secret())).toBe('OK');
    stay.close();
    const answer = await rotation;
    expect([answer.exit, answer.exit === 0 ? '' : answer.out]).toEqual([0, '']);
    await primary.restart();
    expect(await tryLogin(primary, APP.user, APP.password)).toBe('WRONGPASS');
    await topology.stop();
  });

  it(
    'an interruption while clients move leaves both good, a journal that tells no secret, and goes on later',
    { timeout: TIMEOUT_MS },
    async () => {
      const topology = await startReplicated({ server: server.id });
      const scene = makeScene(topology, APP.password);
      const { credentials, stop } = followFile(scene.secretPath, APP.user, APP.password);
      const load = await startLoad({ client: 'node-redis', topology, credentials, clients: 2, pauseMs: 5 });
      const stay = await openConnection(topology.node('primary').target);
      await stay.send(['AUTH', APP.user, APP.password]);
      const rotation = scene.rotate(
        APP.user,
        '--to',
        `file:${scene.secretPath}`,
        '--yes',
        '--deadline',
        '30s',
      );
      while (scene.secret() === APP.password) await new Promise((resolve) => setTimeout(resolve, 20));
      process.emit('SIGINT');
      const answer = await rotation;
      expect(answer.exit).toBe(130);
      expect(answer.out).toContain('both secrets are good');
      const kept = everything(scene.statePath);
      expect(kept).not.toContain(scene.secret());
      expect(kept).not.toContain(APP.password);
      expect(existsSync(join(scene.statePath, 'lock'))).toBe(false);
      stay.close();
      await load.advance(20);
      expect((await scene.rotate(APP.user, '--resume', '--yes')).exit).toBe(0);
      await load.advance(20);
      expect((await load.stop()).errors).toEqual([]);
      stop();
      expect(await logins(topology, APP.user, scene.secret(), APP.password)).toEqual(
        topology.data.map(({ name }) => `${name} OK WRONGPASS`),
      );
      await topology.stop();
    },
  );
});
