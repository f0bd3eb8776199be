/**
 * From visits and sightings to nodes. What answered is known by its run_id, so that one server behind two addresses is
 * one node; what did not answer is known by the identity or the address under which others speak of it.
 */

import type { FleetNode, Topology, TopologyKind } from '../topology.ts';
import { addressOrder } from './announced-address.ts';
import { createDraftBook, type Draft, type DraftBook } from './draft.ts';
import { noteDisagreements, noteRivals, noteWatchers } from './survey-notes.ts';
import type { Survey } from './survey.ts';

/** Links between groups that are followed: chains of replicas of replicas. */
const CHAIN_MAX = 64;
const ROLE_ORDER: readonly FleetNode['role'][] = ['primary', 'replica', 'sentinel', 'unknown'];

export function assembleTopology(survey: Survey, { nodesMax }: { readonly nodesMax: number }): Topology {
  const book = createDraftBook();
  const notes: string[] = [];
  for (const visit of survey.visits) {
    if (visit.ok) notes.push(...visit.witness.notes);
    book.addVisit(visit);
  }
  for (const sighting of survey.sightings) notes.push(...book.addSighting(sighting, survey.places(sighting)));
  const drafts = book.drafts();
  shareGroups(drafts, book);
  const nodes = drafts.map((draft) => nodeOf(draft, book)).toSorted(byRoleAndAddress);
  const left = survey.leftOut();
  return {
    kind: kindOf(survey, nodes),
    nodes,
    notes: [
      ...new Set([
        ...notes,
        ...noteDisagreements(survey, book),
        ...noteWatchers(survey),
        ...noteRivals(nodes),
        ...(left > 0 ? [`more than ${nodesMax} nodes: ${left} that are announced were not asked`] : []),
      ]),
    ],
  };
}

function nodeOf(draft: Draft, book: DraftBook): FleetNode {
  const primary = book.primaryOf(draft)?.id;
  return {
    id: draft.id,
    target: draft.target,
    role: draft.role,
    ...(primary === undefined ? {} : { primary }),
    ...(draft.group === undefined ? {} : { group: draft.group }),
    ...(draft.identity === undefined ? {} : { identity: draft.identity }),
    flags: [...draft.flags].toSorted(),
    reachable: draft.reachable,
  };
}

/** A replica that no Sentinel names (`replica-announced no`, or one of a replica) is of the group of its primary. */
function shareGroups(drafts: readonly Draft[], book: DraftBook): void {
  for (let pass = 0; pass < CHAIN_MAX; pass += 1) {
    const open = drafts.filter((draft) => draft.group === undefined && draft.role === 'replica');
    const changed = open.filter((draft) => {
      draft.group = book.primaryOf(draft)?.group;
      return draft.group !== undefined;
    });
    if (changed.length === 0) return;
  }
}

function kindOf(survey: Survey, nodes: readonly FleetNode[]): TopologyKind {
  const modes = new Set(survey.visits.flatMap((visit) => (visit.ok ? [visit.witness.mode] : [])));
  if (modes.has('sentinel') || nodes.some(({ role }) => role === 'sentinel')) return 'sentinel';
  if (modes.has('cluster')) return 'cluster';
  return nodes.some(({ role }) => role === 'replica') ? 'replicated' : 'standalone';
}

function byRoleAndAddress(one: FleetNode, other: FleetNode): number {
  const roles = ROLE_ORDER.indexOf(one.role) - ROLE_ORDER.indexOf(other.role);
  if (roles !== 0) return roles;
  return addressOrder(one.id) < addressOrder(other.id) ? -1 : 1;
}
