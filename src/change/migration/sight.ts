/** What a migration reads a fleet for: each node with what it lacks, and the steps that add the users of the policy. */

import type { Secret } from '../../conf/index.ts';
import type { NodeState, Topology } from '../../fleet/index.ts';
import type { Credential, FleetPolicy, PolicyDocument } from '../../policy/index.ts';
import { usersDue } from '../access/due.ts';
import { desireUsers } from '../plan/desired-users.ts';
import { planFleet } from '../plan/plan-fleet.ts';
import { MARKER } from '../plan/revision.ts';
import type { Stage } from '../run.ts';
import type { Step } from '../step.ts';
import { seeNode } from './migration-node.ts';
import type { MigrationSight } from './stage-parts.ts';

export interface FleetReading {
  readonly policy: PolicyDocument;
  readonly fleet: FleetPolicy | undefined;
  readonly topology: Topology;
  readonly states: readonly NodeState[];
  readonly secrets: ReadonlyMap<string, Credential>;
  readonly now: Date;
}

/** One sight for each node that was read, in the order of the topology. */
export function seeFleet({ policy, topology, states, now }: FleetReading): readonly MigrationSight[] {
  const due = new Set(usersDue(policy, now).map(({ user }) => user));
  const desire = desireUsers(policy, due);
  const byId = new Map(states.map((state) => [state.node, state]));
  return topology.nodes.flatMap((node) => {
    const state = byId.get(node.id);
    if (state === undefined) return [];
    const mode = state.mode === 'standalone' && topology.kind !== 'standalone' ? 'replica' : state.mode;
    const wanted = mode === 'sentinel' ? [] : [...desire(state.server, mode, state.table).users.keys()];
    return [{ node, state, seen: seeNode(node, state, wanted) }];
  });
}

/**
 * The steps of the planner that add users and rights, prove their logins, and write them to disk. `default` stays as it
 * is, nothing is taken away, and no setting is changed. Sentinels get their own users by an apply.
 */
export function additionsOf(reading: FleetReading): readonly Stage[] {
  const { policy, fleet, topology, states, secrets, now } = reading;
  const { stages } = planFleet({ policy, fleet, topology, states, unreadable: [], secrets, now });
  const sentinels = new Set(states.flatMap(({ node, mode }) => (mode === 'sentinel' ? [node] : [])));
  const kept = stages.map((stage) => ({
    ...stage,
    steps: stage.steps.filter((step) => isAddition(step) && !sentinels.has(step.node)),
  }));
  const touched = new Set(
    kept.flatMap(({ name, steps }) => (name === 'persist' ? [] : steps.map(({ node }) => node))),
  );
  let id = 1;
  return kept
    .map((stage): Stage => ({
      ...stage,
      steps: stage.steps.filter(({ node }) => touched.has(node)).map((step): Step => ({ ...step, id: id++ })),
    }))
    .filter(({ steps }) => steps.length > 0);
}

function isAddition(step: Step): boolean {
  switch (step.stage) {
    case 'extend':
      return step.kind === 'set-user' && step.user !== 'default' && step.user !== MARKER;
    case 'verify':
      return step.kind === 'prove-login' && step.user !== 'default';
    case 'persist':
      return true;
    default:
      return false;
  }
}

/** The user of a role that servers and Sentinels log in as, and its secret where it is known. */
export function linkUserOf(
  role: 'replication' | 'sentinel',
  { policy, secrets, now }: Pick<FleetReading, 'policy' | 'secrets' | 'now'>,
): { readonly user: string; readonly password: Secret | undefined } | undefined {
  const due = new Set(usersDue(policy, now).map(({ user }) => user));
  const user = policy.users.find((each) => each.role === role && !due.has(each.name));
  if (user === undefined) return undefined;
  const secret = secrets.get(user.name);
  return {
    user: user.name,
    password: secret !== undefined && 'reveal' in secret ? secret : undefined,
  };
}
