/** What the stages of every phase are put together from. */

import type { Secret } from '../../conf/index.ts';
import type { FleetNode, NodeState, Topology } from '../../fleet/index.ts';
import type { Stage } from '../run.ts';
import type { Step, StepAction } from '../step.ts';
import type { MigrationNode } from './migration-node.ts';
import type { WantedTls } from './tls-settings.ts';

/** A node with everything that is known of it. */
export interface MigrationSight {
  readonly node: FleetNode;
  readonly state: NodeState;
  readonly seen: MigrationNode;
}

export interface PhaseInput {
  readonly kind: Topology['kind'];
  readonly sights: readonly MigrationSight[];
  /** Stages that add the users of the policy, made by the planner, without `default`. */
  readonly userStages: readonly Stage[];
  readonly tls: WantedTls;
  /** Ourselves as we log in by the new way; undefined: the policy names nobody. */
  readonly ourselves: Named | undefined;
  /** What replicas log in as. */
  readonly replication: Named | undefined;
  /** What Sentinels log in as. */
  readonly sentinel: Named | undefined;
  /** The password of `default`, to take back what a Sentinel does not show. */
  readonly oldPassword: Secret | undefined;
  readonly insist: 'no' | 'force';
}

export interface Named {
  readonly user: string;
  readonly password: Secret;
}

export interface PhasePlan {
  readonly stages: readonly Stage[];
  /** Why the phase cannot be done here; any, and nothing is begun. */
  readonly obstacles: readonly string[];
  /** What a person must do beside, as sentences. */
  readonly byHand: readonly string[];
}

/** What one node does in a stage. */
export type NodeActions = readonly [node: string, actions: readonly StepAction[]];

export function prove({ user, password }: Named): StepAction {
  return { kind: 'prove-login', user, password, expect: 'accepted' };
}

export function dataNodes(sights: readonly MigrationSight[]): readonly MigrationSight[] {
  return sights.filter(({ seen }) => seen.mode !== 'sentinel');
}

/** What outlasts a restart: users by whatever keeps them, settings by the conf file. */
export function keep({ persistence, info }: NodeState, what: 'users' | 'settings'): readonly StepAction[] {
  if (what === 'users') {
    if (persistence.by === 'aclfile') return [{ kind: 'persist', by: 'acl-save' }];
    return persistence.by === 'conf' ? [{ kind: 'persist', by: 'config-rewrite' }] : [];
  }
  return (info.get('config_file') ?? '') === '' ? [] : [{ kind: 'persist', by: 'config-rewrite' }];
}

/** What Sentinels cannot do while they run. */
export function sentinelNotes(sights: readonly MigrationSight[]): readonly string[] {
  const sentinels = sights.filter(({ seen }) => seen.mode === 'sentinel').map(({ seen }) => seen.id);
  if (sentinels.length === 0) return [];
  return [
    `Sentinels (${sentinels.join(', ')}) go on by the plaintext ports, and so does replication under them; they take TLS only at a restart. Their own users come by wardis apply.`,
  ];
}

/** Nodes whose sessions are not all known: nobody can say that none of them needs the old way. */
export function unseenSessions({ sights, insist }: PhaseInput): readonly string[] {
  if (insist === 'force') return [];
  return dataNodes(sights).flatMap(({ seen: { id, unseen, sessionsCut } }) => {
    if (unseen !== undefined) return [`${id} does not show who is connected: ${unseen}`];
    return sessionsCut === 0 ? [] : [`${id} has ${sessionsCut} sessions more than are looked at`];
  });
}

/** What a restart would undo. */
export function unkeptNotes(sights: readonly MigrationSight[]): readonly string[] {
  return dataNodes(sights)
    .filter(({ state }) => (state.info.get('config_file') ?? '') === '')
    .map(({ seen }) => `${seen.id} was started without a conf file: nothing of this outlasts its restart`);
}

export function stage(name: string, title: string, actions: readonly NodeActions[]): readonly Stage[] {
  let id = 1;
  const steps = actions.flatMap(([node, list]) =>
    list.map((action): Step => ({ ...action, id: id++, node, stage: name })),
  );
  return steps.length === 0 ? [] : [{ name, title, steps }];
}

/** Steps are numbered through all stages. */
export function renumber(stages: readonly Stage[], next: Stage): readonly Stage[] {
  const offset = stages.reduce((sum, { steps }) => sum + steps.length, 0);
  return [...stages, { ...next, steps: next.steps.map((step) => ({ ...step, id: step.id + offset })) }];
}
