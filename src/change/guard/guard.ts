/**
 * The guard: why a plan must not be applied. Every reason is judged from what was read of the live nodes: who is logged
 * in, what they ran, how they replicate. A reason that locks the operator out can never be overridden.
 */

import { versionAtLeast } from '../../conf/index.ts';
import type { NodeState } from '../../fleet/index.ts';
import type { NodeDraft } from '../plan/node-draft.ts';
import { isChanged } from '../plan/node-draft.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import { MARKER } from '../plan/revision.ts';
import type { Refusal, RefusalCode } from '../plan.ts';
import { guardAdministrators } from './administrator.ts';
import { guardedNode, listNames, type Guard } from './case.ts';
import { guardDefaultUser, guardProtectedMode } from './default-user.ts';
import { guardExporters } from './exporter.ts';
import { guardCommandsInUse, guardPasswordsInUse } from './in-use.ts';
import { guardOwnUser } from './own-user.ts';
import { guardReplication } from './replication.ts';
import { guardSentinels } from './sentinel.ts';

const GUARDS: readonly Guard[] = [
  guardOwnUser,
  guardAdministrators,
  guardReplication,
  guardSentinels,
  guardExporters,
  guardDefaultUser,
  guardCommandsInUse,
  guardPasswordsInUse,
  guardProtectedMode,
];

/** What an operator may insist on passing, by `--allow`. */
export const ALLOWABLE_REFUSALS: readonly RefusalCode[] = [
  'replication-user',
  'sentinel-user',
  'exporter-user',
  'default-in-use',
  'commands-in-use',
  'password-in-use',
  'protected-mode',
  'unreadable',
  'not-persistent',
  'too-many-removed',
];

/** Removing more than one in so many users wants a second thought. */
const REMOVED_SHARE_MAX = 5;

/** Refusals of every node, each with whom it is about and what to do. */
export function findRefusals(
  drafts: readonly NodeDraft[],
  input: PlanInput,
): { readonly refusals: readonly Refusal[]; readonly warnings: readonly string[] } {
  const nodes = drafts.map(guardedNode).filter((node) => node !== undefined);
  const fleet = { nodes, input, denials: new Map(), logins: new Map() };
  const refusals = [
    ...drafts.flatMap(refuseUnreadable),
    ...drafts.flatMap(refuseUnsupported),
    ...nodes.flatMap((node) => GUARDS.flatMap((guard) => guard(node, fleet))),
    ...drafts.flatMap(refuseForgetful),
    ...refuseManyRemovals(drafts),
  ];
  return { refusals, warnings: drafts.flatMap(warningsOf) };
}

function refuseUnreadable(draft: NodeDraft): readonly Refusal[] {
  const { state, node } = draft;
  const { users, clients } = state;
  if (!users.known && !hasNoUsers(state)) {
    return [
      {
        code: 'unreadable',
        node: node.id,
        message: `Its users could not be read: ${users.detail}.`,
        next: users.look,
        override: 'never',
      },
    ];
  }
  if (clients.known || !takesAway(draft)) return [];
  return [
    {
      code: 'unreadable',
      node: node.id,
      message: `Who is connected could not be read (${clients.detail}), so that nobody can tell who would be cut off.`,
      next: `${clients.look}; or pass --allow unreadable`,
      override: 'allow',
    },
  ];
}

function takesAway({ users }: NodeDraft): boolean {
  return (users?.changes ?? []).some(({ moves }) => moves.some(({ stage }) => stage !== 'extend'));
}

function refuseUnsupported({ node, users }: NodeDraft): readonly Refusal[] {
  return (users?.desired.refusals ?? []).map((message) => ({
    code: 'unsupported',
    node: node.id,
    message,
    next: 'change the user in the policy, or upgrade the node',
    override: 'never',
  }));
}

function refuseForgetful(draft: NodeDraft): readonly Refusal[] {
  const forgets = draft.persistence.differences.find(({ how }) => how === 'by-hand');
  if (forgets === undefined || !isChanged(draft)) return [];
  return [
    {
      code: 'not-persistent',
      node: draft.node.id,
      message: `What is changed would not outlast a restart: ${forgets.why}.`,
      next: 'start it with a conf file or an aclfile, or pass --allow not-persistent',
      override: 'allow',
    },
  ];
}

/** Over the whole fleet, each name once. Users whose time is over are counted out: the policy dated them. */
function refuseManyRemovals(drafts: readonly NodeDraft[]): readonly Refusal[] {
  const everybody = new Set<string>();
  const removed = new Map<string, string>();
  for (const { users, node } of drafts) {
    for (const name of users?.before.keys() ?? [])
      if (name !== 'default' && name !== MARKER) everybody.add(name);
    for (const { name, after, due } of users?.changes ?? [])
      if (after === undefined && !due && !removed.has(name)) removed.set(name, node.id);
  }
  const [first] = removed.values();
  if (first === undefined || removed.size * REMOVED_SHARE_MAX <= everybody.size) return [];
  return [
    {
      code: 'too-many-removed',
      node: first,
      message: `${removed.size} of ${everybody.size} users would be removed: ${listNames([...removed.keys()])}.`,
      next: 'look whether the policy lost some of them; if it is meant, pass --allow too-many-removed',
      override: 'allow',
    },
  ];
}

/** A version without ACL. On a later one the command was renamed, and who is there is not known. */
function hasNoUsers({ users, mode, server }: NodeState): boolean {
  if (users.known || users.reason !== 'missing') return false;
  return mode === 'sentinel' || !versionAtLeast(server, { redis: '6.0', valkey: '7.2' });
}

function warningsOf({ node, state, users }: NodeDraft): readonly string[] {
  const warnings: string[] = [];
  if (users === undefined && hasNoUsers(state))
    warnings.push(`${node.id}: its version has no users, so that none are planned.`);
  if (users !== undefined && !state.login.known)
    warnings.push(
      `${node.id}: it does not tell whom we are logged in as, so that our own user is not guarded.`,
    );
  if (state.clientsCut > 0)
    warnings.push(`${node.id}: ${state.clientsCut} more sessions were not looked at.`);
  return warnings;
}
