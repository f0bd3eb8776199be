/** Every link of a fleet with what is seen of it and what is judged of it: the whole that causes are told from. Pure. */

import type { BusLink, NodeTls, TopologyKind } from '../../fleet/index.ts';
import type { ServerLogLine } from '../../tls/index.ts';
import { compareClocks, type ClockVerdict } from './doctor-clock.ts';
import { judgeLink, valueOf, type LinkJudgement, type LinkKind, type LinkSources } from './doctor-link.ts';
import { addressOf } from './inspect-look.ts';

export interface LinkVerdict {
  readonly kind: LinkKind;
  readonly from: string;
  readonly to: string;
  /** As a node says it; `unknown` where nobody does. */
  readonly seen: 'up' | 'down' | 'unknown';
  /** -1: it never was up. */
  readonly downSeconds?: number;
  readonly judgement: LinkJudgement;
}

export interface FleetVerdict {
  readonly clocks: ClockVerdict;
  readonly links: readonly LinkVerdict[];
}

export interface FleetFacts extends Omit<LinkSources, 'rightMs'> {
  readonly kind: TopologyKind;
  readonly nodes: readonly NodeTls[];
  readonly busLinks: readonly BusLink[];
  /** The words that reach this fleet again: `--fleet prod`, `rediss://10.0.0.5:6380 --cacert ca.crt`. */
  readonly reach: string;
  /** Lines about TLS from the logs that were named. */
  readonly logs?: readonly ServerLogLine[];
}

/** More links than this are not judged: a cluster of 100 nodes has 9,900 of the bus. */
export const LINKS_MAX = 20_000;

export function judgeFleet(facts: FleetFacts): FleetVerdict {
  const clocks = compareClocks(facts.nodes);
  const sources: LinkSources = { ...facts, rightMs: clocks.rightMs };
  const links = [...listReplication(facts), ...listBus(facts), ...listSentinel(facts)].slice(0, LINKS_MAX);
  return {
    clocks,
    links: links.map(({ kind, from, to, port, seen, downSeconds }) => ({
      kind,
      from: from.node.id,
      to: to.node.id,
      seen,
      ...(downSeconds === undefined ? {} : { downSeconds }),
      judgement: judgeReached({ kind, from, to, port, seen }, sources),
    })),
  };
}

interface Link {
  readonly kind: LinkKind;
  readonly from: NodeTls;
  readonly to: NodeTls;
  readonly port: number | undefined;
  readonly seen: LinkVerdict['seen'];
  readonly downSeconds?: number;
}

/** Of a node that cannot be reached at all nothing can be said, least of all that it is well. */
function judgeReached(
  link: Pick<Link, 'kind' | 'from' | 'to' | 'port' | 'seen'>,
  sources: LinkSources,
): LinkJudgement {
  const gone = [link.from, link.to].find(
    ({ unreachable, ports }) =>
      unreachable !== undefined && ports.every(({ handshake }) => handshake.chain.length === 0),
  );
  if (gone !== undefined) return { kind: 'unknown', why: `${gone.node.id} cannot be reached` };
  const { port, ...rest } = link;
  return judgeLink(port === undefined ? rest : { ...rest, port }, sources);
}

function listReplication({ kind, nodes }: FleetFacts): readonly Link[] {
  return nodes.flatMap((from): readonly Link[] => {
    const address = from.replicaLink?.primary;
    // One that cannot be asked was named or is known, so it is most likely meant to follow the primary.
    const lost = kind !== 'cluster' && from.unreachable !== undefined && from.node.role !== 'sentinel';
    const to = findPrimary(from, nodes) ?? (lost ? findOnlyPrimary(nodes) : undefined);
    if (to === undefined || to === from) return [];
    const port = address === undefined ? undefined : Number(address.slice(address.lastIndexOf(':') + 1));
    const { state, downSeconds } = from.replicaLink ?? {};
    return [
      {
        kind: 'replication',
        from,
        to,
        port,
        seen: state ?? 'unknown',
        ...(state === 'down' && downSeconds !== undefined ? { downSeconds } : {}),
      },
    ];
  });
}

/** Nodes without those that are another address of one that answered: a TLS port beside a plaintext port. */
export function dropAliases(nodes: readonly NodeTls[]): readonly NodeTls[] {
  const answered = nodes.filter(({ unreachable }) => unreachable === undefined);
  return nodes.filter(
    (node) =>
      node.unreachable === undefined || !answered.some((other) => addressesOf(other).includes(node.node.id)),
  );
}

/** Every address that leads to it, by its own ports and by what the others say. */
function addressesOf(node: NodeTls): readonly string[] {
  const { id, target } = node.node;
  const host = target.endpoint.kind === 'tcp' ? target.endpoint.host : '127.0.0.1';
  const ports = ['port', 'tls-port']
    .map((name) => Number(valueOf(node, name) ?? 0))
    .filter((port) => port > 0);
  return [id, ...ports.map((port) => addressOf({ host, port })), ...node.told.map((told) => addressOf(told))];
}

/** By the address that the replica dials, else as the others say. */
function findPrimary({ node, replicaLink }: NodeTls, nodes: readonly NodeTls[]): NodeTls | undefined {
  const dialled = replicaLink?.primary;
  const byAddress =
    dialled === undefined ? undefined : nodes.find((each) => addressesOf(each).includes(dialled));
  return byAddress ?? nodes.find((each) => each.node.id === node.primary) ?? findHost(dialled, nodes);
}

function findOnlyPrimary(nodes: readonly NodeTls[]): NodeTls | undefined {
  const primaries = nodes.filter(({ node }) => node.role === 'primary');
  return primaries.length === 1 ? primaries[0] : undefined;
}

/** A port where nothing listens is nobody's address; the only node of that host is meant then. */
function findHost(address: string | undefined, nodes: readonly NodeTls[]): NodeTls | undefined {
  if (address === undefined) return undefined;
  const host = address.slice(0, address.lastIndexOf(':'));
  const there = nodes.filter(({ node }) => node.role === 'primary' && node.id.startsWith(`${host}:`));
  return there.length === 1 ? there[0] : undefined;
}

function listBus({ kind, nodes, busLinks }: FleetFacts): readonly Link[] {
  if (kind !== 'cluster') return [];
  const seen = new Map(busLinks.map(({ from, to, state }) => [`${from} ${to}`, state]));
  return nodes.flatMap((from) =>
    nodes
      .filter((to) => to !== from)
      .map((to) => ({
        kind: 'bus' as const,
        from,
        to,
        port: undefined,
        seen: seen.get(`${from.node.id} ${to.node.id}`) ?? ('unknown' as const),
      })),
  );
}

/** A Sentinel says of a server that it is down; that is the state of its link to it, as near as can be told. */
function listSentinel({ nodes }: FleetFacts): readonly Link[] {
  const sentinels = nodes.filter(({ node }) => node.role === 'sentinel');
  const servers = nodes.filter(({ node }) => node.role !== 'sentinel');
  return sentinels.flatMap((from) =>
    servers.map((to) => {
      const { endpoint } = to.node.target;
      const down = to.node.flags.some((flag) => /^(?:s_down|o_down|disconnected)$/.test(flag));
      return {
        kind: 'sentinel' as const,
        from,
        to,
        port: endpoint.kind === 'tcp' ? endpoint.port : undefined,
        seen: down ? ('down' as const) : ('unknown' as const),
      };
    }),
  );
}
