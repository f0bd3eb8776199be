/**
 * Connections that must last, by the servers' own account: named clients, replicas and primaries by id in CLIENT LIST,
 * links of the Cluster bus by the time when they came up. What a client library hides shows here.
 */
import { isError, readText, type TopologyNode } from './node.ts';
import type { Reply } from './talk.ts';
import { isOlder } from './topology-users.ts';
import { readInfo, type Topology } from './topology.ts';

/** By name of the data node: what each connection is called here. */
export type Connections = ReadonlyMap<string, ReadonlySet<string>>;

/** What there is now: clients of those names, replication, the bus. Nodes that do not run have none. */
export async function readConnections(
  { data, kind }: Topology,
  names: readonly string[],
): Promise<Connections> {
  const found = await Promise.all(
    data.map(async (node) => {
      if (!node.isRunning()) return new Set<string>();
      const clients = await readClients(node, names);
      return new Set([...clients, ...(kind === 'cluster' ? await readLinks(node) : [])]);
    }),
  );
  return new Map(data.map((node, index) => [node.name, found[index] ?? new Set()]));
}

/** Those of before that are there no more, such as `replica-1: client 12 (load)`. */
export function findLost(before: Connections, now: Connections): readonly string[] {
  return [...before].flatMap(([node, connections]) =>
    [...connections].filter((one) => now.get(node)?.has(one) !== true).map((one) => `${node}: ${one}`),
  );
}

/** Connections that the data nodes took since they started. */
export async function countConnections({ data }: Topology): Promise<number> {
  const counts = await Promise.all(
    data.map(async (node) => Number((await readInfo(node, 'stats')).get('total_connections_received'))),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function readClients(node: TopologyNode, names: readonly string[]): Promise<readonly string[]> {
  const lines = readText(await node.command('CLIENT', 'LIST'))
    .trim()
    .split('\n');
  return lines.flatMap((line) => {
    const fields = new Map(
      line.split(' ').map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
    );
    const flags = fields.get('flags') ?? '';
    if (/[SM]/.test(flags)) return [`replication ${fields.get('id')}`];
    const name = fields.get('name') ?? '';
    return names.includes(name) ? [`client ${fields.get('id')} (${name})`] : [];
  });
}

/** CLUSTER LINKS came with 7.0. */
async function readLinks(node: TopologyNode): Promise<readonly string[]> {
  if (isOlder(node.server, 7, 0)) return [];
  const reply = await node.command('CLUSTER', 'LINKS');
  if (isError(reply)) throw new Error(`${node.name}: ${reply.error}`);
  return (Array.isArray(reply) ? (reply as readonly Reply[]) : []).map((link) => {
    const words = Array.isArray(link) ? link.map(String) : [];
    const read = (field: string): string => words[words.indexOf(field) + 1] ?? '';
    return `bus ${read('direction')} ${read('node')} since ${read('create-time')}`;
  });
}
