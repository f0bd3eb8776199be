/** What a cluster node says of itself and of the others. */

import { textOf } from '../reply-fact.ts';
import { parseClusterNodes, type ClusterNode } from './cluster-nodes.ts';
import { DISCOVERY_COMMANDS } from './discovery-commands.ts';
import { refusals, type Hearing, type Statement } from './hearing.ts';
import { printAddress } from './announced-address.ts';
import type { Call, Sighting, Witness } from './sighting.ts';

/** Reads the answers to what a cluster node was asked. */
export function witnessCluster(statement: Statement, wanted: Call['view']): Witness {
  const { hearing, role, runId, replication, notes } = statement;
  const { clusterNodes, clusterId } = DISCOVERY_COMMANDS;
  const text = hearing.answerTo(clusterNodes);
  const view = typeof text === 'string' ? parseClusterNodes(text, hearing.entriesMax) : undefined;
  const own = textOf(hearing.answerTo(clusterId));
  const nodes = view?.nodes ?? [];
  const lost = (view?.unread ?? 0) + (view?.cut ?? 0);
  const self = hearing.connection.node;
  return {
    target: hearing.target,
    mode: 'cluster',
    role,
    runId,
    identity: nodes.find(({ isMyself }) => isMyself)?.id ?? (/^[0-9a-f]{40}$/.test(own) ? own : undefined),
    follows: replication.primary === undefined ? undefined : printAddress(replication.primary),
    sightings: nodes.map((node) => sight(node, hearing)),
    view: view === undefined ? undefined : new Set(nodes.map(({ id }) => id)),
    watchers: undefined,
    roundTrips: hearing.connection.roundTrips(),
    notes: [
      ...notes,
      ...refusals(hearing, [wanted === 'whole' ? clusterNodes : clusterId]),
      ...(lost > 0
        ? [`${lost} lines of CLUSTER NODES of ${self} are not read, so that nodes are missing here`]
        : []),
    ],
  };
}

function sight(node: ClusterNode, { connection, vantage, target }: Hearing): Sighting {
  // By TLS the name comes first, since the certificate holds it; the address is the way without it.
  const byName = target.transport === 'tls' && node.hostname !== '' && node.addresses.length > 1;
  return {
    by: connection.node,
    vantage,
    mode: 'cluster',
    addresses: byName ? node.addresses.toReversed() : node.addresses,
    identity: node.id,
    role: node.role,
    follows: node.primary,
    group: undefined,
    flags: node.flags,
  };
}
