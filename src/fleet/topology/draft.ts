/** Nodes in the making: found by identity, by address, or by the words of others. */

import { printEndpoint, type Target } from '../target.ts';
import type { FleetNode } from '../topology.ts';
import { printAddress, show, type Resolved } from './announced-address.ts';
import type { NodeMode, Sighting, Visit } from './sighting.ts';
import { identitiesOf } from './survey.ts';

export interface Draft {
  readonly id: string;
  readonly target: Target;
  readonly reachable: FleetNode['reachable'];
  readonly mode: NodeMode | undefined;
  readonly flags: Set<string>;
  role: FleetNode['role'];
  identity: string | undefined;
  group: string | undefined;
  /** Identities and announced addresses of its primary, the surest first. */
  readonly follows: string[];
}

export interface DraftBook {
  readonly addVisit: (visit: Visit) => void;
  /** Answers with what a person should know. */
  readonly addSighting: (sighting: Sighting, places: readonly Resolved[]) => readonly string[];
  readonly drafts: () => readonly Draft[];
  readonly find: (identityOrAddress: string) => Draft | undefined;
  readonly primaryOf: (draft: Draft) => Draft | undefined;
}

export function createDraftBook(): DraftBook {
  const drafts = new Map<string, Draft>();
  const byIdentity = new Map<string, Draft>();
  const byAddress = new Map<string, Draft>();
  const find = (key: string): Draft | undefined => byIdentity.get(key) ?? byAddress.get(key);
  const know = (address: string, draft: Draft): void => {
    if (!byAddress.has(address)) byAddress.set(address, draft);
  };
  const open = (draft: Draft): Draft => {
    drafts.set(draft.id, draft);
    return draft;
  };

  const addVisit = (visit: Visit): void => {
    const addresses = visit.call.targets.map(({ endpoint }) => printEndpoint(endpoint));
    const identities = visit.ok ? identitiesOf(visit.witness) : [];
    const known =
      identities.map((identity) => byIdentity.get(identity)).find((draft) => draft !== undefined) ??
      addresses.map((address) => byAddress.get(address)).find((draft) => draft !== undefined);
    const draft = known ?? open(draftOf(visit));
    for (const address of addresses) know(address, draft);
    for (const identity of identities) byIdentity.set(identity, draft);
  };

  const locate = (sighting: Sighting, places: readonly Resolved[]): Draft | undefined => {
    const { identity, mode } = sighting;
    const same = identity === undefined ? undefined : byIdentity.get(identity);
    if (same !== undefined) return same;
    const there = addressesOf(places)
      .map((address) => byAddress.get(address))
      .find((draft) => draft !== undefined);
    // Ids of a cluster last: another id at the same address is another node. A run_id is new after each restart.
    const isOther = mode === 'cluster' && identity !== undefined && there?.identity !== undefined;
    return isOther && there.reachable === 'yes' ? undefined : there;
  };

  const addSighting = (sighting: Sighting, places: readonly Resolved[]): readonly string[] => {
    const found = locate(sighting, places);
    const draft = found ?? open(draftUnasked(sighting, places, drafts));
    const notes = found === undefined ? [noteUnasked(sighting, draft, places)] : [];
    for (const address of addressesOf(places)) {
      const other = byAddress.get(address);
      if (other !== undefined && other !== draft && other.reachable !== 'yes' && draft.reachable === 'yes') {
        // Announced where it does not answer from here, and reached elsewhere: one node.
        drafts.delete(other.id);
        byAddress.set(address, draft);
        notes.push(`${draft.id} is announced as ${address}, where nothing answers from here`);
      }
      if (draft.reachable !== 'unasked') know(address, draft);
    }
    for (const [place, address] of sighting.addresses.entries()) {
      if (places[place]?.ok === true && draft.reachable !== 'unasked') know(printAddress(address), draft);
    }
    learn(draft, sighting);
    if (sighting.identity !== undefined && !byIdentity.has(sighting.identity)) {
      byIdentity.set(sighting.identity, draft);
    }
    return notes;
  };

  const primaryOf = (draft: Draft): Draft | undefined => {
    if (draft.role !== 'replica') return undefined;
    const found = draft.follows.map(find).find((primary) => primary !== undefined);
    return found === draft ? undefined : found;
  };

  return { addVisit, addSighting, drafts: () => [...drafts.values()], find, primaryOf };
}

function learn(draft: Draft, sighting: Sighting): void {
  for (const flag of sighting.flags) draft.flags.add(flag);
  if (sighting.role !== 'sentinel') draft.group ??= sighting.group;
  if (sighting.follows !== undefined) draft.follows.push(sighting.follows);
  draft.identity ??= sighting.identity;
  if (draft.reachable === 'yes') return;
  if (draft.role === 'unknown') draft.role = sighting.role;
}

function draftOf(visit: Visit): Draft {
  const [first] = visit.call.targets;
  const { expect } = visit.call;
  const common = { flags: new Set<string>(), group: undefined };
  if (!visit.ok) {
    return {
      ...common,
      id: printEndpoint(first.endpoint),
      target: first,
      reachable: visit.error,
      mode: expect === 'unknown' ? undefined : expect,
      role: expect === 'sentinel' ? 'sentinel' : 'unknown',
      identity: undefined,
      follows: [],
    };
  }
  const { witness } = visit;
  return {
    ...common,
    id: printEndpoint(witness.target.endpoint),
    target: witness.target,
    reachable: 'yes',
    mode: witness.mode,
    role: witness.role,
    // A Sentinel of 6.0 does not tell the id by which others know it, nor a cluster node that may not: the others do.
    identity: witness.identity ?? (witness.mode === 'data' ? witness.runId : undefined),
    follows: witness.follows === undefined ? [] : [witness.follows],
  };
}

function draftUnasked(
  sighting: Sighting,
  places: readonly Resolved[],
  drafts: ReadonlyMap<string, Draft>,
): Draft {
  const [address] = sighting.addresses;
  const place = places.find(({ ok }) => ok);
  const text = address === undefined ? undefined : show(printAddress(address));
  const names = [text, sighting.identity, `${text ?? 'a node'} that ${sighting.by} names`];
  const id = names.find((name) => name !== undefined && !drafts.has(name)) ?? `${text} (${drafts.size})`;
  const endpoint = place?.ok === true ? place.endpoint : { kind: 'tcp' as const, host: '', port: 0 };
  return {
    id,
    target: { endpoint, transport: 'plaintext' },
    reachable: 'unasked',
    mode: sighting.mode,
    role: sighting.role,
    identity: sighting.identity,
    group: undefined,
    flags: new Set(),
    follows: [],
  };
}

function noteUnasked(sighting: Sighting, draft: Draft, places: readonly Resolved[]): string {
  const whys = places.flatMap((place) => (place.ok ? [] : [place.why]));
  const why =
    places.length === 0
      ? 'it names no address'
      : whys.length > 0
        ? whys.join('; ')
        : 'another node answers at its address';
  return `${sighting.by} names ${draft.id}, which was not asked: ${why}`;
}

function addressesOf(places: readonly Resolved[]): readonly string[] {
  return places.flatMap((place) => (place.ok ? [printEndpoint(place.endpoint)] : []));
}
