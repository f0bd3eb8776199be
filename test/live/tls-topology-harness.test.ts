// Topologies over TLS whose nodes have files of their own: reloaded from disk, restarted by a command, let to expire.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import {
  createCredentials,
  findLost,
  fingerprintOf,
  forEachServer,
  listTlsPorts,
  readConnections,
  readServedFingerprint,
  reloadTls,
  rotateAuthorityByHand,
  rotateLeavesByHand,
  startCluster,
  startLoad,
  startReplicated,
  startSentinelFleet,
  startStandalone,
  waitUntil,
  type Load,
  type LoadClient,
  type Topology,
  type TopologyNode,
  type TopologyTls,
} from '../servers/index.ts';

const run = promisify(execFile);
const CLIENTS: readonly LoadClient[] = ['ioredis', 'node-redis', 'benchmark', 'churn'];
const NAMES = ['ioredis', 'node-redis'];
const HOUR_DAYS = 1 / 24;

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it('gives three Sentinels and their servers a pair each, and restarts a Sentinel by a command', async () => {
    const topology = await startSentinelFleet({ server, tls: 'only', tlsFiles: 'own' });
    const tls = tlsOf(topology);
    const leaves = await Promise.all(topology.nodes.map((node) => readLeaf(topology, node)));
    expect(new Set(leaves).size).toBe(6);
    expect(leaves).toEqual(topology.nodes.map(({ name }) => fingerprintOf(tls.filesOf(name).certificate)));

    const sentinel = topology.node('sentinel-2');
    const { certPem } = await tls.placeLeaf(sentinel.name);
    expect(await readLeaf(topology, sentinel)).toBe(leaves[4]);
    const { pid } = sentinel;
    await run(sentinel.restartScript);
    expect(sentinel.pid).not.toBe(pid);
    expect(await readLeaf(topology, sentinel)).toBe(fingerprintOf(certPem));
    await topology.settle();
    await topology.stop();
  });

  it('shows the new pair on both ports of a Cluster node when it is told to read it', async () => {
    const topology = await startCluster({ server, tls: 'only', tlsFiles: 'own' });
    const tls = tlsOf(topology);
    const node = topology.node('master-2');
    const { certPem } = await tls.placeLeaf(node.name);
    const read = (): Promise<readonly string[]> =>
      Promise.all(
        listTlsPorts(node, topology.kind).map((port) =>
          readServedFingerprint({ host: node.host, port }, tls.client),
        ),
      );
    expect(await read()).not.toContain(fingerprintOf(certPem));
    await reloadTls(node);
    expect(await read()).toEqual([fingerprintOf(certPem), fingerprintOf(certPem)]);
    await topology.settle();
    await topology.stop();
  });
});

forEachServer(['valkey-9.1'], (server) => {
  it('tells a restart that failed by its exit code and the log of the server', async () => {
    const topology = await startStandalone({ server, tls: 'only', tlsFiles: 'own' });
    const tls = tlsOf(topology);
    writeFileSync(tls.filesOf('primary').key, (await tls.issueLeaf()).keyPem);
    const failure: unknown = await run(topology.restartScript, ['primary']).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining('key values mismatch') });
    await tls.placeLeaf('primary');
    await run(topology.restartScript, [topology.node('primary').address]);
    expect(await topology.node('primary').command('PING')).toBe('PONG');
    expect(await run(topology.restartScript, ['nobody']).catch((error: unknown) => error)).toMatchObject({
      stderr: 'no node nobody\n',
    });
    await topology.stop();
  });

  it('starts with leaves that are past their time, or not yet in it, as they are asked for', async () => {
    const leaf = { at: new Date(Date.now() - 2 * 3_600_000), days: HOUR_DAYS };
    const topology = await startStandalone({ server, tls: 'only', tlsFiles: 'own', tlsLeaf: () => leaf });
    const node = topology.node('primary');
    await expect(readLeaf(topology, node)).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    await tlsOf(topology).placeLeaf('primary', { at: new Date(Date.now() + 3_600_000), days: HOUR_DAYS });
    await reloadTls(node);
    await expect(readLeaf(topology, node)).rejects.toMatchObject({ code: 'CERT_NOT_YET_VALID' });
    await topology.stop();
  });
});

forEachServer(['redis-7.0'], (server) => {
  it('counts no drop where a person rotates leaves and authority with care, and each where one does not', async () => {
    const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'own', replicas: 1 });
    const tls = tlsOf(topology);
    const credentials = createCredentials(topology.app);
    const open = (client: LoadClient): Promise<Load> =>
      startLoad({ client, topology, credentials, clients: 2, name: client });
    const loads = await Promise.all(CLIENTS.map(open));
    const before = await readConnections(topology, NAMES);
    expect([...before.values()].map((found) => found.size)).toEqual([5, 1]);
    await rotateLeavesByHand(topology);
    const next = await rotateAuthorityByHand(topology, tls.authority);
    await Promise.all(loads.map((load) => load.advance(10)));
    expect(findLost(before, await readConnections(topology, NAMES))).toEqual([]);
    for (const load of loads) expect(load.result()).toMatchObject({ errors: [], reconnects: 0 });
    await loads[CLIENTS.indexOf('benchmark')]?.stop();

    // The client still trusts and shows the authority that is gone.
    writeFileSync(tls.caPath, tls.authority.certPem);
    const churn = loads[CLIENTS.indexOf('churn')];
    await waitUntil('churn is refused', () => Promise.resolve((churn?.result().errors.length ?? 0) > 0));
    writeFileSync(tls.caPath, next.certPem);
    const ids = [...(before.get('primary') ?? [])].flatMap(
      (one) => /^client (\d+) \(ioredis\)/.exec(one)?.[1] ?? [],
    );
    for (const id of ids) await topology.node('primary').command('CLIENT', 'KILL', 'ID', id);
    await loads[0]?.advance(20);
    expect(findLost(before, await readConnections(topology, NAMES))).toEqual(
      ids.map((id) => `primary: client ${id} (ioredis)`),
    );
    const [ioredis, nodeRedis] = await Promise.all(loads.map((load) => load.stop()));
    expect(ioredis).toMatchObject({ reconnects: 2, errors: [] });
    expect(nodeRedis).toMatchObject({ reconnects: 0, errors: [] });
    await topology.stop();
  });
});

function tlsOf({ tls }: Topology): TopologyTls {
  return tls ?? expect.fail('no TLS');
}

function readLeaf(topology: Topology, { host, tlsPort = 0 }: TopologyNode): Promise<string> {
  return readServedFingerprint({ host, port: tlsPort }, tlsOf(topology).client);
}
