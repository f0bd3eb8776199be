/** What the connections between nodes use, as the settings of the node that opens them say. */

import type { LinkFact, NodeTls } from '../tls-survey.ts';
import type { TopologyKind } from '../topology.ts';
import { printAddress } from '../topology/announced-address.ts';
import { readReplication } from '../topology/replication-info.ts';
import type { NodeMode } from './node-answers.ts';
import { valueOf } from './ports.ts';

type Settings = NodeTls['settings'];

/** The links that this kind of node opens. A server that stands alone opens none. */
export function listLinks(
  mode: NodeMode,
  kind: TopologyKind,
  info: ReadonlyMap<string, string>,
  settings: Settings,
): readonly LinkFact[] {
  // Sentinels reach servers and one another by the same setting as replicas reach their primary (sentinel.c
  // sentinelReconnectInstance).
  if (mode === 'sentinel') return [linkOf('sentinel', settings, 'tls-replication')];
  const { role, replicas } = readReplication(info, 1);
  const isAlone = kind === 'standalone' && role !== 'replica' && replicas.length === 0;
  return [
    ...(isAlone ? [] : [linkOf('replication', settings, 'tls-replication')]),
    ...(mode === 'cluster' ? [linkOf('bus', settings, 'tls-cluster')] : []),
  ];
}

/** `master_link_status` of INFO, for a replica. */
export function readReplicaLink(info: ReadonlyMap<string, string>): NodeTls['replicaLink'] {
  const { primary } = readReplication(info, 1);
  if (primary === undefined) return undefined;
  const state = info.get('master_link_status') === 'up' ? 'up' : 'down';
  const since = Number(info.get('master_link_down_since_seconds') ?? 0);
  return {
    primary: printAddress(primary),
    state,
    downSeconds: state === 'up' || !Number.isFinite(since) ? 0 : since,
  };
}

function linkOf(link: LinkFact['link'], settings: Settings, by: string): LinkFact {
  const value = valueOf(settings, by);
  if (value === undefined) return { link, transport: 'unknown' };
  if (value !== 'yes') return { link, transport: 'plaintext' };
  const own = valueOf(settings, 'tls-client-cert-file') ?? '';
  const shows = own === '' ? (valueOf(settings, 'tls-cert-file') ?? '') : own;
  return { link, transport: 'tls', ...(shows === '' ? {} : { shows }) };
}
