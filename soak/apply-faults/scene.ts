/**
 * A fleet in its old state, the policy that leads to the new one, and a proxy before every node through which the tool
 * reaches it. What old and new are is learnt from the servers themselves: before, and after one apply without a fault.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseAclFile, tableFor, type User } from '../../src/acl/index.ts';
import { startFaultProxy, type FaultProxy } from '../../test/servers/fault-proxy.ts';
import type { SplitNetwork } from '../../test/servers/fault-network.ts';
import { runTool, type ToolOptions, type ToolRun } from '../../test/servers/fault-tool.ts';
import { isError, type Login, type TopologyNode } from '../../test/servers/node.ts';
import {
  startCluster,
  startReplicated,
  startSentinelFleet,
  startStandalone,
  waitUntil,
  type Topology,
} from '../../test/servers/topology.ts';
import { formatUser, TOPOLOGY_LOGINS, type Access } from '../../test/servers/topology-users.ts';

export type SceneKind = Topology['kind'];

export interface SceneOptions {
  readonly server: string;
  readonly kind: SceneKind;
  readonly access: Extract<Access, 'aclfile' | 'conf'>;
  /** Path of the built program. */
  readonly main: string;
  /** The first node in one half, the others in the other half; then the tool runs in the first, without proxies. */
  readonly network?: SplitNetwork | 'impossible';
}

/** Users of one node, by name. */
export type NodeUsers = ReadonlyMap<string, User>;

export interface Scene {
  readonly options: SceneOptions;
  readonly topology: Topology;
  /** By name of the node; none where the network is split. */
  readonly proxies: ReadonlyMap<string, FaultProxy>;
  readonly stateFolder: string;
  /** What reports call a node: the address that the tool dials. */
  readonly idOf: (node: TopologyNode) => string;
  readonly old: ReadonlyMap<string, NodeUsers>;
  readonly wanted: ReadonlyMap<string, NodeUsers>;
  /** Journal writes and synchronized files of an apply without a fault, and the commands that went to each node. */
  readonly clean: {
    readonly writes: number;
    readonly files: number;
    readonly commands: ReadonlyMap<string, readonly string[]>;
  };
  /** Brings every node back to the old state, on disk as well. */
  readonly reset: () => Promise<void>;
  readonly tool: (argv: readonly string[], more?: Partial<ToolOptions>) => Promise<ToolRun>;
  readonly stop: () => Promise<void>;
}

/** The user that the tool logs in as. */
export const OPERATOR: Required<Login> = { user: 'wardis', password: 'operator-secret-1' };
/** Not declared and not owned: whatever happens it stays. */
export const STRANGER: Required<Login> = { user: 'stranger', password: 'stranger-secret-1' };

const OWNED = 'app-';
export const POLICY_OLD = 'noeviction';
export const POLICY_NEW = 'allkeys-lru';
const SECRET_OLD = 'app-secret-old';
const SECRET_NEW = 'app-secret-new';
/** What must never be printed or stand in a journal. */
export const SECRETS = [
  SECRET_OLD,
  SECRET_NEW,
  OPERATOR.password,
  STRANGER.password,
  ...Object.values(TOPOLOGY_LOGINS).map(({ password }) => password),
];

/** Users that the policy changes, each in its own way, as they are before. */
const OLD_USERS: readonly (readonly [string, string])[] = [
  ['app-widen', '~w:* resetchannels -@all +get'],
  ['app-narrow', '~n:* ~more:* resetchannels -@all +get +set +del'],
  ['app-both', '~b:* resetchannels -@all +get +set'],
  ['app-secret', '~s:* resetchannels -@all +get'],
  ['app-gone', '~g:* resetchannels -@all +get'],
];

const NEW_USERS: readonly (readonly [string, readonly string[], string])[] = [
  ['app-added', ['a:*'], '[-@all, +get, +set]'],
  ['app-widen', ['w:*'], '[-@all, +get, +set, +del]'],
  ['app-narrow', ['n:*'], '[-@all, +get]'],
  ['app-both', ['b:*'], '[-@all, +get, +del]'],
  ['app-secret', ['s:*'], '[-@all, +get]'],
];

/** Starts the fleet, and applies the policy once without a fault to learn what comes of it. */
export async function openScene(options: SceneOptions): Promise<Scene> {
  if (options.network === 'impossible') throw new Error('no rights to split the network');
  const topology = await startFleet(options);
  const proxies = await startProxies(topology, options);
  const stop = async (): Promise<void> => {
    for (const proxy of proxies.values()) await proxy.stop();
    await topology.stop();
  };
  try {
    const idOf = (node: TopologyNode): string => proxies.get(node.name)?.address ?? node.address;
    const folder = join(topology.folder, 'operator');
    const stateFolder = join(folder, 'state');
    const tool = prepareTool(options, folder, stateFolder, describePolicy(topology, idOf, folder));
    const lines = await onEach(topology, readLines);
    const reset = async (): Promise<void> => {
      for (const proxy of proxies.values()) proxy.disarm();
      rmSync(stateFolder, { recursive: true, force: true });
      await Promise.all(topology.nodes.map((node) => restoreUsers(node, lines.get(node.name) ?? [])));
    };
    // Once, because SETUSER leaves a flag that a file does not set.
    await reset();
    const old = await onEach(topology, readUsers);
    const { exit, out, err, counted } = await tool(['apply', '--yes', '--json']);
    if (exit !== 0) throw new Error(`an apply without a fault ended with ${exit}:\n${out}\n${err}`);
    const commands = new Map([...proxies].map(([name, proxy]) => [name, [...proxy.commands]]));
    const wanted = await onEach(topology, readUsers);
    await reset();
    const clean = { writes: 0, files: 0, ...counted, commands };
    return { options, topology, proxies, stateFolder, idOf, old, wanted, clean, reset, tool, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The users of a node as they are now. */
export async function readUsers(node: TopologyNode): Promise<NodeUsers> {
  return parseLines(node, await readLines(node));
}

/** Users as the file on disk has them; a server without an ACL file keeps them as lines of its configuration. */
export function readKeptUsers(node: TopologyNode): NodeUsers {
  const text = readFileSync(node.aclfilePath ?? node.confPath, 'utf8');
  return parseLines(
    node,
    text.split('\n').filter((line) => line.startsWith('user ')),
  );
}

function startFleet({ server, kind, access, network }: SceneOptions): Promise<Topology> {
  const split = typeof network === 'object' ? network : undefined;
  const users = [
    formatUser(OPERATOR, '~* &* +@all'),
    formatUser(STRANGER, '~x resetchannels -@all +get'),
    ...OLD_USERS.map(([user, rules]) => formatUser({ user, password: SECRET_OLD }, rules)),
  ];
  const options = {
    server,
    access,
    users,
    sentinelUsers: [
      formatUser(OPERATOR, '~* &* +@all'),
      formatUser(STRANGER, '~x resetchannels -@all +ping'),
    ],
    conf: [
      'repl-timeout 3',
      'protected-mode yes',
      'cluster-node-timeout 15000',
      `maxmemory-policy ${POLICY_OLD}`,
    ],
    // Only failovers that are asked for.
    sentinelConf: ['sentinel down-after-milliseconds main 30000'],
    ...(split === undefined ? {} : { place: (index: number) => split.half(index === 0 ? 'a' : 'b') }),
  };
  switch (kind) {
    case 'standalone':
      return startStandalone(options);
    case 'replicated':
      return startReplicated(options);
    case 'sentinel':
      return startSentinelFleet(options);
    case 'cluster':
      return startCluster(options);
  }
}

async function startProxies(
  topology: Topology,
  { network }: SceneOptions,
): Promise<ReadonlyMap<string, FaultProxy>> {
  const proxies = new Map<string, FaultProxy>();
  if (network !== undefined) return proxies;
  for (const node of topology.nodes) {
    proxies.set(node.name, await startFaultProxy({ host: node.host, port: node.port }));
  }
  return proxies;
}

/** Writes what the operator has, and gives a way to run the tool there. */
function prepareTool(
  { main, network }: SceneOptions,
  folder: string,
  stateFolder: string,
  policyText: string,
): Scene['tool'] {
  mkdirSync(folder, { mode: 0o700 });
  const policy = join(folder, 'wardis.yaml');
  writeSecrets(folder);
  writeFileSync(policy, policyText);
  const timeouts = ['--connect-timeout', '1', '--command-timeout', '1'];
  return (argv, more = {}) =>
    runTool({
      main,
      argv: [...argv, '--policy', policy, '--state', stateFolder, ...timeouts],
      cwd: folder,
      ...(typeof network === 'object' ? { launcher: network.half('a').launcher } : {}),
      ...more,
    });
}

async function onEach<T>(
  { nodes }: Topology,
  ask: (node: TopologyNode) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  const answers = await Promise.all(nodes.map(ask));
  return new Map(nodes.flatMap(({ name }, at) => (answers[at] === undefined ? [] : [[name, answers[at]]])));
}

function writeSecrets(folder: string): void {
  const secrets = join(folder, 'secrets');
  mkdirSync(secrets, { mode: 0o700 });
  const { admin, replication, sentinel } = TOPOLOGY_LOGINS;
  const passwords = [
    OPERATOR,
    admin,
    replication,
    sentinel,
    ...NEW_USERS.map(([user]) => ({
      user,
      password: ['app-added', 'app-secret'].includes(user) ? SECRET_NEW : SECRET_OLD,
    })),
  ];
  for (const { user, password } of passwords)
    writeFileSync(join(secrets, user), `${password}\n`, { mode: 0o600 });
}

function describePolicy(topology: Topology, idOf: (node: TopologyNode) => string, folder: string): string {
  const { admin, replication, sentinel } = TOPOLOGY_LOGINS;
  const password = `{ file: ${join(folder, 'secrets', OPERATOR.user)} }`;
  const addresses = topology.nodes
    .filter((node) => idOf(node) !== node.address)
    .map((node) => `      '${node.address}': '${idOf(node)}'`);
  const [product = 'redis'] = topology.server.id.split('-');
  return [
    'version: 1',
    'security_level: basic',
    'network_exposure: localhost',
    `server: { product: ${product}, version: '${topology.server.version}' }`,
    `settings: { maxmemory_policy: ${POLICY_NEW} }`,
    'fleet:',
    '  trial:',
    `    seeds: [${topology.data.map((node) => `'${idOf(node)}'`).join(', ')}]`,
    `    auth: { user: ${OPERATOR.user}, password: ${password} }`,
    ...(topology.sentinels.length === 0
      ? []
      : [
          '    sentinel:',
          `      seeds: [${topology.sentinels.map((node) => `'${idOf(node)}'`).join(', ')}]`,
          `      auth: { user: ${OPERATOR.user}, password: ${password} }`,
        ]),
    ...(addresses.length === 0 ? [] : ['    addresses:', ...addresses]),
    `    ownership: 'prefix:${OWNED}'`,
    'users:',
    `  - { name: ${OPERATOR.user}, role: admin }`,
    `  - { name: ${admin.user}, role: admin }`,
    `  - { name: ${replication.user}, role: replication }`,
    `  - { name: ${sentinel.user}, role: sentinel }`,
    ...NEW_USERS.map(
      ([name, keys, commands]) =>
        `  - { name: ${name}, role: custom, keys: [${keys.map((key) => `'${key}'`).join(', ')}], commands: ${commands} }`,
    ),
    '',
  ].join('\n');
}

async function readLines(node: TopologyNode): Promise<readonly string[]> {
  const reply = await node.command('ACL', 'LIST');
  if (!Array.isArray(reply)) throw new Error(`${node.name}: ACL LIST: ${JSON.stringify(reply)}`);
  return reply.map(String);
}

function parseLines(node: TopologyNode, lines: readonly string[]): NodeUsers {
  const { product, version } = node.server;
  const { users } = parseAclFile(lines.join('\n'), tableFor({ product, version }));
  return new Map(
    users.filter(({ line }) => line !== undefined).map(({ user }): [string, User] => [user.name, user]),
  );
}

/** As SETUSER: a file would be read by ACL LOAD, which ends sessions on some versions. */
async function restoreUsers(node: TopologyNode, lines: readonly string[]): Promise<void> {
  await waitUntil(`${node.name} answers`, async () => (await node.command('PING')) === 'PONG');
  const names = new Set<string>();
  for (const line of lines) {
    const [, name = '', ...tokens] = line.split(' ');
    names.add(name);
    const reply = await node.command('ACL', 'SETUSER', name, 'reset', ...tokens);
    if (isError(reply)) throw new Error(`${node.name}: ${name}: ${reply.error}`);
  }
  for (const name of (await readUsers(node)).keys()) {
    if (!names.has(name)) await node.command('ACL', 'DELUSER', name);
  }
  for (const command of saveCommands(node)) {
    const reply = await node.command(...command);
    if (isError(reply)) throw new Error(`${node.name}: ${command.join(' ')}: ${reply.error}`);
  }
}

function saveCommands(node: TopologyNode): readonly (readonly string[])[] {
  const users = node.aclfilePath === undefined ? [] : [['ACL', 'SAVE']];
  return node.kind === 'sentinel'
    ? [...users, ['SENTINEL', 'FLUSHCONFIG']]
    : [...users, ['CONFIG', 'SET', 'maxmemory-policy', POLICY_OLD], ['CONFIG', 'REWRITE']];
}
