// The harness itself: each topology comes up whole, can be hurt and mended, and loads count what clients see.
import { expect, it } from 'vitest';

import {
  createCredentials,
  forEachServer,
  readInfo,
  readText,
  startCluster,
  startLoad,
  startReplicated,
  startSentinelFleet,
  startStandalone,
  waitUntil,
  type Topology,
} from '../servers/index.ts';

/** A server that has to log in again with a wrong password is seen after its timeouts only. */
const STALE_AFTER_MS = 2500;

async function countUsers(topology: Topology): Promise<readonly number[]> {
  const lists = await Promise.all(topology.data.map((node) => node.command('ACL', 'LIST')));
  return lists.map((list) => (Array.isArray(list) ? list.length : -1));
}

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it('starts one server whose users come from an ACL file', async () => {
    const topology = await startStandalone({ server, users: ['user extra on nopass ~x +get'] });
    const [node] = topology.data;
    expect(await countUsers(topology)).toEqual([6]);
    expect(await node?.commandAs({}, 'GET', 'k')).toMatchObject({ error: expect.stringMatching(/NOAUTH/) });
    expect(await node?.commandAs(topology.app, 'SET', 'k', 'v')).toBe('OK');
    expect(await node?.command('ACL', 'SAVE')).toBe('OK');
    await topology.stop();
  });

  it('starts a primary with replicas that follow it, also after one was killed', async () => {
    const topology = await startReplicated({ server, access: 'conf', replicas: 1 });
    const replica = topology.node('replica-1');
    expect(await topology.node('primary').commandAs(topology.app, 'SET', 'k', 'v')).toBe('OK');
    await waitUntil('the replica has the key', async () => (await replica.command('GET', 'k')) === 'v');
    const { pid } = replica;
    await replica.kill();
    await expect(replica.command('PING')).rejects.toThrow(/ECONNREFUSED/);
    await replica.restart();
    expect(replica.pid).not.toBe(pid);
    await topology.settle();
    expect((await readInfo(replica, 'replication')).get('master_link_status')).toBe('up');
    await topology.stop();
  });

  it('starts three Sentinels that stay in touch by their own users and fail over', async () => {
    const topology = await startSentinelFleet({ server });
    await new Promise((resolve) => setTimeout(resolve, STALE_AFTER_MS));
    await topology.settle(STALE_AFTER_MS);
    const [sentinel] = topology.sentinels;
    expect(await sentinel?.commandAs({}, 'PING')).toMatchObject({ error: expect.stringMatching(/NOAUTH/) });
    expect(await sentinel?.command('SENTINEL', 'FAILOVER', topology.primaryName)).toBe('OK');
    const isMoved = async (): Promise<boolean> =>
      (await topology.findPrimaries()).some((node) => node.name.startsWith('replica'));
    await waitUntil('another is primary', isMoved);
    await topology.stop();
  });

  it('starts a cluster whose masters have all slots and a replica each', async () => {
    const topology = await startCluster({ server, access: 'requirepass' });
    const primaries = await topology.findPrimaries();
    expect(primaries.map((node) => node.name)).toEqual(['master-1', 'master-2', 'master-3']);
    const info = readText(await topology.node('replica-3').command('CLUSTER', 'INFO'));
    expect(info).toMatch(/cluster_slots_ok:16384/);
    await topology.stop();
  });
});

forEachServer(['valkey-9.1'], (server) => {
  it('speaks TLS alone where it is told to', async () => {
    const topology = await startReplicated({ server, tls: 'only', replicas: 1 });
    const [primary, replica] = topology.data;
    expect([primary?.port, replica?.port]).toEqual([0, 0]);
    expect(await primary?.command('PING')).toBe('PONG');
    await topology.stop();
  });

  it('keeps a paused server connected and silent', async () => {
    const topology = await startStandalone({ server, access: 'open' });
    const [node] = topology.data;
    if (node === undefined) throw new Error('no node');
    node.pause();
    const answer = node.command('PING');
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 200, 'silence'))]);
    expect(first).toBe('silence');
    node.resume();
    expect(await answer).toBe('PONG');
    await topology.stop();
  });
});

forEachServer(['redis-7.0'], (server) => {
  for (const client of ['ioredis', 'node-redis', 'benchmark'] as const) {
    it(`has a load of ${client} that counts what went well, and a refusal that it meets`, async () => {
      const topology = await startStandalone({ server });
      const [node] = topology.data;
      const credentials = createCredentials(topology.app);
      const load = await startLoad({ client, topology, credentials });
      await load.advance(100);
      await node?.command('ACL', 'SETUSER', 'app', '>app-secret-2');
      credentials.replace({ user: 'app', password: 'app-secret-2' });
      await load.advance(100);
      expect(load.result()).toMatchObject({ errors: [], reconnects: 0 });
      await node?.command('ACL', 'SETUSER', 'app', '-set');
      await waitUntil('the load is refused', () => Promise.resolve(load.result().errors.length > 0));
      const { commands, errors } = await load.stop();
      expect(commands).toBeGreaterThan(200);
      expect(errors[0]).toMatch(/NOPERM/);
      await topology.stop();
    });
  }
});

forEachServer(['valkey-9.1'], (server) => {
  for (const start of [startSentinelFleet, startCluster]) {
    it(`has loads that find their way by the client's own means (${start.name})`, async () => {
      const topology = await start({ server });
      const credentials = createCredentials(topology.app);
      for (const client of ['ioredis', 'node-redis'] as const) {
        const load = await startLoad({ client, topology, credentials, clients: 2 });
        await load.advance(50);
        expect((await load.stop()).errors).toEqual([]);
      }
      await topology.stop();
    });
  }

  it('has a load that opens lost connections again', async () => {
    const topology = await startStandalone({ server });
    const credentials = createCredentials(topology.app);
    const load = await startLoad({ client: 'ioredis', topology, credentials, onReplaced: 'next-connection' });
    await load.advance(50);
    await topology.data[0]?.command('CLIENT', 'KILL', 'USER', 'app');
    await load.advance(100);
    expect(await load.stop()).toMatchObject({ errors: [], reconnects: 4 });
    await topology.stop();
  });
});
