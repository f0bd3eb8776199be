/**
 * Real topologies on free loopback ports, ready in a second or three: standalone, primary with replicas, three
 * Sentinels with a primary and two replicas, a Cluster of three masters and three replicas. Each is complete (links up,
 * Sentinels acquainted, slots covered) before it is handed out, and ended after the test file at the latest.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Authority } from '../../src/tls/index.ts';
import { isError, readText, startNode, type Login, type NodeRequest, type TopologyNode } from './node.ts';
import { RESTART_SCRIPT, serveRestarts, type RestartCommands } from './restart-command.ts';
import { availableServers, type Server } from './server.ts';
import type { Reply } from './talk.ts';
import { issueTopologyTls, type LeafRequest, type TlsRequest, type TopologyTls } from './topology-tls.ts';
import {
  adminOf,
  adminOfSentinel,
  appOf,
  describeDataAccess,
  describeSentinelAccess,
  isOlder,
  type Access,
  type NodeAccess,
} from './topology-users.ts';

export interface TopologyOptions {
  /** Id such as `redis-7.0`, or a server of `availableServers()`. */
  readonly server: string | Server;
  /** Default `aclfile`. */
  readonly access?: Access;
  /** More users for every data node, as lines `user NAME …`; only with named users. */
  readonly users?: readonly string[];
  /** More users for every Sentinel. */
  readonly sentinelUsers?: readonly string[];
  /** `dual` listens on both ports, `only` has no plaintext; replication, the bus and Sentinels use TLS then. */
  readonly tls?: 'none' | 'dual' | 'only';
  /** One pair for all (default), or files of its own for each node: `NAME/tls/{node.crt,node.key,ca.crt}`. */
  readonly tlsFiles?: TlsRequest['files'];
  /** Issues what the nodes and clients have; default: a new one. */
  readonly tlsAuthority?: Authority;
  /** How the leaf of a node differs; with `own` files. Links do not come up with one that is not valid. */
  readonly tlsLeaf?: (node: string) => LeafRequest;
  /** More lines for the configuration of every data node. */
  readonly conf?: readonly string[];
  /** More lines for the configuration of every Sentinel. */
  readonly sentinelConf?: readonly string[];
  /** Replicas of the one primary. Default 2. Not of Cluster, which has one for each of three masters. */
  readonly replicas?: number;
  /** Address and launcher of each node, by the order in which they are started. Default 127.0.0.1, no launcher. */
  readonly place?: (index: number) => { readonly host: string; readonly launcher: readonly string[] };
}

export interface Topology {
  readonly kind: 'standalone' | 'replicated' | 'sentinel' | 'cluster';
  readonly server: Server;
  readonly access: Access;
  /** Every node: primaries first, then replicas, then Sentinels. */
  readonly nodes: readonly TopologyNode[];
  /** Nodes that hold data. */
  readonly data: readonly TopologyNode[];
  readonly sentinels: readonly TopologyNode[];
  /** Who administers data nodes. */
  readonly admin: Login;
  /** Who an application is at the start. */
  readonly app: Login;
  /** The name that Sentinels know the primary by. */
  readonly primaryName: string;
  readonly folder: string;
  /** Program that restarts the node whose name, `host:port` or port it is given; see `restartScript` of a node. */
  readonly restartScript: string;
  readonly tls?: TopologyTls;
  /** The node of that name, such as `primary`, `replica-1`, `sentinel-3`, `master-2`. */
  readonly node: (name: string) => TopologyNode;
  /** Data nodes that say they are primary now. */
  readonly findPrimaries: () => Promise<readonly TopologyNode[]>;
  /** Waits until links are up, Sentinels agree and slots are covered, as after the start. */
  readonly settle: (timeoutMs?: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const PRIMARY_NAME = 'main';
const SENTINELS = 3;
const MASTERS = 3;
const SLOTS = 16_384;
const SETTLE_TIMEOUT_MS = 20_000;
const POLL_MS = 40;
const DOWN_AFTER_MS = 1500;
const FAILOVER_TIMEOUT_MS = 6000;
/** So low that the bus, 10,000 above, stays clear of the ports that the system gives to clients. */
const FIRST_PORT = 20_000;
const PORTS = 2700;
const PORT_TRIES_MAX = 200;
const START_TRIES_MAX = 3;

const topologies = new Set<{ readonly stop: () => Promise<void> }>();
const folders = new Set<string>();
const reserved = new Set<number>();

process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** One server. */
export function startStandalone(options: TopologyOptions): Promise<Topology> {
  return startReplicated({ ...options, replicas: 0 }, 'standalone');
}

/** One primary, `primary`, and its replicas, `replica-1` …, with their links up. */
export function startReplicated(
  options: TopologyOptions,
  kind: 'replicated' | 'standalone' = 'replicated',
): Promise<Topology> {
  return startTopology(kind, options, (site) => startDataNodes(site));
}

/** Three Sentinels, `sentinel-1` …, that know one another, over a primary and two replicas. */
export function startSentinelFleet(options: TopologyOptions): Promise<Topology> {
  return startTopology('sentinel', options, async (site) => {
    const data = await startDataNodes(site);
    return [...data, ...(await startSentinels(site, data))];
  });
}

/** `master-1` to `master-3`, each with `replica-1` to `replica-3` of the same number, all slots covered. */
export function startCluster(options: TopologyOptions): Promise<Topology> {
  return startTopology('cluster', options, async (site) => {
    const nodes = await Promise.all(
      nameNodes('cluster', options).map((name, index) =>
        startDataNode(site, name, index, [
          'cluster-enabled yes',
          'cluster-node-timeout 2000',
          ...site.busTls,
        ]),
      ),
    );
    await formCluster(nodes);
    return nodes;
  });
}

/** Ends every topology that still runs. */
export async function stopTopologies(): Promise<void> {
  await Promise.all([...topologies].map((topology) => topology.stop()));
}

/** Asks until the answer is yes; throws with `what` when time is up. A question that throws is a no. */
export async function waitUntil(
  what: string,
  question: () => Promise<boolean>,
  timeoutMs = SETTLE_TIMEOUT_MS,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last = '';
  while (Date.now() < deadline) {
    try {
      if (await question()) return;
    } catch (error) {
      last = error instanceof Error ? ` (${error.message})` : '';
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}${last}`);
}

/** The lines of INFO as a map. */
export async function readInfo(node: TopologyNode, section: string): Promise<ReadonlyMap<string, string>> {
  const text = readText(await node.command('INFO', section));
  return new Map(
    text.split('\r\n').flatMap((line) => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    }),
  );
}

/** What the starting of one topology shares. */
interface Site {
  readonly options: TopologyOptions;
  readonly server: Server;
  readonly access: Access;
  readonly folder: string;
  readonly tls: TopologyTls | undefined;
  readonly busTls: readonly string[];
  readonly started: TopologyNode[];
  readonly place: (index: number) => { readonly host: string; readonly launcher: readonly string[] };
}

async function startTopology(
  kind: Topology['kind'],
  options: TopologyOptions,
  start: (site: Site) => Promise<readonly TopologyNode[]>,
): Promise<Topology> {
  for (let tries = 1; ; tries += 1) {
    const site = await prepareSite(kind, options);
    let restarts: RestartCommands | undefined;
    const stop = async (): Promise<void> => {
      topologies.delete(handle);
      restarts?.close();
      await Promise.all(site.started.map((node) => node.kill()));
      for (const node of site.started)
        for (const port of [node.port, node.tlsPort ?? 0]) reserved.delete(port);
      rmSync(site.folder, { recursive: true, force: true });
      folders.delete(site.folder);
    };
    const handle = { stop };
    topologies.add(handle);
    try {
      const nodes = await start(site);
      restarts = serveRestarts(site.folder, nodes);
      const topology = describeTopology(kind, site, nodes, stop);
      await topology.settle();
      return topology;
    } catch (error) {
      await stop();
      const taken = error instanceof Error && error.message.includes('Address already in use');
      if (!taken || tries >= START_TRIES_MAX) throw error;
    }
  }
}

async function prepareSite(kind: Topology['kind'], options: TopologyOptions): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), `wardis-${kind}-`));
  folders.add(folder);
  const place = options.place ?? (() => ({ host: '127.0.0.1', launcher: [] }));
  const hosts = Array.from({ length: 6 }, (_, index) => place(index).host);
  const wantsTls = (options.tls ?? 'none') !== 'none';
  const tls: TlsRequest = {
    files: options.tlsFiles ?? 'shared',
    addresses: [...new Set(hosts)],
    nodes: nameNodes(kind, options),
    ...(options.tlsAuthority === undefined ? {} : { authority: options.tlsAuthority }),
    ...(options.tlsLeaf === undefined ? {} : { leaf: options.tlsLeaf }),
  };
  return {
    options,
    server: typeof options.server === 'string' ? findServer(options.server) : options.server,
    access: options.access ?? 'aclfile',
    folder,
    tls: wantsTls ? await issueTopologyTls(folder, tls) : undefined,
    busTls: wantsTls ? ['tls-cluster yes'] : [],
    started: [],
    place,
  };
}

function nameNodes(kind: Topology['kind'], { replicas = 2 }: TopologyOptions): readonly string[] {
  const number = (what: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${what}-${index + 1}`);
  if (kind === 'cluster') return [...number('master', MASTERS), ...number('replica', MASTERS)];
  const sentinels = kind === 'sentinel' ? SENTINELS : 0;
  return ['primary', ...number('replica', replicas), ...number('sentinel', sentinels)];
}

function describeTopology(
  kind: Topology['kind'],
  site: Site,
  nodes: readonly TopologyNode[],
  stop: () => Promise<void>,
): Topology {
  const data = nodes.filter((node) => node.kind === 'data');
  const sentinels = nodes.filter((node) => node.kind === 'sentinel');
  const settle = async (timeoutMs = SETTLE_TIMEOUT_MS): Promise<void> => {
    if (kind === 'cluster') {
      await Promise.all(
        data.map((node) =>
          waitUntil(`${node.name} is in the cluster`, () => isInCluster(node, data.length), timeoutMs),
        ),
      );
    }
    await Promise.all(
      data.map((node) =>
        waitUntil(`${node.name} has its links`, () => isLinked(node, kind, data.length), timeoutMs),
      ),
    );
    await Promise.all(
      sentinels.map((node) =>
        waitUntil(`${node.name} knows everyone`, () => isAcquainted(node, data.length - 1), timeoutMs),
      ),
    );
  };
  return {
    kind,
    server: site.server,
    access: site.access,
    nodes,
    data,
    sentinels,
    admin: adminOf(site.access),
    app: appOf(site.access),
    primaryName: PRIMARY_NAME,
    folder: site.folder,
    restartScript: join(site.folder, RESTART_SCRIPT),
    ...(site.tls === undefined ? {} : { tls: site.tls }),
    node: (name) => {
      const found = nodes.find((node) => node.name === name);
      if (found === undefined)
        throw new Error(`no node ${name} among ${nodes.map((node) => node.name).join(' ')}`);
      return found;
    },
    findPrimaries: async () => {
      const roles = await Promise.all(data.map((node) => readRole(node)));
      return data.filter((_, index) => roles[index] === 'master');
    },
    settle,
    stop,
  };
}

async function startDataNodes(site: Site): Promise<readonly TopologyNode[]> {
  const replicas = site.options.replicas ?? 2;
  const primary = await startDataNode(site, 'primary', 0, []);
  const { host } = primary;
  const port = site.tls === undefined ? primary.port : primary.tlsPort;
  const others = Array.from({ length: replicas }, (_, index) =>
    startDataNode(site, `replica-${index + 1}`, index + 1, [`replicaof ${host} ${port}`]),
  );
  return [primary, ...(await Promise.all(others))];
}

async function startDataNode(
  site: Site,
  name: string,
  index: number,
  conf: readonly string[],
): Promise<TopologyNode> {
  const { options, server, access } = site;
  return launchNode(site, name, index, 'data', describeDataAccess(server, access, options.users ?? []), [
    'save ""',
    'repl-diskless-sync yes',
    'repl-diskless-sync-delay 0',
    'repl-ping-replica-period 1',
    'protected-mode no',
    ...conf,
    ...(options.conf ?? []),
  ]);
}

/** They are told of one another from the start: greetings by themselves take seconds. */
async function startSentinels(site: Site, data: readonly TopologyNode[]): Promise<readonly TopologyNode[]> {
  const { options, server, access } = site;
  const ports = await Promise.all(Array.from({ length: SENTINELS }, () => reservePorts(site)));
  const ids = ports.map(() => randomBytes(20).toString('hex'));
  const speak = ({ port, tlsPort }: { readonly port: number; readonly tlsPort?: number }): number =>
    site.tls === undefined ? port : (tlsPort ?? 0);
  const [primary, ...replicas] = data;
  const settings = describeSentinelAccess(server, access, PRIMARY_NAME, options.sentinelUsers ?? []);
  return Promise.all(
    ports.map((own, index) => {
      const others = ports.flatMap((port, other) => {
        const { host } = site.place(data.length + other);
        return other === index
          ? []
          : [`sentinel known-sentinel ${PRIMARY_NAME} ${host} ${speak(port)} ${ids[other]}`];
      });
      const lines = [
        `sentinel myid ${ids[index]}`,
        `sentinel monitor ${PRIMARY_NAME} ${primary?.host} ${primary ? speak(primary) : 0} 2`,
        `sentinel down-after-milliseconds ${PRIMARY_NAME} ${DOWN_AFTER_MS}`,
        `sentinel failover-timeout ${PRIMARY_NAME} ${FAILOVER_TIMEOUT_MS}`,
        `sentinel parallel-syncs ${PRIMARY_NAME} 2`,
        ...replicas.map((node) => `sentinel known-replica ${PRIMARY_NAME} ${node.host} ${speak(node)}`),
        ...others,
        'protected-mode no',
        ...(options.sentinelConf ?? []),
      ];
      return launchNode(site, `sentinel-${index + 1}`, data.length + index, 'sentinel', settings, lines, own);
    }),
  );
}

async function launchNode(
  site: Site,
  name: string,
  index: number,
  kind: 'data' | 'sentinel',
  { conf: accessConf, aclfile }: NodeAccess,
  conf: readonly string[],
  ports?: Ports,
): Promise<TopologyNode> {
  const { port, tlsPort } = ports ?? (await reservePorts(site));
  const { host, launcher } = site.place(index);
  const { tls } = site;
  const tlsLines = tlsPort === undefined ? [] : [`tls-port ${tlsPort}`, ...(tls?.confOf(name) ?? [])];
  const request: NodeRequest = {
    name,
    kind,
    server: site.server,
    parent: site.folder,
    host,
    port,
    ...(tlsPort === undefined ? {} : { tlsPort }),
    ...(tls === undefined ? {} : { tls: () => ({ ...tls.client, rejectUnauthorized: false }) }),
    conf: [`port ${port}`, `bind ${host}`, 'daemonize no', ...tlsLines, ...conf, ...accessConf],
    ...(aclfile === undefined ? {} : { aclfile }),
    admin: kind === 'sentinel' ? adminOfSentinel(site.server, site.access) : adminOf(site.access),
    launcher,
  };
  const node = await startNode(request);
  site.started.push(node);
  return node;
}

async function formCluster(nodes: readonly TopologyNode[]): Promise<void> {
  const masters = nodes.slice(0, MASTERS);
  await Promise.all(
    nodes.map((node, index) => expectOk(node, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))),
  );
  await Promise.all(
    masters.map((node, index) => {
      const first = Math.ceil((index * SLOTS) / MASTERS);
      const last = Math.ceil(((index + 1) * SLOTS) / MASTERS) - 1;
      if (!isOlder(node.server, 7, 0))
        return expectOk(node, 'CLUSTER', 'ADDSLOTSRANGE', String(first), String(last));
      const slots = Array.from({ length: last - first + 1 }, (_, slot) => String(first + slot));
      return expectOk(node, 'CLUSTER', 'ADDSLOTS', ...slots);
    }),
  );
  // Everyone is introduced to everyone: gossip alone would take seconds more.
  for (const [index, node] of nodes.entries()) {
    for (const other of nodes.slice(index + 1)) {
      // The bus is 10,000 above the port that it speaks on, the TLS port where there is one.
      const port = other.tlsPort ?? other.port;
      await expectOk(node, 'CLUSTER', 'MEET', other.host, String(port));
    }
  }
  await Promise.all(
    nodes.map((node) => waitUntil(`${node.name} knows all nodes`, () => knowsAll(node, nodes.length))),
  );
  const ids = await Promise.all(masters.map((node) => node.command('CLUSTER', 'MYID')));
  await Promise.all(
    nodes.slice(MASTERS).map((node, index) => expectOk(node, 'CLUSTER', 'REPLICATE', readText(ids[index]))),
  );
}

async function knowsAll(node: TopologyNode, count: number): Promise<boolean> {
  const lines = readText(await node.command('CLUSTER', 'NODES'))
    .trim()
    .split('\n');
  return lines.length === count && !/handshake|noaddr|\?/.test(lines.join('\n'));
}

async function isInCluster(node: TopologyNode, count: number): Promise<boolean> {
  const info = readText(await node.command('CLUSTER', 'INFO'));
  const text = readText(await node.command('CLUSTER', 'NODES'));
  const replicas = text.match(/\bslave\b/g)?.length ?? 0;
  return (
    info.includes('cluster_state:ok') &&
    info.includes(`cluster_slots_ok:${SLOTS}`) &&
    (await knowsAll(node, count)) &&
    replicas === count - MASTERS &&
    !/fail|disconnected/.test(text)
  );
}

async function isLinked(node: TopologyNode, kind: Topology['kind'], count: number): Promise<boolean> {
  const info = await readInfo(node, 'replication');
  if (info.get('role') === 'slave') return info.get('master_link_status') === 'up';
  const replicas = kind === 'cluster' ? 1 : count - 1;
  const online = [...info].filter(
    ([name, value]) => /^slave\d+$/.test(name) && value.includes('state=online'),
  );
  return online.length >= replicas;
}

async function isAcquainted(node: TopologyNode, replicas: number): Promise<boolean> {
  const quorum = await node.command('SENTINEL', 'CKQUORUM', PRIMARY_NAME);
  if (isError(quorum) || !readText(quorum).includes(`OK ${SENTINELS} usable`)) return false;
  const state = readPairs(await node.command('SENTINEL', 'MASTER', PRIMARY_NAME));
  const known = await readFlags(node, 'REPLICAS');
  const others = await readFlags(node, 'SENTINELS');
  return (
    state.get('flags') === 'master' &&
    state.get('num-other-sentinels') === String(SENTINELS - 1) &&
    known.length === replicas &&
    known.every((flag) => flag === 'slave') &&
    others.every((flag) => flag === 'sentinel')
  );
}

/** What a Sentinel thinks of others; a bare word means that all is well. */
async function readFlags(
  node: TopologyNode,
  whom: 'REPLICAS' | 'SENTINELS',
): Promise<readonly (string | undefined)[]> {
  const reply = await node.command('SENTINEL', whom, PRIMARY_NAME);
  if (!Array.isArray(reply)) return [];
  return (reply as readonly Reply[]).map((one) => readPairs(one).get('flags'));
}

async function readRole(node: TopologyNode): Promise<string> {
  if (!node.isRunning()) return 'gone';
  try {
    return (await readInfo(node, 'replication')).get('role') ?? 'unknown';
  } catch {
    return 'unreachable';
  }
}

/** A flat list of names and values. */
function readPairs(reply: Reply): ReadonlyMap<string, string> {
  const list = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
  const pairs = new Map<string, string>();
  for (let i = 0; i + 1 < list.length; i += 2) pairs.set(readText(list[i]), readText(list[i + 1]));
  return pairs;
}

async function expectOk(node: TopologyNode, ...argv: readonly string[]): Promise<void> {
  const reply = await node.command(...argv);
  if (isError(reply)) throw new Error(`${node.name}: ${argv.slice(0, 2).join(' ')}: ${reply.error}`);
}

function findServer(id: string): Server {
  const server = availableServers().find((candidate) => candidate.id === id);
  if (!server) throw new Error(`${id} is not on this machine: run npm run servers`);
  return server;
}

interface Ports {
  readonly port: number;
  readonly tlsPort?: number;
}

async function reservePorts({ options }: Site): Promise<Ports> {
  const tls = options.tls ?? 'none';
  if (tls === 'none') return { port: await reservePort() };
  return { port: tls === 'only' ? 0 : await reservePort(), tlsPort: await reservePort() };
}

/** Free, its bus port as well, and promised to nobody else of this process. */
async function reservePort(): Promise<number> {
  for (let i = 0; i < PORT_TRIES_MAX; i += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (reserved.has(port)) continue;
    reserved.add(port);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
    reserved.delete(port);
  }
  throw new Error('found no free port');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
