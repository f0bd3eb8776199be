/** Rotations on real topologies, with real clients at work: nobody sees an error, and in the end only the new secret works. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { startLoad, type LoadClient } from '../servers/load.ts';
import { forEachServer } from '../servers/index.ts';
import {
  startCluster,
  startReplicated,
  startSentinelFleet,
  startStandalone,
  stopTopologies,
  type Topology,
} from '../servers/topology.ts';
import { APP, followFile, makeScene, tryLogin } from './rotation-scene.ts';

afterAll(stopTopologies);

const TIMEOUT_MS = 60_000;

interface Case {
  readonly name: string;
  readonly start: (server: string) => Promise<Topology>;
  readonly clients: readonly LoadClient[];
}

const CASES: readonly Case[] = [
  {
    name: 'a single server',
    start: (server) => startStandalone({ server, access: 'conf' }),
    clients: ['ioredis', 'node-redis', 'benchmark'],
  },
  {
    name: 'a primary with two replicas',
    start: (server) => startReplicated({ server }),
    clients: ['ioredis', 'node-redis', 'benchmark'],
  },
  {
    name: 'three Sentinels with a primary and two replicas',
    start: (server) => startSentinelFleet({ server }),
    clients: ['ioredis', 'node-redis', 'benchmark'],
  },
  {
    name: 'a cluster of six nodes',
    start: (server) => startCluster({ server }),
    clients: ['ioredis', 'node-redis', 'benchmark'],
  },
];

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  describe.each(CASES)('an application’s secret on $name', ({ start, clients }) => {
    it(
      'is replaced while clients work, and none of them sees an error',
      { timeout: TIMEOUT_MS },
      async () => {
        const topology = await start(server.id);
        try {
          const scene = makeScene(topology, APP.password);
          const { credentials, stop } = followFile(scene.secretPath, APP.user, APP.password);
          const loads = await Promise.all(
            clients.map((client) =>
              startLoad({
                client,
                topology,
                credentials,
                clients: 2,
                pauseMs: 5,
                sentinelLogin: topology.admin,
              }),
            ),
          );
          const before = loads.map((load) => load.result().commands);
          const answer = await scene.rotate(
            APP.user,
            '--to',
            `file:${scene.secretPath}`,
            '--yes',
            '--deadline',
            '30s',
          );
          await Promise.all(loads.map((load) => load.advance(50)));
          const results = await Promise.all(loads.map((load) => load.stop()));
          stop();

          expect(answer.err).toBe('');
          expect(answer.exit).toBe(0);
          for (const [at, { errors, commands }] of results.entries()) {
            expect(errors).toEqual([]);
            expect(commands).toBeGreaterThan((before[at] ?? 0) + 50);
          }
          const fresh = scene.secret();
          expect(fresh).toMatch(/^[\w-]{43}$/);
          expect(answer.out).not.toContain(fresh);
          expect(answer.out).toContain('nobody uses a session of the old secret any more');
          const holders = topology.nodes;
          const logins = await Promise.all(
            holders.map(async (node) => [
              await tryLogin(node, APP.user, fresh),
              await tryLogin(node, APP.user, APP.password),
            ]),
          );
          expect(logins).toEqual(holders.map(() => ['OK', 'WRONGPASS']));
          expect(statSync(scene.secretPath).mode & 0o777).toBe(0o600);
          const record = readFileSync(join(scene.statePath, 'credentials.json'), 'utf8');
          expect(record).toContain('"user":"app"');
        } finally {
          await topology.stop();
        }
      },
    );
  });
});
