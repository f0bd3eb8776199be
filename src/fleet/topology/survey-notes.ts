/** What a person should know about how the nodes see each other. */

import { printEndpoint } from '../target.ts';
import type { FleetNode } from '../topology.ts';
import { printAddress, show } from './announced-address.ts';
import type { DraftBook } from './draft.ts';
import type { Witness } from './sighting.ts';
import type { Survey } from './survey.ts';

/** Nodes that are named in one note. */
const NAMED_MAX = 5;

/** Views of a cluster that differ, and Sentinels that do not agree on a primary. */
export function noteDisagreements(survey: Survey, book: DraftBook): readonly string[] {
  return [...noteViews(survey, book), ...notePrimaries(survey, book)];
}

/** Sentinels that listen to a primary while none is known: their users would be forgotten. */
export function noteWatchers(survey: Survey): readonly string[] {
  const witnesses = witnessesOf(survey);
  if (witnesses.some(({ mode }) => mode === 'sentinel')) return [];
  return witnesses.flatMap((witness) => {
    const { watchers = 0 } = witness;
    if (watchers === 0) return [];
    const many = watchers === 1 ? 'a Sentinel watches' : `${watchers} Sentinels watch`;
    return [`${many} ${nameOf(witness)}, and none is among the seeds: Sentinels have users of their own`];
  });
}

/** Nodes that say they are the primary of the same group: a failover is under way, or the old one just came back. */
export function noteRivals(nodes: readonly FleetNode[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { role, group, reachable, id } of nodes) {
    if (role !== 'primary' || group === undefined || reachable !== 'yes') continue;
    groups.set(group, [...(groups.get(group) ?? []), id]);
  }
  return [...groups].flatMap(([group, ids]) =>
    ids.length < 2 ? [] : [`${ids.join(' and ')} both say that they are the primary of ${show(group)}`],
  );
}

function noteViews(survey: Survey, book: DraftBook): readonly string[] {
  const [first, ...others] = witnessesOf(survey).filter(({ view }) => view !== undefined);
  if (first?.view === undefined) return [];
  const own = first.view;
  return others.flatMap((other) => {
    const view = other.view ?? new Set<string>();
    if ([...view].every((id) => !own.has(id))) {
      return [`${nameOf(first)} and ${nameOf(other)} belong to different clusters`];
    }
    return [...noteGap(first, own, other, view, book), ...noteGap(other, view, first, own, book)];
  });
}

/** Nodes that one knows and the other does not. */
function noteGap(
  one: Witness,
  known: ReadonlySet<string>,
  other: Witness,
  others: ReadonlySet<string>,
  book: DraftBook,
): readonly string[] {
  const missing = [...known].filter((id) => !others.has(id)).map((id) => book.find(id)?.id ?? id);
  if (missing.length === 0) return [];
  const named = missing.toSorted().slice(0, NAMED_MAX).join(', ');
  const more = missing.length > NAMED_MAX ? ` and ${missing.length - NAMED_MAX} more` : '';
  return [`${nameOf(one)} knows ${named}${more}, and ${nameOf(other)} does not`];
}

function notePrimaries(survey: Survey, book: DraftBook): readonly string[] {
  const claims = new Map<string, Map<string, string>>();
  for (const { role, group, addresses, identity, by } of survey.sightings) {
    const [address] = addresses;
    if (role !== 'primary' || group === undefined || address === undefined) continue;
    const byAddress = show(printAddress(address));
    const node = book.find(byAddress) ?? (identity === undefined ? undefined : book.find(identity));
    const claim = claims.get(group) ?? new Map<string, string>();
    claims.set(group, claim.set(node?.id ?? byAddress, by));
  }
  return [...claims].flatMap(([group, claim]) => {
    if (claim.size < 2) return [];
    const said = [...claim].map(([node, by]) => `${by} says ${node}`).join(', ');
    return [`the Sentinels do not agree on the primary of ${show(group)}: ${said}`];
  });
}

function witnessesOf(survey: Survey): readonly Witness[] {
  return survey.visits.flatMap((visit) => (visit.ok ? [visit.witness] : []));
}

function nameOf({ target }: Witness): string {
  return printEndpoint(target.endpoint);
}
