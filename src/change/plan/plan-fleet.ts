/** Plans a fleet: the difference between the policy and each live node, why it must not be applied, and the steps. Pure. */

import type { User } from '../../acl/index.ts';
import { Secret } from '../../conf/index.ts';
import type { FleetNode, NodeState, Topology } from '../../fleet/index.ts';
import { usersDue } from '../access/due.ts';
import { findRefusals } from '../guard/guard.ts';
import type { NodePlan, Plan, PlannedRun, Refusal } from '../plan.ts';
import { desireUsers, type DesireUsers, type NodeMode } from './desired-users.ts';
import { differencesOf, type NodeDraft } from './node-draft.ts';
import { planPersistence } from './persistence.ts';
import type { PlanInput } from './plan-input.ts';
import {
  digestUsers,
  isHarmless,
  isUnsaved,
  MARKER,
  markerUser,
  policyRevision,
  readMarker,
  unsavedMarker,
} from './revision.ts';
import { expectSettings, planReplication, planSettings, type ExpectSettings } from './setting-changes.ts';
import { completeSecrets } from './sibling-hash.ts';
import { noteOddNodes } from './siblings.ts';
import { stagesOf } from './stages.ts';
import { createUserChanges } from './user-change.ts';
import { planUsers, type UserChanges, type UserRules } from './user-changes.ts';
import { sightOf } from './user-image.ts';

export function planFleet(input: PlanInput): PlannedRun {
  const scene = openScene(input);
  const nodes = new Map(input.topology.nodes.map((node) => [node.id, node]));
  const drafts: NodeDraft[] = [];
  const warnings = new Set<string>();
  for (const state of input.states) {
    const node = nodes.get(state.node);
    if (node === undefined) continue;
    const { draft, warnings: said } = draftNode(node, state, scene);
    drafts.push(draft);
    for (const warning of said) warnings.add(warning);
  }
  const guarded = findRefusals(drafts, input);
  const allowed = (refusal: Refusal): boolean =>
    refusal.override === 'allow' && input.allow?.has(refusal.code) === true;
  const refusals = guarded.refusals.filter((refusal) => !allowed(refusal));
  const insisted = guarded.refusals.filter(allowed);
  const plan: Plan = {
    madeAt: input.now.toISOString(),
    fleet: input.fleet?.name,
    kind: input.topology.kind,
    revision: scene.revision,
    nodes: drafts.map((draft) => nodePlan(draft, scene.revision)),
    unreadable: input.unreadable,
    refusals,
    warnings: [
      ...warnings,
      ...guarded.warnings,
      ...insisted.map(({ code, node, message }) => `${node}: ${message} (allowed by --allow ${code})`),
    ],
    notes: [...input.topology.notes, ...noteOddNodes(drafts)],
  };
  return { plan, stages: stagesOf(drafts, input.secrets) };
}

/** What is the same for every node. */
interface Scene {
  readonly input: PlanInput;
  readonly revision: string;
  readonly desire: DesireUsers;
  readonly expect: ExpectSettings;
  readonly rules: UserRules;
  readonly replication: { readonly user: string; readonly secret: Secret | undefined } | undefined;
  /** `id`s of nodes that were read. */
  readonly read: ReadonlySet<string>;
}

function openScene(input: PlanInput): Scene {
  const { policy, rotating, owned } = input;
  const secrets = completeSecrets(input);
  const due = new Map(usersDue(policy, input.now).map(({ user, why }) => [user, why]));
  const replica = policy.users.find(({ name, role }) => role === 'replication' && !due.has(name));
  const password = replica === undefined ? undefined : secrets.get(replica.name);
  return {
    input,
    revision: policyRevision(policy),
    desire: desireUsers(policy, new Set(due.keys())),
    expect: expectSettings(policy),
    rules: {
      policy,
      secrets,
      rotating: rotating ?? new Set(),
      owned: owned ?? new Set(),
      ownership: input.fleet?.ownership ?? 'declared',
      due,
      declared: new Set(policy.users.map(({ name }) => name)),
      make: createUserChanges(),
    },
    replication:
      replica === undefined || rotating?.has(replica.name) === true
        ? undefined
        : { user: replica.name, secret: password instanceof Secret ? password : undefined },
    read: new Set(input.states.map(({ node }) => node)),
  };
}

function draftNode(
  node: FleetNode,
  state: NodeState,
  scene: Scene,
): { readonly draft: NodeDraft; readonly warnings: readonly string[] } {
  const mode = modeOf(state, scene.input.topology.kind);
  const warnings: string[] = [];
  const settings = [...settingsOf(node, state, mode, scene, warnings)];
  const role = roleOf(node, state);
  if (!state.users.known) {
    const persistence = { differences: [], by: [], warnings: [] };
    const marks = { marker: undefined, marked: undefined, marking: [] };
    return {
      draft: { node, state, role, users: undefined, settings: [], ...marks, persistence },
      warnings,
    };
  }
  const before = new Map(state.users.value.map(({ user }) => [user.name, user]));
  // Where commands are renamed users are read with another table than the node's own.
  const table = state.users.value[0]?.user.table ?? state.table;
  const desired = scene.desire(state.server, mode, table);
  const planned = planUsers(state, before, desired, scene.rules);
  const marker = markerOf(before, planned, scene.revision, table);
  const users = { before, after: usersAfter(before, planned), desired, ...planned };
  const isSet = settings.some(({ changes }) => changes.length > 0);
  const isTouched = planned.changes.length > 0 || isSet;
  const touched = {
    // The marker is a user too, and moves with whatever is changed.
    users: isTouched || marker.plan !== undefined,
    settings: isSet || isUnsaved(before.get(MARKER)),
  };
  const persistence = planPersistence(state, before, touched, scene.input.files?.get(node.id));
  const marking = markingOf(marker, { isSet, isTouched, savers: persistence.by.length }, table);
  warnings.push(...desired.warnings, ...planned.warnings, ...persistence.warnings);
  const marks = { marker: marker.plan, marked: marker.said, marking };
  return { draft: { node, state, role, users, settings, ...marks, persistence }, warnings };
}

/**
 * A marker of another revision, or none, shows by itself that users were not saved; settings that were not saved beside
 * an ACL file that was, nothing shows. Then, and where the marker is right, it comes off first, unless nothing is saved.
 */
function markingOf(
  { plan, live, wanted }: Marking,
  node: { readonly isSet: boolean; readonly isTouched: boolean; readonly savers: number },
  table: User['table'],
): NodeDraft['marking'] {
  const isTakenOff = plan === undefined ? node.isTouched && node.savers > 0 : node.isSet && node.savers > 1;
  if (!isTakenOff)
    return plan === undefined ? [] : [{ stage: 'revision', before: plan.before, after: plan.after }];
  const open = unsavedMarker(table);
  if (isUnsaved(live)) return [{ stage: 'revision', before: live, after: wanted }];
  return [
    { stage: 'unmark', before: live, after: open },
    { stage: 'revision', before: open, after: wanted },
  ];
}

function settingsOf(
  node: FleetNode,
  state: NodeState,
  mode: NodeMode,
  { input, expect, replication, read }: Scene,
  warnings: string[],
): NodeDraft['settings'] {
  const planned = planSettings(state, expect(state.server, mode), input.policy.choices);
  warnings.push(...planned.warnings);
  if (replication === undefined || (mode !== 'replica' && mode !== 'cluster')) return planned.plans;
  const reachable = node.primary === undefined || read.has(node.primary) ? 'primary-read' : 'primary-unread';
  const link = planReplication(state, replication, reachable);
  return link === undefined ? planned.plans : [...planned.plans, link];
}

interface Marking {
  /** Undefined: the marker is right already. */
  readonly plan: NodeDraft['marker'];
  readonly said: NodePlan['marker'];
  readonly live: User | undefined;
  readonly wanted: User;
}

function markerOf(
  before: ReadonlyMap<string, User>,
  { held }: UserChanges,
  revision: string,
  table: User['table'],
): Marking {
  const digest = digestUsers(held);
  const live = before.get(MARKER);
  const wanted = markerUser(revision, digest, table);
  const said = readMarker(live, digest);
  const right = live !== undefined && said?.revision === revision && isHarmless(live, wanted);
  return { plan: right ? undefined : { before: live, after: wanted }, said, live, wanted };
}

function usersAfter(before: ReadonlyMap<string, User>, { changes }: UserChanges): ReadonlyMap<string, User> {
  const after = new Map(before);
  for (const change of changes) {
    if (change.after === undefined) after.delete(change.name);
    else after.set(change.name, change.after);
  }
  return after;
}

/** A primary with replicas, and a replica, replicate under named users; a lone server does not. */
function modeOf({ mode }: NodeState, kind: Topology['kind']): NodeMode {
  if (mode !== 'standalone') return mode;
  return kind === 'standalone' ? 'standalone' : 'replica';
}

function roleOf(node: FleetNode, { role }: NodeState): NodePlan['role'] {
  return role.known ? role.value.kind : node.role;
}

function nodePlan(draft: NodeDraft, revision: string): NodePlan {
  const { node, state, role, users, marked } = draft;
  const seen = [...(users?.before.values() ?? [])].map((user): [string, string] => [
    user.name,
    sightOf(user),
  ]);
  return {
    node: node.id,
    role,
    server: `${state.server.product}-${state.server.version}`,
    basis: state.fingerprint,
    differences: differencesOf(draft, revision),
    marker: marked,
    seen: { runId: state.runId, users: Object.fromEntries(seen) },
    left: users?.left ?? [],
  };
}
