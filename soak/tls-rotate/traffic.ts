/**
 * Who uses a fleet while its certificates change: ioredis and node-redis on connections that last, the servers' own
 * benchmark and connections that come and go. Connections to Sentinels are counted apart: one that restarts closes them,
 * and client libraries open them again.
 */
import { createCredentials } from '../../test/servers/credentials.ts';
import { startLoad, type Load, type LoadResult } from '../../test/servers/load.ts';
import type { TopologyNode } from '../../test/servers/node.ts';
import type { Topology } from '../../test/servers/topology.ts';

export type TrafficClient = 'ioredis' | 'node-redis' | 'benchmark' | 'churn';

/** What connections that must last are called. */
export const TRAFFIC_NAMES: readonly string[] = ['ioredis', 'node-redis'];

/** Sums so far. */
export interface TrafficCount {
  /** Commands that were answered as they should be. */
  readonly commands: number;
  /** Commands and connections that failed. */
  readonly failed: number;
  /** Connections that had to be opened again. */
  readonly dropped: number;
  /** Handshakes of connections that come and go, and how many of them resumed a session. */
  readonly handshakes: number;
  readonly resumed: number;
  /** Handshakes with Sentinels, and those that failed while one restarted. */
  readonly sentinelHandshakes: number;
  readonly sentinelFailures: number;
  /** What client libraries said of connections to Sentinels, without a command failing. */
  readonly sentinelNotices: number;
}

export interface Traffic {
  readonly count: () => TrafficCount;
  /** The first failures of each client, such as `benchmark: …`. */
  readonly failures: () => readonly string[];
  /** Waits until each of them did some more; throws when one stands still. */
  readonly advance: () => Promise<void>;
  /** Connections that come and go leave these nodes out from now on. */
  readonly avoid: (nodes: readonly TopologyNode[]) => void;
  readonly stop: () => Promise<TrafficCount>;
}

const ALL: readonly TrafficClient[] = ['ioredis', 'node-redis', 'benchmark', 'churn'];
const CLIENTS = 2;
/** So that a small machine has time for the rotation. */
const PAUSE_MS: Readonly<Record<TrafficClient, number>> = {
  ioredis: 10,
  'node-redis': 10,
  benchmark: 300,
  churn: 50,
};
const SENTINEL_PAUSE_MS = 200;
const ADVANCE = 6;
const SHOWN_MAX = 3;

export async function startTraffic(
  topology: Topology,
  clients: readonly TrafficClient[] = ALL,
): Promise<Traffic> {
  const credentials = createCredentials(topology.app);
  const away = new Set<TopologyNode>();
  const loads = new Map<TrafficClient | 'sentinel-churn', Load>();
  for (const client of clients) {
    const visits = (): readonly TopologyNode[] => topology.data.filter((node) => !away.has(node));
    const load = { client, topology, credentials, clients: CLIENTS, pauseMs: PAUSE_MS[client], name: client };
    loads.set(client, await startLoad({ ...load, visits }));
  }
  if (topology.sentinels.length > 0) {
    const visits = (): readonly TopologyNode[] => topology.sentinels;
    const load = { client: 'churn', topology, credentials, pauseMs: SENTINEL_PAUSE_MS, visits } as const;
    loads.set('sentinel-churn', await startLoad(load));
  }
  const results = (): readonly (readonly [TrafficClient | 'sentinel-churn', LoadResult])[] =>
    [...loads].map(([client, load]) => [client, load.result()] as const);
  return {
    count: () => sum(results()),
    failures: () =>
      results()
        .filter(([client]) => client !== 'sentinel-churn')
        .flatMap(([client, { errors }]) => errors.slice(0, SHOWN_MAX).map((error) => `${client}: ${error}`)),
    advance: async () => {
      for (const load of loads.values()) await load.advance(ADVANCE);
    },
    avoid: (nodes) => {
      away.clear();
      for (const node of nodes) away.add(node);
    },
    stop: async () => {
      await Promise.all([...loads.values()].map((load) => load.stop()));
      return sum(results());
    },
  };
}

function sum(results: readonly (readonly [TrafficClient | 'sentinel-churn', LoadResult])[]): TrafficCount {
  const of = (wanted: (client: string) => boolean, read: (result: LoadResult) => number): number =>
    results.filter(([client]) => wanted(client)).reduce((total, [, result]) => total + read(result), 0);
  const isData = (client: string): boolean => client !== 'sentinel-churn';
  const isChurn = (client: string): boolean => client === 'churn';
  const isSentinel = (client: string): boolean => client === 'sentinel-churn';
  return {
    commands: of(isData, ({ commands }) => commands),
    failed: of(isData, ({ errors }) => errors.length),
    dropped: of(isData, ({ reconnects }) => reconnects),
    handshakes: of(isChurn, ({ commands }) => commands),
    resumed: of(isChurn, ({ resumed }) => resumed),
    sentinelHandshakes: of(isSentinel, ({ commands }) => commands),
    sentinelFailures: of(isSentinel, ({ errors }) => errors.length),
    sentinelNotices: of(isData, ({ notices }) => notices.length),
  };
}
