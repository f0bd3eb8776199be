/**
 * The way into a fleet that is between two worlds: some nodes speak TLS and know our own user, others have the plaintext
 * port and one password. Every node is asked by a way that works there.
 */

import {
  discoverTopology,
  FleetError,
  readNodeState,
  type Access,
  type FleetNode,
  type NodeState,
  type Target,
  type TlsOptions,
  type Topology,
} from '../../fleet/index.ts';
import type { Secret } from '../../conf/index.ts';
import type { FleetEntry } from './fleet-access.ts';

/** Who we are, and how TLS is spoken. */
export interface MigrateLogins {
  /** Where to begin, as it is written: the policy may name either port. */
  readonly seeds: readonly Pick<Target, 'endpoint' | 'transport'>[];
  /** Our own user of the policy. */
  readonly named: Target['credentials'];
  /** `default`, while it is in use; undefined: it needs no password. */
  readonly old: Secret | undefined;
  readonly tls: TlsOptions;
  /** The TLS port of a plaintext port, as the migration opens it. */
  readonly tlsPortOf: (port: number) => number;
  /** And back, where that can be told. */
  readonly portOf: (tlsPort: number) => number | undefined;
}

export interface FoundFleet {
  readonly topology: Topology;
  readonly states: readonly NodeState[];
  readonly away: readonly { readonly node: string; readonly detail: string }[];
}

type Login = 'named' | 'default';

/** Of one node: everybody counts here. */
const SESSIONS_MAX = 100_000;

/** Asks by each way until one reaches every node; the best one otherwise, with single nodes asked by the others. */
export async function findFleet(entry: FleetEntry, logins: MigrateLogins): Promise<FoundFleet> {
  let best: Topology | undefined;
  for (const [transport, login] of SEARCHES) {
    if (login === 'named' && logins.named === undefined) continue;
    const topology = await discoverBy(entry, logins, transport, login);
    if (best === undefined || reached(topology) > reached(best)) best = topology;
    if (reached(best) > 0 && reached(best) === best.nodes.length) break;
  }
  const nodes: FleetNode[] = [];
  const states: NodeState[] = [];
  const away: { readonly node: string; readonly detail: string }[] = [];
  for (const node of best?.nodes ?? []) {
    const found = await readByAnyWay(node, entry, logins);
    if ('detail' in found) {
      nodes.push(node);
      away.push({ node: node.id, detail: found.detail });
    } else {
      nodes.push({ ...node, target: found.target, reachable: 'yes' });
      states.push(found.state);
    }
  }
  const topology = { kind: 'standalone' as const, notes: [], ...best, nodes };
  return { topology, states, away };
}

/**
 * Plaintext first: whoever asks by TLS and is told of plaintext ports waits there for an answer that never comes, while
 * TLS ports are known by their first byte.
 */
const SEARCHES: readonly (readonly [transport: 'plaintext' | 'tls', login: Login])[] = [
  ['plaintext', 'named'],
  ['tls', 'named'],
  ['plaintext', 'default'],
  ['tls', 'default'],
];

/** The newest first. */
const WAYS: readonly (readonly [transport: 'plaintext' | 'tls', login: Login])[] = [
  ['tls', 'named'],
  ['plaintext', 'named'],
  ['plaintext', 'default'],
  ['tls', 'default'],
];

/** Every target by which a node may be reached, the newest way first. */
export function targetsOf(
  place: { readonly host: string; readonly port: number; readonly tlsPort: number },
  logins: MigrateLogins,
): readonly Target[] {
  return WAYS.flatMap(([transport, login]) => {
    const port = transport === 'tls' ? place.tlsPort : place.port;
    if (port === 0 || (login === 'named' && logins.named === undefined)) return [];
    return [{ endpoint: { kind: 'tcp', host: place.host, port }, ...accessBy(logins, transport, login) }];
  });
}

function accessBy(logins: MigrateLogins, transport: 'plaintext' | 'tls', login: Login): Access {
  const old = logins.old === undefined ? undefined : { password: logins.old };
  const credentials = login === 'named' ? logins.named : old;
  return {
    transport,
    ...(credentials === undefined ? {} : { credentials }),
    ...(transport === 'tls' ? { tls: logins.tls } : {}),
  };
}

async function discoverBy(
  entry: FleetEntry,
  logins: MigrateLogins,
  transport: 'plaintext' | 'tls',
  login: Login,
): Promise<Topology> {
  const access = accessBy(logins, transport, login);
  const seeds = logins.seeds.flatMap(({ endpoint, transport: written }): readonly Target[] => {
    if (endpoint.kind === 'unix') return [];
    const port = portBy(endpoint.port, written === 'tls' ? 'tls' : 'plaintext', transport, logins);
    return port === undefined ? [] : [{ endpoint: { ...endpoint, port }, ...access }];
  });
  if (seeds.length === 0) return { kind: 'standalone', nodes: [], notes: [] };
  return discoverTopology(seeds, {
    sentinels: entry.sentinels,
    limits: entry.limits,
    concurrency: entry.concurrency,
    tls: logins.tls,
    // A TLS port may answer plaintext by a reset: it is not worth waiting for, the other ways are tried next.
    sleep: () => Promise.resolve(),
    ...(entry.sentinelAccess === undefined ? {} : { sentinelAccess: entry.sentinelAccess }),
    addressMap: new Map(Object.entries(entry.fleet?.addresses ?? {})),
  });
}

function portBy(
  port: number,
  written: 'plaintext' | 'tls',
  wanted: 'plaintext' | 'tls',
  logins: MigrateLogins,
): number | undefined {
  if (written === wanted) return port;
  return wanted === 'tls' ? logins.tlsPortOf(port) : logins.portOf(port);
}

async function readByAnyWay(
  node: FleetNode,
  entry: FleetEntry,
  logins: MigrateLogins,
): Promise<{ readonly target: Target; readonly state: NodeState } | { readonly detail: string }> {
  const { target } = node;
  const others =
    node.reachable === 'yes' || target.endpoint.kind === 'unix'
      ? []
      : targetsOf(placeOf(target.endpoint, target.transport, logins), logins);
  let detail = 'it was never asked: its address is not known';
  if (node.reachable === 'unasked') return { detail };
  let refused: string | undefined;
  for (const candidate of [target, ...others]) {
    try {
      const state = await readNodeState(candidate, {
        node: node.id,
        limits: entry.limits,
        clientsMax: SESSIONS_MAX,
      });
      return { target: candidate, state };
    } catch (error) {
      detail = error instanceof Error ? error.message : 'unknown';
      if (error instanceof FleetError) refused = refusedLogin(error, logins) ?? refused;
    }
  }
  // That nothing listens on a port of the other way says less than a login that was refused.
  return { detail: refused ?? detail };
}

/** Undefined: it did not come to a login. */
function refusedLogin({ code, message, node }: FleetError, { old }: MigrateLogins): string | undefined {
  if (code !== 'noauth' && code !== 'wrongpass') return undefined;
  return old === undefined
    ? `${node} gives no login without the password of default: --default-password-file FILE`
    : message;
}

function placeOf(
  { host, port }: { readonly host: string; readonly port: number },
  transport: Target['transport'],
  logins: MigrateLogins,
): { readonly host: string; readonly port: number; readonly tlsPort: number } {
  return transport === 'tls'
    ? { host, port: logins.portOf(port) ?? 0, tlsPort: port }
    : { host, port, tlsPort: logins.tlsPortOf(port) };
}

function reached({ nodes }: Topology): number {
  return nodes.filter(({ reachable }) => reachable === 'yes').length;
}
