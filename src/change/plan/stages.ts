/**
 * The steps that make a plan true. All nodes gain before any loses: users and rights first, proved by logins, then what
 * switches over, then what goes, then links are proved and everything is written to disk, and only what is on disk is
 * marked. A marker that would hold through this comes off first: no node whose change was not saved has the revision.
 * Within a stage replicas and Sentinels come before primaries.
 */

import type { User } from '../../acl/index.ts';
import { Secret } from '../../conf/index.ts';
import type { Credential } from '../../policy/index.ts';
import type { Stage } from '../run.ts';
import type { Step, StepAction } from '../step.ts';
import type { MarkMove, NodeDraft } from './node-draft.ts';
import { MARKER } from './revision.ts';
import type { UserMove, UserStage } from './user-change.ts';
import { imageOf } from './user-image.ts';
import { countSessions } from './user-changes.ts';

/** Names of the stages of an apply, in order, and what each does. */
export const APPLY_STAGES = {
  unmark: 'take the revision off nodes that change',
  extend: 'add users, rights and passwords',
  verify: 'prove that the logins work',
  switch: 'change settings, and users that both gain and lose',
  remove: 'take away rights, passwords and users',
  replication: 'see that replication is up',
  persist: 'write it to disk',
  revision: 'mark the nodes with the revision, and write that to disk',
} as const;

export type ApplyStage = keyof typeof APPLY_STAGES;

const ORDER: Readonly<Record<NodeDraft['role'], number>> = {
  replica: 0,
  sentinel: 1,
  unknown: 2,
  primary: 3,
};

/** Stages without a step are left out. Steps are numbered from 1 in the order in which they run. */
export function stagesOf(
  drafts: readonly NodeDraft[],
  secrets: ReadonlyMap<string, Credential>,
): readonly Stage[] {
  const ordered = drafts.toSorted((a, b) => ORDER[a.role] - ORDER[b.role]);
  const scene: Scene = { secrets, links: drafts.some(disturbsLinks) ? 'proved' : 'left' };
  const stages: Stage[] = [];
  let id = 1;
  for (const [name, title] of Object.entries(APPLY_STAGES) as [ApplyStage, string][]) {
    const steps: Step[] = [];
    for (const draft of ordered) {
      for (const action of actionsOf(name, draft, scene))
        steps.push({ ...action, id: id++, node: draft.node.id, stage: name });
    }
    if (steps.length > 0) stages.push({ name, title, steps });
  }
  return stages;
}

interface Scene {
  readonly secrets: ReadonlyMap<string, Credential>;
  /** Whether replicas must show that their links are up again. */
  readonly links: 'proved' | 'left';
}

/** Whatever a primary takes away may be what a replica lives on, and only the replica shows it. */
function disturbsLinks(draft: NodeDraft): boolean {
  return settingActions(draft).length > 0 || userActions('remove', draft).length > 0;
}

function actionsOf(stage: ApplyStage, draft: NodeDraft, { secrets, links }: Scene): readonly StepAction[] {
  switch (stage) {
    case 'unmark':
      return markings(stage, draft);
    case 'extend':
      return userActions(stage, draft);
    case 'verify':
      return loginProofs(draft, secrets);
    case 'switch':
      return [...userActions(stage, draft), ...settingActions(draft)];
    case 'remove':
      return removals(draft);
    case 'replication':
      return links === 'proved' ? linkProofs(draft) : [];
    case 'persist':
      return draft.persistence.by.map((by) => ({ kind: 'persist', by }));
    case 'revision':
      return markings(stage, draft);
  }
}

function userActions(stage: UserStage, { users }: NodeDraft): readonly StepAction[] {
  return (users?.changes ?? []).flatMap(({ name, moves }) =>
    moves.filter((move) => move.stage === stage).map((move) => moveUser(move, name)),
  );
}

function moveUser({ before, after }: UserMove, user: string): StepAction {
  if (after !== undefined) return setUser({ before, after }, user);
  if (before === undefined) throw new Error(`${user} neither was nor will be`);
  return { kind: 'remove-user', user, before: new Secret(imageOf(before)) };
}

function setUser(
  move: { readonly before: User | undefined; readonly after: User },
  user: string,
): StepAction {
  const before = move.before === undefined ? undefined : new Secret(imageOf(move.before));
  return { kind: 'set-user', user, before, after: new Secret(imageOf(move.after)) };
}

/** What was added or given another password must let in whoever holds the secret. */
function loginProofs({ users }: NodeDraft, secrets: ReadonlyMap<string, Credential>): readonly StepAction[] {
  return (users?.changes ?? []).flatMap(({ name, moves }): StepAction[] => {
    const password = secrets.get(name);
    const move = moves.find(({ stage }) => stage === 'extend');
    if (!(password instanceof Secret) || move?.after?.enabled !== true) return [];
    return [{ kind: 'prove-login', user: name, password, expect: 'accepted' }];
  });
}

function settingActions({ settings }: NodeDraft): readonly StepAction[] {
  const changes = settings.flatMap((setting) => setting.changes);
  return changes.length === 0 ? [] : [{ kind: 'set-config', settings: changes }];
}

function removals(draft: NodeDraft): readonly StepAction[] {
  const ended = (draft.users?.changes ?? [])
    .filter(({ name, endsSessions }) => endsSessions && countSessions(draft.state, name) > 0)
    .map(({ name }): StepAction => ({ kind: 'end-sessions', user: name }));
  return [...userActions('remove', draft), ...ended];
}

/** A link that was down before is nobody's fault here. */
function linkProofs({ state: { role } }: NodeDraft): readonly StepAction[] {
  const linked = role.known && role.value.kind === 'replica' && role.value.linkUp === true;
  return linked ? [{ kind: 'prove-replication' }] : [];
}

/** What marks a node must itself be saved, by whatever saves users. */
function markings(stage: MarkMove['stage'], { marking, persistence }: NodeDraft): readonly StepAction[] {
  const [by] = persistence.by;
  return marking
    .filter((move) => move.stage === stage)
    .flatMap((move): readonly StepAction[] => [
      setUser(move, MARKER),
      ...(stage === 'unmark' || by === undefined ? [] : [{ kind: 'persist' as const, by }]),
    ]);
}
