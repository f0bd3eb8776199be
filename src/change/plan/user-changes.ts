/** Every user of one node, held against what the policy wants: who is added, changed and removed, and who is left alone. */

import { hashPassword, type User } from '../../acl/index.ts';
import { Secret } from '../../conf/index.ts';
import type { NodeState } from '../../fleet/index.ts';
import type { Credential } from '../../policy/index.ts';
import type { NodePlan } from '../plan.ts';
import type { DesiredUser, DesiredUsers } from './desired-users.ts';
import type { PlanInput } from './plan-input.ts';
import { MARKER } from './revision.ts';
import { removeUser, type ChangeUsers, type UserChange } from './user-change.ts';
import { composeUser } from './user-image.ts';

/** What holds for every node. */
export interface UserRules extends Pick<PlanInput, 'secrets' | 'rotating' | 'owned' | 'policy'> {
  readonly ownership: string;
  /** Why a declared user is removed, by name. */
  readonly due: ReadonlyMap<string, string>;
  readonly declared: ReadonlySet<string>;
  readonly make: ChangeUsers;
}

export interface UserChanges {
  readonly changes: readonly UserChange[];
  readonly left: NodePlan['left'];
  readonly warnings: readonly string[];
  /** Declared users as they will be. */
  readonly held: readonly User[];
}

/** `live`: every user of the node by name. */
export function planUsers(
  state: NodeState,
  live: ReadonlyMap<string, User>,
  desired: DesiredUsers,
  rules: UserRules,
): UserChanges {
  const changes: UserChange[] = [];
  const warnings: string[] = [];
  const held: User[] = [];
  for (const wanted of desired.users.values()) {
    const before = live.get(wanted.name);
    // Users that Sentinels have of themselves: those of a running fleet may have other names.
    if (before === undefined && isImplied(wanted, rules)) continue;
    const login = loginOf(wanted, before, rules);
    warnings.push(...login.warnings);
    const after = composeUser(wanted.user, login);
    held.push(after);
    const change = before === undefined ? rules.make.add(after) : rules.make.change(before, after);
    if (change !== undefined) changes.push(change);
  }
  const left: { readonly user: string; readonly why: string }[] = [];
  for (const user of live.values()) {
    if (desired.users.has(user.name) || user.name === MARKER) continue;
    const fate = fateOf(user.name, state, rules);
    if (fate.fate === 'left') left.push({ user: user.name, why: fate.why });
    else {
      const sessions = countSessions(state, user.name);
      changes.push(removeUser(user, { why: fate.why, due: fate.due, sessions }));
    }
  }
  return { changes, left, warnings, held };
}

/** SHA-256 of a secret as the servers keep it. */
export function hashOf(credential: Credential): string {
  return credential instanceof Secret ? hashPassword(credential.reveal()) : credential.sha256;
}

/** Sessions of a user on a node, ours aside; 0 where they are not known. */
export function countSessions({ clients, clientId }: NodeState, user: string): number {
  if (!clients.known) return 0;
  const own = clientId.known ? clientId.value : undefined;
  return clients.value.filter((session) => session.user === user && session.id !== own).length;
}

/** No policy names it, and nobody could log in as it. */
function isImplied({ name, role }: DesiredUser, { declared, secrets }: UserRules): boolean {
  return role !== 'closed' && !declared.has(name) && !secrets.has(name);
}

interface WantedLogin {
  readonly enabled: boolean;
  readonly nopass: boolean;
  readonly passwords: readonly string[];
  readonly warnings: readonly string[];
}

function loginOf({ name, role, user }: DesiredUser, live: User | undefined, rules: UserRules): WantedLogin {
  const { enabled } = user;
  const credential = rules.secrets.get(name);
  if (role === 'closed') return { enabled, nopass: false, passwords: [], warnings: [] };
  if (live !== undefined && rules.rotating?.has(name) === true) {
    const warnings = [`A rotation of ${name} is open: its passwords are left alone. See wardis user rotate.`];
    return { enabled, nopass: live.nopass, passwords: live.passwords, warnings };
  }
  if (credential !== undefined)
    return { enabled, nopass: false, passwords: [hashOf(credential)], warnings: [] };
  if (live === undefined) {
    const warnings = [
      `${name} is new and no secret is known for it: nobody can log in as it until it has one. wardis apply makes one for a user that is on no node yet.`,
    ];
    return { enabled, nopass: false, passwords: [], warnings };
  }
  const warnings = live.nopass
    ? [
        `${name} takes any password (nopass), and no secret is known for it, so that stays. Give it a password.`,
      ]
    : [];
  return { enabled, nopass: live.nopass, passwords: live.passwords, warnings };
}

type Fate =
  | { readonly fate: 'left'; readonly why: string }
  | { readonly fate: 'removed'; readonly why: string; readonly due: boolean };

/** What becomes of a user that this node should not have. */
function fateOf(name: string, { login }: NodeState, rules: UserRules): Fate {
  if (name === 'default') return { fate: 'left', why: 'the policy does not close it' };
  if (login.known && login.value === name) return { fate: 'left', why: 'we are logged in as it' };
  const due = rules.due.get(name);
  if (due !== undefined) return { fate: 'removed', why: due, due: true };
  if (rules.owned?.has(name) === true && !rules.declared.has(name))
    return { fate: 'removed', why: 'an earlier revision declared it, this one does not', due: false };
  const { ownership } = rules;
  if (ownership === 'exclusive')
    return { fate: 'removed', why: 'not declared (ownership exclusive)', due: false };
  if (ownership.startsWith('prefix:') && name.startsWith(ownership.slice('prefix:'.length)))
    return { fate: 'removed', why: `not declared (ownership ${ownership})`, due: false };
  return { fate: 'left', why: makerOf(name) };
}

/** Names that other programs give: Vault's database plugin, operators of Kubernetes. */
function makerOf(name: string): string {
  if (/^v[-_][^-_]+[-_]./i.test(name)) return 'looks made by Vault';
  if (/^_(?:operator|exporter|probe)/.test(name)) return 'looks made by an operator';
  return 'not declared';
}
