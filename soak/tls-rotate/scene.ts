/**
 * A fleet over TLS alone under load, and what its operator has: a policy, the authority of the fleet in the state folder,
 * a way to its files, and a command that restarts Sentinels. Everything is done by the program as people run it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { readConnections, type Connections } from '../../test/servers/connection-watch.ts';
import { runTool, type ToolOptions, type ToolRun } from '../../test/servers/fault-tool.ts';
import {
  startCluster,
  startReplicated,
  startSentinelFleet,
  type Topology,
} from '../../test/servers/topology.ts';
import type { TopologyTls } from '../../test/servers/topology-tls.ts';
import { startTraffic, TRAFFIC_NAMES, type Traffic, type TrafficClient } from './traffic.ts';

export interface SceneOptions {
  readonly server: string;
  readonly kind: 'replicated' | 'sentinel' | 'cluster';
  /** Path of the built program. */
  readonly main: string;
  /** Default: all of them. */
  readonly clients?: readonly TrafficClient[];
}

export interface Scene {
  readonly options: SceneOptions;
  readonly topology: Topology;
  readonly tls: TopologyTls;
  readonly folder: string;
  readonly traffic: Traffic;
  /** `wardis tls …` with the policy of the fleet. */
  readonly tool: (argv: readonly string[], more?: Partial<ToolOptions>) => Promise<ToolRun>;
  /** Connections that must last, as they were when the load began. */
  readonly connections: Connections;
  readonly stop: () => Promise<void>;
}

/** Certificates of the program and of applications live so long. */
const CLIENT_DAYS = '30';

/** Starts the fleet, hands its authority over to the program, lets clients connect. */
export async function openScene(options: SceneOptions): Promise<Scene> {
  const topology = await startFleet(options);
  try {
    const { tls } = topology;
    if (tls === undefined) throw new Error('a fleet without TLS');
    const folder = join(topology.folder, 'operator');
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, 'password'), topology.admin.password ?? '', { mode: 0o600 });
    writeFileSync(join(folder, 'wardis.yaml'), describePolicy(topology, tls, folder));
    const tool = prepareTool(options.main, folder);
    await handOverAuthority(topology, tls, folder, tool);
    const traffic = await startTraffic(topology, options.clients);
    const connections = await readConnections(topology, TRAFFIC_NAMES);
    const stop = async (): Promise<void> => {
      await traffic.stop();
      await topology.stop();
    };
    return { options, topology, tls, folder, traffic, tool, connections, stop };
  } catch (error) {
    await topology.stop();
    throw error;
  }
}

/** What it said, for a report. */
export function tellRun({ exit, out, err }: ToolRun): string {
  return `exit ${exit}: ${[err.trim(), out.trim()].filter((text) => text !== '').join(' | ')}`.slice(-2000);
}

function startFleet({ server, kind }: SceneOptions): Promise<Topology> {
  const options = {
    server,
    tls: 'only',
    tlsFiles: 'own',
    // Nodes that are paused for a while are not given up.
    conf: ['cluster-node-timeout 60000', 'repl-timeout 60'],
    sentinelConf: ['sentinel down-after-milliseconds main 60000'],
  } as const;
  switch (kind) {
    case 'replicated':
      return startReplicated(options);
    case 'sentinel':
      return startSentinelFleet(options);
    case 'cluster':
      return startCluster(options);
  }
}

function prepareTool(main: string, folder: string): Scene['tool'] {
  const where = ['--policy', join(folder, 'wardis.yaml'), '--connect-timeout', '2', '--command-timeout', '2'];
  return (argv, more = {}) =>
    runTool({
      main,
      argv: ['tls', ...argv, ...(argv[0] === 'rotate' ? where : [])],
      cwd: folder,
      ...more,
    });
}

/** Applications get a certificate in one file with its key, so that its successor is one rename. */
async function handOverAuthority(
  topology: Topology,
  tls: TopologyTls,
  folder: string,
  tool: Scene['tool'],
): Promise<void> {
  const key = join(folder, 'their-ca.key');
  writeFileSync(key, tls.authority.keyPem, { mode: 0o600 });
  const commands = [
    ['ca', 'adopt', '--cert', tls.caPath, '--key', key],
    ['adopt', tls.clientCertPath, '--key', tls.clientKeyPath],
    ['issue', 'client', 'client', '--combined', '--days', CLIENT_DAYS, '--out', topology.folder],
  ];
  for (const argv of commands) {
    const run = await tool(argv);
    if (run.exit !== 0) throw new Error(`wardis tls ${argv.join(' ')}: ${tellRun(run)}`);
  }
}

function describePolicy(topology: Topology, tls: TopologyTls, folder: string): string {
  const { product, version } = topology.server;
  const seedOf = ({ address }: { readonly address: string }): string => `rediss://${address}`;
  const access = {
    auth: { user: topology.admin.user, password: { file: join(folder, 'password') } },
    tls: { ca: tls.caPath, cert: tls.clientCertPath, key: tls.clientKeyPath },
  };
  const sentinels = topology.sentinels.map(seedOf);
  return JSON.stringify({
    version: 1,
    security_level: 'standard',
    network_exposure: 'private_network',
    server: { product, version: version.split('.').slice(0, 2).join('.') },
    fleet: {
      trial: {
        seeds: topology.data.map(seedOf),
        ...access,
        ...(sentinels.length === 0 ? {} : { sentinel: { seeds: sentinels, ...access } }),
        files: { via: 'local', restart_sentinel: [topology.restartScript, '{host}:{port}'] },
      },
    },
  });
}
