/**
 * The door of the test servers: real Redis and Valkey of several versions, and a raw client to talk to them.
 * Whatever a test file leaves running is ended after it.
 */
import { afterAll, describe, it } from 'vitest';

import { availableServers, stopServers, type Server } from './server.ts';
import { stopTopologies } from './topology.ts';

export {
  availableServers,
  findFreePort,
  startSentinel,
  startServer,
  stopServers,
  tryStart,
  type Attempt,
  type Exit,
  type RunningServer,
  type Server,
  type StartOptions,
} from './server.ts';
export { canMount, fillDisk, makeReadOnly, type DiskFault } from './fault-disk.ts';
export { requestFailover, waitForFailover } from './fault-failover.ts';
export { canSplitNetwork, splitNetwork, type SplitNetwork } from './fault-network.ts';
export { startFaultProxy, type FaultMoment, type FaultProxy, type ProxyFault } from './fault-proxy.ts';
export { runTool, type JournalPhase, type JournalPlace, type ToolRun } from './fault-tool.ts';
export { countConnections, findLost, readConnections, type Connections } from './connection-watch.ts';
export { createCredentials, type CredentialSource } from './credentials.ts';
export { fingerprintOf, listTlsPorts, readServedFingerprint, reloadTls } from './served-certificate.ts';
export { rotateAuthorityByHand, rotateLeavesByHand } from './hand-rotation.ts';
export { startLoad, type Load, type LoadClient, type LoadOptions, type LoadResult } from './load.ts';
export { isError, readText, type Login, type TopologyNode } from './node.ts';
export { openConnection, talk, type Connection, type Reply, type Target } from './talk.ts';
export {
  type LeafRequest,
  type NodeTlsFiles,
  type TopologyClient,
  type TopologyTls,
} from './topology-tls.ts';
export { formatUser, TOPOLOGY_LOGINS, TOPOLOGY_REQUIREPASS, type Access } from './topology-users.ts';
export {
  readInfo,
  startCluster,
  startReplicated,
  startSentinelFleet,
  startStandalone,
  stopTopologies,
  waitUntil,
  type Topology,
  type TopologyOptions,
} from './topology.ts';

/** The versions that the product promises to know, one of each minor. */
export const SERVER_IDS = [
  'redis-6.0',
  'redis-7.0',
  'redis-8.0',
  'valkey-8.0',
  'valkey-8.1',
  'valkey-9.1',
] as const;

afterAll(async () => {
  await stopTopologies();
  await stopServers();
});

/**
 * Declares the same tests for each server; one that this machine lacks becomes a skipped suite that says so.
 */
export function forEachServer(ids: readonly string[], body: (server: Server) => void): void {
  const servers = availableServers();
  for (const id of ids) {
    const server = servers.find((candidate) => candidate.id === id);
    if (server) describe(`on ${id} (${server.version})`, () => body(server));
    else {
      describe.skip(`on ${id}: not on this machine, see npm run servers`, () => {
        it.todo('needs the server');
      });
    }
  }
}
