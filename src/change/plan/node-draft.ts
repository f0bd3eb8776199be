/** One node while it is planned: what it is, what it becomes, and what is to be said about it. */

import type { User } from '../../acl/index.ts';
import type { FleetNode, NodeState } from '../../fleet/index.ts';
import type { Difference, NodePlan } from '../plan.ts';
import type { DesiredUsers } from './desired-users.ts';
import type { PersistencePlan } from './persistence.ts';
import type { SettingPlan } from './setting-changes.ts';
import type { UserChange } from './user-change.ts';

/** The marker comes off before changes that it would outlive, and is set when they are saved. */
export interface MarkMove {
  readonly stage: 'unmark' | 'revision';
  readonly before: User | undefined;
  readonly after: User;
}

export interface NodeDraft {
  readonly node: FleetNode;
  readonly state: NodeState;
  readonly role: NodePlan['role'];
  /** Undefined: the node did not show them, and nothing of it is planned. */
  readonly users:
    | {
        readonly before: ReadonlyMap<string, User>;
        readonly after: ReadonlyMap<string, User>;
        readonly desired: DesiredUsers;
        readonly changes: readonly UserChange[];
        readonly left: NodePlan['left'];
      }
    | undefined;
  readonly settings: readonly SettingPlan[];
  /** The marker as it is and as it should be; undefined where it is right, or where there can be none. */
  readonly marker: { readonly before: User | undefined; readonly after: User } | undefined;
  readonly marked: NodePlan['marker'];
  /** What is done to the marker, in order; empty where it is right and nothing else is changed. */
  readonly marking: readonly MarkMove[];
  readonly persistence: PersistencePlan;
}

/** Everything that differs, in the order in which it is shown. */
export function differencesOf(draft: NodeDraft, revision: string): readonly Difference[] {
  const { users, settings, marker, marked, persistence } = draft;
  const mark: readonly Difference[] =
    marker === undefined
      ? []
      : [
          {
            kind: 'revision',
            mark: marker.before === undefined ? '+' : '~',
            from: marked?.revision,
            to: revision,
          },
        ];
  return [
    ...(users?.changes ?? []).map(({ difference }) => difference),
    ...settings.map(({ difference }) => difference),
    ...mark,
    ...persistence.differences,
  ];
}

/** Whether anything of the node is changed while it runs. */
export function isChanged({
  users,
  settings,
  marker,
}: Pick<NodeDraft, 'users' | 'settings' | 'marker'>): boolean {
  return (
    marker !== undefined ||
    (users?.changes.length ?? 0) > 0 ||
    settings.some(({ changes }) => changes.length > 0)
  );
}
