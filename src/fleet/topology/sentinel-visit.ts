/** What a Sentinel says of the primaries that it watches, of their replicas, and of the other Sentinels. */

import { textOf } from '../reply-fact.ts';
import { printAddress, show } from './announced-address.ts';
import { DISCOVERY_COMMANDS, groupCommands } from './discovery-commands.ts';
import { refusals, type Hearing, type Statement } from './hearing.ts';
import { readSentinelPeers, type SentinelPeer, type SentinelView } from './sentinel-peers.ts';
import type { Sighting, Witness } from './sighting.ts';

/** Groups of one Sentinel that are asked about. */
export const GROUPS_MAX = 1000;

/** Asks about every group that was not asked about before; answers with the names of the groups. */
export async function askSentinel(hearing: Hearing): Promise<readonly string[]> {
  const masters = readSentinelPeers(hearing.answerTo(DISCOVERY_COMMANDS.sentinelMasters), GROUPS_MAX);
  const groups = (masters?.peers ?? []).map(({ name }) => name);
  await hearing.pose(groups.flatMap(groupCommands));
  return groups;
}

/** Reads the answers to what a Sentinel was asked. */
export function witnessSentinel(statement: Statement, groups: readonly string[]): Witness {
  const { hearing, runId, notes } = statement;
  const { sentinelMasters, sentinelId } = DISCOVERY_COMMANDS;
  const self = hearing.connection.node;
  const masters = readSentinelPeers(hearing.answerTo(sentinelMasters), GROUPS_MAX);
  const views = groups.map((group) => {
    const [replicas, sentinels] = groupCommands(group).map((command) =>
      readSentinelPeers(hearing.answerTo(command), hearing.entriesMax),
    );
    return { group, replicas, sentinels };
  });
  const sight = (peer: SentinelPeer, role: Witness['role'], group: string): Sighting => ({
    by: self,
    vantage: hearing.vantage,
    mode: role === 'sentinel' ? 'sentinel' : 'data',
    addresses: [peer.address],
    identity: peer.identity,
    role,
    follows: role === 'replica' && peer.primary !== undefined ? printAddress(peer.primary) : undefined,
    group: role === 'sentinel' ? undefined : group,
    flags: peer.flags,
  });
  const id = textOf(hearing.answerTo(sentinelId));
  return {
    target: hearing.target,
    mode: 'sentinel',
    role: 'sentinel',
    runId,
    identity: /^[0-9a-f]{40}$/.test(id) ? id : undefined,
    follows: undefined,
    sightings: [
      ...(masters?.peers ?? []).map((peer) => sight(peer, 'primary', peer.name)),
      ...views.flatMap(({ group, replicas, sentinels }) => [
        ...(replicas?.peers ?? []).map((peer) => sight(peer, 'replica', group)),
        ...(sentinels?.peers ?? []).map((peer) => sight(peer, 'sentinel', group)),
      ]),
    ],
    view: undefined,
    watchers: undefined,
    roundTrips: hearing.connection.roundTrips(),
    notes: [
      ...notes,
      ...refusals(hearing, [sentinelMasters, ...groups.flatMap(groupCommands)]),
      ...unreadNotes(self, 'primaries', masters),
      ...views.flatMap(({ group, replicas, sentinels }) => [
        ...unreadNotes(self, `replicas of ${show(group)}`, replicas),
        ...unreadNotes(self, `Sentinels of ${show(group)}`, sentinels),
      ]),
    ],
  };
}

function unreadNotes(self: string, what: string, view: SentinelView | undefined): readonly string[] {
  if (view === undefined || view.unread === 0) return [];
  return [`${view.unread} ${what} that ${self} names are not read, so that nodes are missing here`];
}
