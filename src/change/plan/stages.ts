/**
 * The steps that make a plan true. All nodes gain before any loses: users and rights first, proved by logins, then what
 * switches over, then what goes, then the marker, and at last everything is written to disk. Within a stage replicas
 * and Sentinels come before primaries.
 */

import type { User } from '../../acl/index.ts';
import { Secret } from '../../conf/index.ts';
import type { Credential } from '../../policy/index.ts';
import type { Stage } from '../run.ts';
import type { Step, StepAction } from '../step.ts';
import type { NodeDraft } from './node-draft.ts';
import { MARKER } from './revision.ts';
import type { UserMove, UserStage } from './user-change.ts';
import { imageOf } from './user-image.ts';
import { countSessions } from './user-changes.ts';

/** Names of the stages of an apply, in order, and what each does. */
export const APPLY_STAGES = {
  extend: 'add users, rights and passwords',
  verify: 'prove that the logins work',
  switch: 'change settings, and users that both gain and lose',
  remove: 'take away rights, passwords and users',
  revision: 'mark the nodes with the revision',
  persist: 'write it to disk',
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
  const stages: Stage[] = [];
  let id = 1;
  for (const [name, title] of Object.entries(APPLY_STAGES) as [ApplyStage, string][]) {
    const steps: Step[] = [];
    for (const draft of ordered) {
      for (const action of actionsOf(name, draft, secrets))
        steps.push({ ...action, id: id++, node: draft.node.id, stage: name });
    }
    if (steps.length > 0) stages.push({ name, title, steps });
  }
  return stages;
}

function actionsOf(
  stage: ApplyStage,
  draft: NodeDraft,
  secrets: ReadonlyMap<string, Credential>,
): readonly StepAction[] {
  switch (stage) {
    case 'extend':
      return userActions(stage, draft);
    case 'verify':
      return loginProofs(draft, secrets);
    case 'switch':
      return [...userActions(stage, draft), ...settingActions(draft)];
    case 'remove':
      return removals(draft);
    case 'revision':
      return draft.marker === undefined
        ? []
        : [setUser({ before: draft.marker.before, after: draft.marker.after }, MARKER)];
    case 'persist':
      return draft.persistence.by.map((by) => ({ kind: 'persist', by }));
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
  const { users, state } = draft;
  const moves = userActions('remove', draft);
  const ended = (users?.changes ?? [])
    .filter(({ name, endsSessions }) => endsSessions && countSessions(state, name) > 0)
    .map(({ name }): StepAction => ({ kind: 'end-sessions', user: name }));
  const { role } = state;
  const linked = role.known && role.value.kind === 'replica' && role.value.linkUp === true;
  const changed = moves.length > 0 || settingActions(draft).length > 0;
  return [...moves, ...ended, ...(linked && changed ? [{ kind: 'prove-replication' } as const] : [])];
}
