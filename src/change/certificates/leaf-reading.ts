/** Reading what the rotation of certificates must know of each node: its settings, a handshake on every port, its files. */

import { posix } from 'node:path';
import { parseConf, secret, type ServerVersion } from '../../conf/index.ts';
import {
  CONCURRENCY_DEFAULT,
  FleetError,
  forEachAtOnce,
  isReplyError,
  type Connection,
  type FleetNode,
  type Reply,
  type TlsPort,
} from '../../fleet/index.ts';
import { readServed } from '../../tls/index.ts';
import type { HostAccess } from '../host/host-access.ts';
import { askReloadDenied } from '../step/reload-permission.ts';
import { HostError } from '../host/host-error.ts';
import type { LeafFile, LeafPort, LeafSight } from './leaf-sight.ts';
import { toldHosts, type Address, type Hearing } from './leaf-told.ts';

/** The outside world of a reading. */
export interface LeafReadingPorts {
  /** Logged in as ourselves; throws a `FleetError`. */
  readonly connect: (node: FleetNode) => Promise<Connection>;
  /** Files of the node's host; undefined where no way to them is known. */
  readonly host: (node: FleetNode) => HostAccess | undefined;
  /** `host:port` that nodes announce, to where they are reached from here. */
  readonly addresses?: ReadonlyMap<string, string>;
  /** Nodes at a time. Default 16. */
  readonly concurrency?: number;
  readonly handshakeMs?: number;
}

/** What was read, and which nodes could not be. In the order of the nodes. */
export interface LeafReading {
  readonly sights: readonly LeafSight[];
  /** `plaintext`: it speaks no TLS; `away`: it could not be asked; `unreadable`: it could, and does not tell enough. */
  readonly left: readonly {
    readonly node: Pick<FleetNode, 'id' | 'role'>;
    readonly kind: 'plaintext' | 'away' | 'unreadable';
    readonly why: string;
    readonly next?: string;
  }[];
}

/** Changes nothing. Throws only for faults of our own. */
export async function readLeafSights(
  nodes: readonly FleetNode[],
  ports: LeafReadingPorts,
): Promise<LeafReading> {
  const words = new Map<string, NodeWords | LeafReading['left'][number]>();
  await forEachAtOnce(nodes, ports.concurrency ?? CONCURRENCY_DEFAULT, async (node) => {
    words.set(node.id, await askNode(node, ports));
  });
  const found = nodes.flatMap(({ id }) => words.get(id) ?? []);
  const heard = found.flatMap((each) => ('hearing' in each ? [each] : []));
  const sights: LeafSight[] = heard.flatMap(({ sight, hearing }) => {
    const told = toldHosts(
      hearing.node,
      heard.map((each) => each.hearing),
      ports.addresses,
    );
    return sight === undefined ? [] : [{ ...sight, told }];
  });
  const left = found.flatMap((each) => {
    if (!('hearing' in each)) return [each];
    if (each.sight !== undefined) return [];
    return [{ node: each.hearing.node, kind: 'plaintext' as const, why: 'it speaks no TLS' }];
  });
  return { sights, left };
}

/** `blind`: why it is not tried. */
type ListeningPort = TlsPort & { readonly blind?: string };

interface NodeWords {
  readonly hearing: Hearing;
  readonly sight: Omit<LeafSight, 'told'> | undefined;
}

async function askNode(
  node: FleetNode,
  ports: LeafReadingPorts,
): Promise<NodeWords | LeafReading['left'][number]> {
  const { id, role, reachable } = node;
  // Whoever could not tell what it is when the fleet was found tells nothing now.
  if (role === 'unknown' && reachable instanceof FleetError) {
    return { node: { id, role }, kind: 'away', why: reachable.message };
  }
  try {
    const connection = await ports.connect(node);
    try {
      return await (role === 'sentinel' ? askSentinel : askServer)(node, connection, ports);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof FleetError) return { node: { id, role }, kind: 'away', why: error.message };
    if (!(error instanceof HostError)) throw error;
    const next = error.next === undefined ? {} : { next: error.next };
    return { node: { id, role }, kind: 'unreadable', why: error.message, ...next };
  }
}

async function askServer(
  node: FleetNode,
  connection: Connection,
  ports: LeafReadingPorts,
): Promise<NodeWords | LeafReading['left'][number]> {
  const [time, ...replies] = await connection.send([
    ['TIME'],
    ['INFO', 'server'],
    ['INFO', 'replication'],
    ['CONFIG', 'GET', 'tls-*'],
    ['CONFIG', 'GET', '*announce*'],
    ['CONFIG', 'GET', 'cluster-*'],
    ['CONFIG', 'GET', 'dir'],
    ['CLUSTER', 'NODES'],
  ]);
  const clock = readClock(time, connection);
  const [info, replication, tls, announce, cluster, dir, clusterNodes] = replies;
  const settings = new Map([tls, announce, cluster, dir].flatMap(pairsOf));
  const hearing: Hearing = {
    node,
    settings,
    replication: textOf(replication),
    clusterNodes: textOf(clusterNodes),
    groups: [],
  };
  if (isReplyError(tls)) {
    throw new FleetError('protocol', node.id, `CONFIG GET tls-* was refused: ${tls.error.slice(0, 200)}`);
  }
  const tlsPort = Number(settings.get('tls-port') ?? 0);
  if (!(tlsPort > 0))
    return node.target.transport === 'tls' ? endsBefore(node) : { hearing, sight: undefined };
  const listening = portsOf(node, settings, tlsPort);
  const denied = await askReloadDenied(connection.send);
  const sight = await lookCloser(node, readVersion(info), settings, listening, clock, ports);
  return { hearing, sight: denied === undefined ? sight : { ...sight, reloadDenied: denied } };
}

/** We came over TLS, and it has no port of TLS: something in front of it holds the certificate that we saw. */
function endsBefore({ id, role, target }: FleetNode): LeafReading['left'][number] {
  const at = target.endpoint.kind === 'tcp' ? `${target.endpoint.host}:${target.endpoint.port}` : id;
  return {
    node: { id, role },
    kind: 'unreadable',
    why: `TLS ends before it: ${at} speaks TLS, and the server itself has no port of TLS (tls-port 0)`,
    next: 'renew the certificate where TLS ends: a proxy or a load balancer in front of it',
  };
}

/** Behind a translated address its own number of the port says nothing: we reach the one that we dialled. */
function portsOf(
  node: FleetNode,
  settings: ReadonlyMap<string, string>,
  tlsPort: number,
): readonly ListeningPort[] {
  const { endpoint, transport } = node.target;
  const host = hostOf(node);
  const port = transport === 'tls' && endpoint.kind === 'tcp' ? endpoint.port : tlsPort;
  const clients: ListeningPort = { purpose: 'clients', host, port };
  if (settings.get('cluster-enabled') !== 'yes' || settings.get('tls-cluster') !== 'yes') return [clients];
  const own = Number(settings.get('cluster-port') ?? 0);
  const bus: ListeningPort = { purpose: 'bus', host, port: own > 0 ? own : tlsPort + BUS_OFFSET };
  return [clients, port === tlsPort ? bus : { ...bus, blind: 'its address is translated' }];
}

/** A Sentinel tells its TLS settings nowhere but in its file. */
async function askSentinel(
  node: FleetNode,
  connection: Connection,
  ports: LeafReadingPorts,
): Promise<NodeWords | LeafReading['left'][number]> {
  const [time, info, masters] = await connection.send([
    ['TIME'],
    ['INFO', 'server'],
    ['SENTINEL', 'MASTERS'],
  ]);
  const clock = readClock(time, connection);
  const groups: Hearing['groups'][number][] = [];
  for (const fields of listOf(masters).map(fieldsOf)) {
    const name = fields.get('name') ?? '';
    const [replicas] = await connection.send([['SENTINEL', 'REPLICAS', name]]);
    groups.push({
      name,
      primary: addressOf(fields),
      replicas: listOf(replicas).map((each) => addressOf(fieldsOf(each))),
    });
  }
  const settings = await readSentinelConf(node, textOf(info), ports);
  const hearing: Hearing = { node, settings, replication: '', clusterNodes: '', groups };
  const dialled = node.target.endpoint.kind === 'tcp' ? node.target.endpoint.port : 0;
  const ownPort = Number(settings.get('tls-port') ?? 0);
  // Its file could be read and names no port of TLS: what we reached it by is not its own.
  if (node.target.transport === 'tls' && settings.size > 0 && !(ownPort > 0)) return endsBefore(node);
  const tlsPort = node.target.transport === 'tls' ? dialled : ownPort;
  if (!(tlsPort > 0)) return { hearing, sight: undefined };
  const listening: readonly ListeningPort[] = [{ purpose: 'sentinel', host: hostOf(node), port: tlsPort }];
  return { hearing, sight: await lookCloser(node, readVersion(info), settings, listening, clock, ports) };
}

async function readSentinelConf(
  node: FleetNode,
  info: string,
  ports: LeafReadingPorts,
): Promise<ReadonlyMap<string, string>> {
  const path = /^config_file:(.+?)\r?$/m.exec(info)?.[1] ?? '';
  const host = ports.host(node);
  const file = host === undefined || host.via === 'none' || path === '' ? undefined : await host.read(path);
  if (file === undefined) return new Map();
  const settings = new Map<string, string>();
  for (const line of parseConf(file.content.reveal(), { path }).lines) {
    if (line.kind !== 'directive') continue;
    const [first = '', second = ''] = line.args;
    if (line.name === 'sentinel') settings.set(first.toLowerCase(), second);
    else settings.set(line.name, first);
  }
  return settings;
}

async function lookCloser(
  node: FleetNode,
  server: ServerVersion,
  settings: ReadonlyMap<string, string>,
  listening: readonly ListeningPort[],
  clock: number | undefined,
  ports: LeafReadingPorts,
): Promise<Omit<LeafSight, 'told'>> {
  const access = ports.host(node);
  const base = settings.get('dir') ?? '/';
  const value = (name: string): string => settings.get(name) ?? '';
  const read = (name: string): Promise<LeafFile> => readLeafFile(access, absolutePath(value(name), base));
  const certificate = await read('tls-cert-file');
  const pass = value('tls-key-file-pass');
  const dials = value('tls-replication') === 'yes' || value('tls-cluster') === 'yes';
  const client = value('tls-client-cert-file');
  const clientFile = client === value('tls-cert-file') ? '' : client;
  return {
    node: { id: node.id, role: node.role },
    server,
    ports: await Promise.all(listening.map((port) => handshake(port, ports.handshakeMs))),
    host: `${access?.via ?? 'none'} ${access?.host ?? hostOf(node)}`,
    isByHand: access === undefined || access.via === 'none',
    certificate,
    settings: { certificate: value('tls-cert-file'), key: value('tls-key-file') },
    key: value('tls-key-file') === value('tls-cert-file') ? certificate : await read('tls-key-file'),
    ...(value('tls-ca-cert-file') === '' ? {} : { trust: await read('tls-ca-cert-file') }),
    trustsFolder: value('tls-ca-cert-dir') !== '',
    ...(pass === '' ? {} : { passphrase: secret(pass) }),
    isDialling: dials && clientFile === '',
    ...(dials && clientFile !== '' ? { clientFile } : {}),
    ...(clock === undefined ? {} : { clockOffsetMs: clock }),
    autoReloadSeconds: Number(value('tls-auto-reload-interval')) || 0,
  };
}

/** Above the port that the bus belongs to. */
const BUS_OFFSET = 10_000;

async function handshake(
  { blind, ...port }: ListeningPort,
  timeoutMs: number | undefined,
): Promise<LeafPort> {
  if (blind !== undefined) return { ...port, chain: [], unseen: blind };
  const { host } = port;
  const reading = await readServed({
    host,
    port: port.port,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return reading.kind === 'served'
    ? { ...port, chain: reading.chain }
    : { ...port, chain: [], unseen: reading.errorCode };
}

async function readLeafFile(access: HostAccess | undefined, path: string): Promise<LeafFile> {
  if (path === '') return { kind: 'absent', path };
  if (access === undefined || access.via === 'none') {
    const why = 'no way to the files of this host is known';
    return { kind: 'unread', path, why, next: 'fleet.NAME.files in the policy: via ssh or local' };
  }
  try {
    const file = await access.read(path);
    return file === undefined ? { kind: 'absent', path } : { kind: 'file', path, file };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const next = error.next === undefined ? {} : { next: error.next };
    return { kind: 'unread', path, why: error.message, ...next };
  }
}

function absolutePath(path: string, base: string): string {
  return path === '' || path.startsWith('/') ? path : posix.resolve(base, path);
}

function readClock(time: Reply | undefined, connection: Connection): number | undefined {
  const [seconds, micros] = listOf(time).map(Number);
  if (seconds === undefined || micros === undefined || Number.isNaN(seconds + micros)) return undefined;
  const { sentMs, firstReplyMs } = connection.lastExchange();
  return Math.round(seconds * 1000 + micros / 1000 - (sentMs + firstReplyMs) / 2);
}

function readVersion(info: Reply | undefined): ServerVersion {
  const text = textOf(info);
  const field = (name: string): string | undefined => new RegExp(`^${name}:([0-9.]+)`, 'm').exec(text)?.[1];
  const valkey = field('valkey_version');
  if (valkey !== undefined) return { product: 'valkey', version: valkey };
  return { product: 'redis', version: field('redis_version') ?? '6.0.0' };
}

function hostOf({ target }: FleetNode): string {
  return target.endpoint.kind === 'tcp' ? target.endpoint.host : 'localhost';
}

function addressOf(fields: ReadonlyMap<string, string>): Address {
  return { host: fields.get('ip') ?? '', port: Number(fields.get('port') ?? 0) };
}

function pairsOf(reply: Reply | undefined): readonly (readonly [string, string])[] {
  return [...fieldsOf(reply)];
}

function fieldsOf(reply: Reply | undefined): ReadonlyMap<string, string> {
  const list = listOf(reply);
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < list.length; at += 2) fields.set(textOf(list[at]), textOf(list[at + 1]));
  return fields;
}

function listOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}

function textOf(reply: Reply | undefined): string {
  return typeof reply === 'string' || typeof reply === 'number' ? String(reply) : '';
}
