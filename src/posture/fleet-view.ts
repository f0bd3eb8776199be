/**
 * What the checks that compare nodes may know of the other nodes of a run. It is worked out once for all of them, so
 * that judging a thousand nodes takes a thousand times the work of one and not a million times.
 */

import type { Fact, Snapshot, UserFact } from '../fleet/index.ts';
import { digestUsers } from './user-comparison.ts';

/** Nodes whose users are the same in effect. */
export interface UserGroup {
  readonly mode: string | undefined;
  readonly digest: string;
  /** The users of the first of them; the others hold the same. */
  readonly users: readonly UserFact[];
  readonly subjects: readonly string[];
}

/** Every node of the run, the judged one among them, each subject once. */
export interface FleetView {
  readonly subjects: ReadonlySet<string>;
  /** The same without what stands before an `@`. */
  readonly names: ReadonlySet<string>;
  /** Addresses that a node is or listens on: `10.0.0.5:6379`. */
  readonly addresses: ReadonlySet<string>;
  /** Subjects by what they run: `redis 7.2.16`. */
  readonly servers: ReadonlyMap<string, readonly string[]>;
  readonly userGroups: readonly UserGroup[];
}

/** Collects a view, a node at a time. */
export interface FleetViewer {
  /** Take a node in; gives it back with no more than the checks that compare nodes read. */
  readonly add: (snapshot: Snapshot) => Snapshot;
  readonly view: () => FleetView;
}

/** No other node. */
export const NO_FLEET: FleetView = viewFleet([]);

/** The view of these nodes. */
export function viewFleet(snapshots: readonly Snapshot[]): FleetView {
  const viewer = openFleetViewer();
  for (const snapshot of snapshots) viewer.add(snapshot);
  return viewer.view();
}

export function openFleetViewer(): FleetViewer {
  const subjects = new Set<string>();
  const names = new Set<string>();
  const addresses = new Set<string>();
  const servers = new Map<string, string[]>();
  const groups = new Map<string, UserGroup & { readonly subjects: string[] }>();
  return {
    add: (snapshot) => {
      const { subject } = snapshot;
      const seen = subjects.has(subject);
      subjects.add(subject);
      const name = subject.replace(/^.*@/, '');
      names.add(name);
      for (const address of [name, ...listenersOf(snapshot)]) addresses.add(address);
      if (snapshot.product.known && !seen) {
        const { product, version } = snapshot.product.value;
        listAt(servers, `${product} ${version}`).push(subject);
      }
      if (!snapshot.users.known) return trim(snapshot, snapshot.users);
      const group = groupOf(groups, snapshot, snapshot.users.value);
      if (!seen) group.subjects.push(subject);
      return trim(snapshot, { ...snapshot.users, value: group.users });
    },
    view: () => ({ subjects, names, addresses, servers, userGroups: [...groups.values()] }),
  };
}

/** The group of a node's users, from those that it may be compared with. */
export function ownGroup(fleet: FleetView, snapshot: Snapshot, users: readonly UserFact[]): UserGroup {
  const digest = digestUsers(users);
  const mode = modeOf(snapshot);
  return (
    fleet.userGroups.find((group) => group.digest === digest && group.mode === mode) ?? {
      mode,
      digest,
      users,
      subjects: [],
    }
  );
}

/** Up to three names, and how many more. */
export function printSubjects(subjects: readonly string[]): string {
  const shown = subjects.slice(0, 3);
  const rest = subjects.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

function groupOf(
  groups: Map<string, UserGroup & { readonly subjects: string[] }>,
  snapshot: Snapshot,
  users: readonly UserFact[],
): UserGroup & { readonly subjects: string[] } {
  const mode = modeOf(snapshot);
  const digest = digestUsers(users);
  const key = `${mode ?? ''} ${digest}`;
  const found = groups.get(key);
  if (found !== undefined) return found;
  const group = { mode, digest, users, subjects: [] };
  groups.set(key, group);
  return group;
}

function listenersOf({ listeners }: Snapshot): readonly string[] {
  return listeners.known ? listeners.value.map(({ address }) => address) : [];
}

function listAt(lists: Map<string, string[]>, key: string): string[] {
  const found = lists.get(key) ?? [];
  lists.set(key, found);
  return found;
}

function modeOf(snapshot: Snapshot): string | undefined {
  return snapshot.mode.known ? snapshot.mode.value : undefined;
}

/** The large facts go: command table, settings, INFO, sessions, certificates. */
function trim(snapshot: Snapshot, users: Snapshot['users']): Snapshot {
  return {
    ...snapshot,
    users,
    settings: NOTHING,
    secrets: NOTHING,
    commands: LET_GO,
    denials: LET_GO,
    clients: LET_GO,
    modules: LET_GO,
    info: LET_GO,
    listeners: LET_GO,
    aclFile: LET_GO,
    certificateFiles: NOTHING,
    paths: NOTHING,
  };
}

const NOTHING: ReadonlyMap<string, Fact<never>> = new Map<string, Fact<never>>();
const LET_GO = {
  known: false,
  reason: 'not-asked',
  detail: 'let go to save memory',
  look: 'report this as a bug of wardis',
} as const;
