/**
 * What discovery knows so far: every visit in order, and every sighting. It decides who is asked next, so that nobody is
 * asked twice: not by an address that was tried, and not by another address of a server that is known already.
 */

import { printEndpoint, type Endpoint, type Target, type TlsOptions } from '../target.ts';
import type { FleetErrorCode } from '../fleet-error.ts';
import { addressOrder, resolveAddress, type AddressRules, type Resolved } from './announced-address.ts';
import type { Call, NodeMode, Sighting, Visit, Witness } from './sighting.ts';

/** How to get into a node that is found: everything of a target but where it is. */
export interface Access extends Pick<Target, 'credentials' | 'tls'> {
  readonly transport: 'plaintext' | 'tls';
}

export interface Survey {
  readonly visits: readonly Visit[];
  readonly sightings: readonly Sighting[];
  /** Announced addresses of a sighting, each with where it is dialled or why not. */
  readonly places: (sighting: Sighting) => readonly Resolved[];
  /** Adds what a wave of calls brought, in the order of the calls. */
  readonly add: (visits: readonly Visit[]) => void;
  /** Who is to be asked next, by address; empty: everybody was asked. At most `room`. */
  readonly nextCalls: (room: number) => readonly Call[];
  /** Nodes that were left out for want of room. */
  readonly leftOut: () => number;
}

interface Announced {
  readonly endpoints: readonly Endpoint[];
  readonly mode: NodeMode;
}

export interface SurveyOptions {
  readonly addresses: AddressRules;
  readonly accessTo: (mode: NodeMode) => Access;
  /** For ports that were announced to a plaintext connection and speak TLS. */
  readonly tls: TlsOptions | undefined;
}

/** Whole views of a cluster beside those of the seeds: a second opinion, at a price that does not grow with it. */
const SECOND_VIEWS = 2;
/** Groups that a found Sentinel is asked about at once; those beyond are asked after it named them itself. */
const GROUPS_AT_ONCE_MAX = 64;
/** The next address of the same node is tried after these. */
const NOBODY_THERE: ReadonlySet<FleetErrorCode> = new Set([
  'refused',
  'timeout',
  'reset',
  'closed',
  'dns',
  'unreachable',
  'tls-untrusted',
  'protocol',
]);

export function createSurvey(options: SurveyOptions): Survey {
  const visits: Visit[] = [];
  const sightings: Sighting[] = [];
  const asked = new Set<string>();
  const reached = new Set<string>();
  let considered = 0;
  let secondViews = 0;
  let leftOut = 0;
  const places = (sighting: Sighting): readonly Resolved[] =>
    sighting.addresses.map((address) => resolveAddress(address, options.addresses, sighting.vantage));

  /** Nodes that were announced since the last time and not asked yet, by the first of their addresses. */
  const announced = (): ReadonlyMap<string, Announced> => {
    const found = new Map<string, Announced>();
    for (const sighting of sightings.slice(considered)) {
      if (sighting.identity !== undefined && reached.has(sighting.identity)) continue;
      const endpoints = places(sighting).flatMap((place) => (place.ok ? [place.endpoint] : []));
      const names = endpoints.map(printEndpoint);
      const isOpen = names.every((name) => !asked.has(name) && !found.has(name));
      if (isOpen && names[0] !== undefined) found.set(names[0], { endpoints, mode: sighting.mode });
    }
    considered = sightings.length;
    return found;
  };

  const callFor = ({ endpoints, mode }: Announced): Call | undefined => {
    const [first, ...others] = endpoints.flatMap((endpoint) => waysTo(endpoint, mode, options));
    if (first === undefined) return undefined;
    const isSecondView = mode === 'cluster' && secondViews < SECOND_VIEWS;
    if (isSecondView) secondViews += 1;
    return {
      targets: [first, ...others],
      nextOn: NOBODY_THERE,
      expect: mode,
      view: isSecondView ? 'whole' : 'own',
      groups: mode === 'sentinel' ? groupsOf(sightings).slice(0, GROUPS_AT_ONCE_MAX) : [],
      watchers: visits.some((visit) => visit.ok && visit.witness.mode === 'sentinel') ? 'leave-out' : 'ask',
    };
  };

  return {
    visits,
    sightings,
    places,
    leftOut: () => leftOut,
    add: (wave) => {
      for (const visit of wave) {
        visits.push(visit);
        for (const target of visit.call.targets) asked.add(printEndpoint(target.endpoint));
        if (!visit.ok) continue;
        for (const identity of identitiesOf(visit.witness)) reached.add(identity);
        sightings.push(...visit.witness.sightings);
      }
    },
    nextCalls: (room) => {
      const sorted = [...announced()].toSorted(([one], [other]) =>
        addressOrder(one) < addressOrder(other) ? -1 : 1,
      );
      leftOut += Math.max(0, sorted.length - room);
      return sorted.slice(0, Math.max(0, room)).flatMap(([, node]) => callFor(node) ?? []);
    },
  };
}

/** Each way of dialling an address, the likely one first. */
function waysTo(endpoint: Endpoint, mode: NodeMode, { accessTo, tls }: SurveyOptions): readonly Target[] {
  const access = accessTo(mode);
  const first: Target = { endpoint, ...access };
  if (tls === undefined || access.transport === 'tls') return [first];
  return [first, { ...first, transport: 'tls', tls }];
}

/** What others may call this node. */
export function identitiesOf(witness: Witness): readonly string[] {
  return [witness.identity, witness.runId].filter((identity) => identity !== undefined);
}

function groupsOf(sightings: readonly Sighting[]): readonly string[] {
  const groups = sightings.map(({ group }) => group).filter((group) => group !== undefined);
  return [...new Set(groups)].toSorted();
}
