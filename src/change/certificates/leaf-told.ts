/**
 * Under which hosts others are sent to a node: the one that we dial, what it announces itself, and what the others hand
 * out for it. A client that checks names checks the certificate against exactly these.
 */

import type { FleetNode } from '../../fleet/index.ts';

/** One host under which others are sent to a node. */
export interface ToldHost {
  readonly host: string;
  /** `policy`: the operator wrote it; `dialled`: we reach it there ourselves; `told`: the word of a node. */
  readonly from: 'policy' | 'dialled' | 'told';
  /** `id` of the node that says so, where `from` is `told`. */
  readonly by?: string;
}

/** What nodes said of themselves and of one another. */
export interface Hearing {
  readonly node: FleetNode;
  /** By name as CONFIG GET prints them, or as the file of a Sentinel has them. */
  readonly settings: ReadonlyMap<string, string>;
  /** INFO replication; empty of a Sentinel. */
  readonly replication: string;
  /** CLUSTER NODES; empty outside of a Cluster. */
  readonly clusterNodes: string;
  /** Of a Sentinel: what it hands out, by group. */
  readonly groups: readonly {
    readonly name: string;
    readonly primary: Address;
    readonly replicas: readonly Address[];
  }[];
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

const ANNOUNCED = [
  'cluster-announce-ip',
  'cluster-announce-hostname',
  'cluster-announce-client-ipv4',
  'cluster-announce-client-ipv6',
  'replica-announce-ip',
  'slave-announce-ip',
  'announce-ip',
];

/** `addresses`: `host:port` that nodes announce, to where they are reached from here. By host, without doubles. */
export function toldHosts(
  node: FleetNode,
  hearings: readonly Hearing[],
  addresses: ReadonlyMap<string, string> = new Map(),
): readonly ToldHost[] {
  const own = hearings.find((each) => each.node.id === node.id);
  const reached = node.target.endpoint.kind === 'tcp' ? node.target.endpoint : undefined;
  const told = (host: string, by: string): ToldHost => ({ host, from: 'told', by });
  const hosts: readonly ToldHost[] = [
    ...[...addresses].flatMap(([announced, here]): readonly ToldHost[] =>
      here === node.id ? [{ host: splitAddress(announced).host, from: 'policy' }] : [],
    ),
    ...(reached === undefined ? [] : [{ host: reached.host, from: 'dialled' } as const]),
    ...ANNOUNCED.map((name) => told(own?.settings.get(name) ?? '', node.id)),
    ...clusterHosts(own?.clusterNodes ?? '').map((host) => told(host, node.id)),
    ...hearings.flatMap((hearing) => saidOf(node, hearing).map((host) => told(host, hearing.node.id))),
  ];
  // The first has the most weight.
  const found = new Map<string, ToldHost>();
  for (const each of hosts) if (each.host !== '' && !found.has(each.host)) found.set(each.host, each);
  return [...found.values()].toSorted((a, b) => (a.host < b.host ? -1 : 1));
}

/** `myself` in CLUSTER NODES: `id ip:port@bus[,hostname] myself,…`. */
function clusterHosts(text: string): readonly string[] {
  const line = text.split('\n').find((each) => /^\S+ \S+ \S*myself/.test(each));
  const [address = '', hostname = ''] = line?.split(' ')[1]?.split(',') ?? [];
  return [splitAddress(address.split('@')[0] ?? '').host, hostname.includes('=') ? '' : hostname];
}

/** What another node hands out for this one. */
function saidOf(node: FleetNode, hearing: Hearing): readonly string[] {
  const field = (name: string): string =>
    new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(hearing.replication)?.[1] ?? '';
  const ofPrimary = hearing.node.primary === node.id ? [field('master_host')] : [];
  const { endpoint } = node.target;
  const port = endpoint.kind === 'tcp' ? endpoint.port : 0;
  const ofGroup = hearing.groups
    .filter(({ name }) => name === node.group)
    .flatMap(({ primary, replicas }) => {
      if (node.role === 'primary') return [primary.host];
      // Several replicas may listen on one port, each on its own host: only a port that stands once tells.
      const same = replicas.filter((each) => each.port === port);
      return same.length === 1 ? same.map(({ host }) => host) : [];
    });
  return [...ofPrimary, ...ofGroup];
}

function splitAddress(text: string): Address {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, Math.max(0, at)).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}
