/**
 * A replication link that somebody opened with the old secret goes on receiving every write when the secret is gone: one
 * that no node of the fleet has is ended and named, and those of replicas stay up.
 */
import { connect, type Socket } from 'node:net';

import { afterAll, expect, it } from 'vitest';

import { forEachServer } from '../servers/index.ts';
import { readText } from '../servers/node.ts';
import { startReplicated, stopTopologies, type Topology } from '../servers/topology.ts';
import { TOPOLOGY_LOGINS } from '../servers/topology-users.ts';
import { makeScene } from './rotation-scene.ts';

afterAll(stopTopologies);

const TIMEOUT_MS = 60_000;
const BOB = { user: 'bob', password: 'bob-canary-1' };

interface Tap {
  readonly address: string;
  readonly heard: () => string;
  readonly isOpen: () => boolean;
  readonly stop: () => void;
}

/** Somebody who says that it is a replica, and listens. */
async function tap(
  port: number,
  { user, password }: typeof BOB,
  listening: number | undefined,
): Promise<Tap> {
  const socket: Socket = connect(port, '127.0.0.1');
  let [heard, open] = ['', true];
  socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.on('close', () => (open = false));
  const say = async (line: string, answer: RegExp): Promise<void> => {
    heard = '';
    socket.write(`${line}\r\n`);
    await expect.poll(() => heard, { timeout: 8_000 }).toMatch(answer);
  };
  await say(`AUTH ${user} ${password}`, /OK/);
  await say(`REPLCONF listening-port ${listening}`, /OK/);
  await say('PSYNC ? -1', /REDIS0|VALKEY/);
  return {
    address: `127.0.0.1:${socket.localPort}`,
    heard: () => heard,
    isOpen: () => open,
    stop: () => socket.destroy(),
  };
}

async function linksOf(topology: Topology): Promise<readonly string[]> {
  const list = await topology.node('primary').command('CLIENT', 'LIST');
  return readText(list)
    .split('\n')
    .filter((line) => / flags=\w*S/.test(line))
    .map((line) => / addr=(\S+)/.exec(line)?.[1] ?? '');
}

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it(
    'the link of nobody is ended and named, those of replicas stay as they are',
    { timeout: TIMEOUT_MS },
    async () => {
      const topology = await startReplicated({
        server: server.id,
        replicas: 1,
        conf: ['repl-diskless-sync-delay 0'],
      });
      const primary = topology.node('primary');
      const before = await linksOf(topology);
      const spy = await tap(primary.port, TOPOLOGY_LOGINS.replication, topology.node('replica-1').port);
      const scene = makeScene(topology);
      const argv = ['--to', `file:${scene.secretPath}`, '--yes', '--deadline', '2s'];
      const answer = await scene.rotate('replication', ...argv);
      expect(answer.exit, `${answer.out}\n${answer.err}`).toBe(0);
      expect(answer.out).toContain(
        `${spy.address} at ${primary.address}: no node of the fleet has this replication link; it was ended`,
      );
      expect(answer.out).toContain(`1 replication link kept (${topology.node('replica-1').address})`);
      expect(spy.isOpen()).toBe(false);
      expect(await linksOf(topology)).toEqual(before);
      await topology.stop();
    },
  );
});

forEachServer(['redis-7.0'], (server) => {
  it(
    'one that makes a node known that nobody can ask is named, and the rotation is not done',
    { timeout: TIMEOUT_MS },
    async () => {
      const topology = await startReplicated({
        server: server.id,
        replicas: 1,
        conf: ['repl-diskless-sync-delay 0'],
      });
      const primary = topology.node('primary');
      for (const node of topology.nodes) {
        await node.command('ACL', 'SETUSER', BOB.user, 'on', `>${BOB.password}`, '~*', '&*', '+@all');
      }
      const spy = await tap(primary.port, BOB, 1);
      const scene = makeScene(topology);
      const held = await scene.rotate('bob', '--to', `file:${scene.secretPath}`, '--yes', '--deadline', '1s');
      expect([held.exit, held.out]).toEqual([3, expect.stringContaining('127.0.0.1:1 ')]);
      const forced = await scene.rotate('bob', '--resume', '--force', '--yes');
      expect([forced.exit, forced.out]).toEqual([
        3,
        expect.stringContaining(`${spy.address} at ${primary.address}`),
      ]);
      expect(await primary.command('CLIENT', 'KILL', 'ADDR', spy.address)).toBe(1);
      // The node that it named is remembered as one that may come back.
      const resumed = await scene.rotate('bob', '--resume', '--force', '--yes');
      expect([resumed.exit, resumed.out]).toEqual([3, expect.not.stringContaining(spy.address)]);
      await topology.stop();
    },
  );
});

// Its CLIENT LIST has no laddr: whose a link is shows by their number only.
forEachServer(['redis-6.0'], (server) => {
  it(
    'where nobody can tell whose it is, it is named and the rotation is not done',
    { timeout: TIMEOUT_MS },
    async () => {
      const topology = await startReplicated({
        server: server.id,
        replicas: 1,
        conf: ['repl-diskless-sync-delay 0'],
      });
      const primary = topology.node('primary');
      const spy = await tap(primary.port, TOPOLOGY_LOGINS.replication, topology.node('replica-1').port);
      const scene = makeScene(topology);
      const argv = ['--to', `file:${scene.secretPath}`, '--yes', '--deadline', '2s'];
      const answer = await scene.rotate('replication', ...argv);
      expect(answer.exit, `${answer.out}\n${answer.err}`).toBe(3);
      expect(answer.out).toContain(`${spy.address} at ${primary.address}`);
      expect(await primary.command('CLIENT', 'KILL', 'ADDR', spy.address)).toBe(1);
      const resumed = await scene.rotate('replication', '--resume', '--yes');
      expect(resumed.exit, `${resumed.out}\n${resumed.err}`).toBe(0);
      expect(resumed.out).toContain('1 replication link kept');
      await topology.stop();
    },
  );
});
