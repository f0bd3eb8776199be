/**
 * What nodes say of where other nodes are: CLUSTER NODES, the answers of a Sentinel, the replicas of a primary. Each claim
 * is an address under which somebody is sent to a node, with the node's identity where it is told.
 */

import { printAddress, show, type AnnouncedAddress } from '../topology/announced-address.ts';
import { parseClusterNodes } from '../topology/cluster-nodes.ts';
import { groupCommands } from '../topology/discovery-commands.ts';
import type { Hearing } from '../topology/hearing.ts';
import { readReplication } from '../topology/replication-info.ts';
import { GROUPS_MAX } from '../topology/sentinel-visit.ts';
import { readSentinelPeers } from '../topology/sentinel-peers.ts';
import type { NodeTls, ToldAddress } from '../tls-survey.ts';
import { SURVEY_COMMANDS } from './survey-commands.ts';

export interface Claim {
  readonly address: AnnouncedAddress;
  readonly by: ToldAddress['by'];
  /** Node that says so. */
  readonly witness: string;
  /** Of the node that is meant: its run_id, or its id in the cluster or among Sentinels. */
  readonly identity?: string;
  /** Port of the Cluster bus. */
  readonly busPort?: number;
}

/** Everything that one node claims. `groups`: what a Sentinel was asked about. */
export function readClaims(
  hearing: Hearing,
  info: ReadonlyMap<string, string>,
  groups: readonly string[],
): readonly Claim[] {
  const witness = hearing.connection.node;
  const { replicas } = readReplication(info, hearing.entriesMax);
  return [
    ...replicas.map((address): Claim => ({ address, by: 'primary', witness })),
    ...readClusterClaims(hearing),
    ...readSentinelClaims(hearing, groups),
  ];
}

/** The node itself may know no host of its own: then the others tell. */
function readClusterClaims(hearing: Hearing): readonly Claim[] {
  const text = hearing.answerTo(SURVEY_COMMANDS.clusterNodes);
  if (typeof text !== 'string') return [];
  const buses = readBusPorts(text);
  const witness = hearing.connection.node;
  return parseClusterNodes(text, hearing.entriesMax).nodes.flatMap(({ id, addresses }) =>
    addresses.map((address): Claim => {
      const busPort = buses.get(id);
      return {
        address,
        by: 'cluster',
        witness,
        identity: id,
        ...(busPort === undefined ? {} : { busPort }),
      };
    }),
  );
}

/** `<id> <ip:port@cport[,hostname]> …` */
function readBusPorts(text: string): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (const [, id = '', port = ''] of text.matchAll(/^([0-9a-f]{40}) [^ ]*@([0-9]{1,5})[ ,]/gm)) {
    if (Number(port) > 0 && Number(port) <= 65_535) ports.set(id, Number(port));
  }
  return ports;
}

function readSentinelClaims(hearing: Hearing, groups: readonly string[]): readonly Claim[] {
  const witness = hearing.connection.node;
  const replies = [
    hearing.answerTo(SURVEY_COMMANDS.sentinelMasters),
    ...groups.flatMap(groupCommands).map((command) => hearing.answerTo(command)),
  ];
  return replies.flatMap((reply) =>
    (readSentinelPeers(reply, Math.max(GROUPS_MAX, hearing.entriesMax))?.peers ?? []).map(
      ({ address, identity }): Claim => ({
        address,
        by: 'sentinel',
        witness,
        ...(identity === undefined ? {} : { identity }),
      }),
    ),
  );
}

/** What was told, by place of the node that it is about. */
export interface Told {
  readonly addresses: readonly (readonly ToldAddress[])[];
  /** Ports of the Cluster bus as the others announce them. */
  readonly busPorts: ReadonlyMap<number, number>;
  readonly notes: readonly string[];
}

/** How a node can be recognised. */
export interface Sight {
  readonly identities: readonly string[];
  /** `host:port` of everything it is reached by. */
  readonly addresses: readonly string[];
}

/** Sentences about claims that are about no node. */
const STRAYS_MAX = 20;

/**
 * Finds the node of each claim: by its identity, else by its address, under which others may have told of it with its
 * identity. `map`: announced to dialled addresses.
 */
export function assignClaims(
  claims: readonly Claim[],
  sights: readonly Sight[],
  map: ReadonlyMap<string, string>,
): Told {
  const byIdentity = indexOf(sights.map(({ identities }) => identities));
  const byAddress = new Map(indexOf(sights.map(({ addresses }) => addresses)));
  for (const { address, identity } of claims) {
    const place = byIdentity.get(identity ?? '');
    const text = printAddress(address);
    if (place !== undefined && !byAddress.has(text)) byAddress.set(text, place);
  }
  const told = sights.map(() => new Map<string, ToldAddress>());
  const busPorts = new Map<number, number>();
  const strays = new Set<string>();
  for (const { address, by, witness, identity, busPort } of claims) {
    const text = printAddress(address);
    const place =
      (identity === undefined ? undefined : byIdentity.get(identity)) ??
      byAddress.get(text) ??
      byAddress.get(map.get(text) ?? '');
    if (place === undefined) {
      strays.add(`${witness} tells of ${show(text)}, which is none of the nodes here`);
      continue;
    }
    told[place]?.set(`${by} ${text}`, { ...address, by });
    if (busPort !== undefined && !busPorts.has(place)) busPorts.set(place, busPort);
  }
  return {
    addresses: told.map((each): NodeTls['told'] => [...each.values()]),
    busPorts,
    notes: cutNotes([...strays], STRAYS_MAX),
  };
}

/** The first `most` sentences, and how many more there are. */
export function cutNotes(notes: readonly string[], most: number): readonly string[] {
  if (notes.length <= most) return notes;
  return [...notes.slice(0, most), `and ${notes.length - most} more of this kind`];
}

function indexOf(keys: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const index = new Map<string, number>();
  for (const [place, each] of keys.entries()) {
    for (const key of each) if (!index.has(key)) index.set(key, place);
  }
  return index;
}
