/**
 * All nodes of a fleet from any one of them: standalone, a primary with replicas and their replicas, what Sentinels
 * watch and the Sentinels themselves, and a cluster. Nodes are asked in waves, a bounded number at a time, and merged in
 * an order that does not depend on who answers first.
 *
 * Whoever is found gets our credentials, as with every client that follows announcements: by plaintext a server that was
 * taken over, or whoever may replicate, can lead them elsewhere. TLS with a checked chain stops that, and `networks`.
 */

import type { ConnectionLimits } from '../connection.ts';
import type { FleetErrorCode } from '../fleet-error.ts';
import { CONCURRENCY_DEFAULT, forEachAtOnce } from '../at-once.ts';
import type { Target, TlsOptions } from '../target.ts';
import type { Topology } from '../topology.ts';
import { readNetworks } from './announced-address.ts';
import { assembleTopology } from './assemble.ts';
import type { Call, NodeMode, Visit } from './sighting.ts';
import { createSurvey, type Access, type Survey } from './survey.ts';
import { visitNode, type VisitOptions } from './visit.ts';

/** More nodes than a Redis Cluster is made for. */
export const NODES_MAX = 10_000;
/** Chains of replicas of replicas. */
const WAVES_MAX = 64;

export interface DiscoveryOptions {
  readonly limits?: ConnectionLimits;
  /** Nodes that are asked at the same time, 1 to 256; default 16. */
  readonly concurrency?: number;
  /** Sentinels to begin at, beside the seeds. */
  readonly sentinels?: readonly Target[];
  /** Into servers that are found. Default: as into the first seed that is one, else as into the first seed. */
  readonly nodeAccess?: Access;
  /** Into Sentinels that are found, and into a seed that refuses its own. Default: as into the first seed that is one. */
  readonly sentinelAccess?: Access;
  /**
   * How to speak TLS to ports that are announced to a plaintext connection and want it: with `tls-replication yes`
   * replicas announce their TLS ports to everybody. Default: such a node is in the list as `plaintext-to-tls`.
   */
  readonly tls?: TlsOptions;
  /** Announced `host:port` to what is dialled instead, for networks that translate addresses. */
  readonly addressMap?: ReadonlyMap<string, string>;
  /**
   * CIDRs. Announced addresses outside of them are not dialled, so that nobody who may announce one learns our
   * credentials; they are in the list as `unasked`. What the map names is dialled. Empty: anywhere.
   */
  readonly networks?: readonly string[];
  /** Default 10,000. */
  readonly nodesMax?: number;
  /** Called after each node that was asked, in the order in which they finish. */
  readonly onProgress?: (asked: number, last: Visit) => void;
  /** Waits between tries after a reset. */
  readonly sleep?: (ms: number) => Promise<void>;
}

const REFUSED_CREDENTIALS: ReadonlySet<FleetErrorCode> = new Set(['wrongpass', 'noauth']);

/**
 * Finds the nodes. A node that does not answer is in the list with the reason, a seed too; rejects only on a bug.
 *
 * @param seeds At least one; data nodes, cluster nodes or Sentinels.
 */
export async function discoverTopology(
  seeds: readonly Target[],
  options: DiscoveryOptions = {},
): Promise<Topology> {
  const nodesMax = Math.max(1, Math.min(options.nodesMax ?? NODES_MAX, NODES_MAX));
  const survey: Survey = createSurvey({
    addresses: { map: options.addressMap ?? new Map(), within: readNetworks(options.networks ?? []) },
    accessTo: (mode) => accessTo(mode, survey.visits, seeds, options),
    tls: options.tls,
  });
  const visiting: VisitOptions = {
    entriesMax: nodesMax,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.sleep === undefined ? {} : { sleep: options.sleep }),
  };
  let wave: readonly Call[] = firstCalls(seeds, options);
  let asked = 0;
  for (let waves = 0; wave.length > 0 && waves < WAVES_MAX; waves += 1) {
    const visits = await visitAll(wave, options.concurrency ?? CONCURRENCY_DEFAULT, visiting, (visit) => {
      asked += 1;
      options.onProgress?.(asked, visit);
    });
    survey.add(visits);
    wave = survey.nextCalls(nodesMax - survey.visits.length);
  }
  return assembleTopology(survey, { nodesMax });
}

async function visitAll(
  calls: readonly Call[],
  concurrency: number,
  options: VisitOptions,
  onVisit: (visit: Visit) => void,
): Promise<readonly Visit[]> {
  const visits: Visit[] = [];
  await forEachAtOnce(calls, concurrency, async (call, place) => {
    const visit = await visitNode(call, options);
    visits[place] = visit;
    onVisit(visit);
  });
  return visits;
}

function firstCalls(
  seeds: readonly Target[],
  { sentinels = [], sentinelAccess }: DiscoveryOptions,
): readonly Call[] {
  const call = (target: Target, others: readonly Target[]): Call => ({
    targets: [target, ...others],
    nextOn: REFUSED_CREDENTIALS,
    expect: 'unknown',
    view: 'whole',
    groups: [],
    watchers: sentinels.length === 0 ? 'ask' : 'leave-out',
  });
  return [
    ...seeds.map((seed) =>
      call(seed, sentinelAccess === undefined ? [] : [{ endpoint: seed.endpoint, ...sentinelAccess }]),
    ),
    ...sentinels.map((sentinel) => call(sentinel, [])),
  ];
}

function accessTo(
  mode: NodeMode,
  visits: readonly Visit[],
  seeds: readonly Target[],
  options: DiscoveryOptions,
): Access {
  const given = mode === 'sentinel' ? options.sentinelAccess : options.nodeAccess;
  if (given !== undefined) return given;
  const alike = visits.find(
    (visit) => visit.ok && (visit.witness.mode === 'sentinel') === (mode === 'sentinel'),
  );
  const model = alike?.ok === true ? alike.witness.target : (seeds[0] ?? options.sentinels?.[0]);
  return accessLike(model);
}

/** What is found behind a unix socket announces TCP addresses. */
function accessLike(target: Target | undefined): Access {
  if (target === undefined) return { transport: 'plaintext' };
  const { credentials, tls, transport } = target;
  return {
    transport: transport === 'tls' ? 'tls' : 'plaintext',
    ...(credentials === undefined ? {} : { credentials }),
    ...(tls === undefined ? {} : { tls }),
  };
}
