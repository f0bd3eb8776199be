/** What a guard looks at: one node as it is planned, the fleet around it, and who is connected. */

import { canRun, type User } from '../../acl/index.ts';
import type { SessionFact } from '../../fleet/index.ts';
import type { NodeDraft } from '../plan/node-draft.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import type { UserChange } from '../plan/user-change.ts';
import type { Refusal } from '../plan.ts';

/** One node whose users were read. */
export interface GuardedNode {
  readonly draft: NodeDraft;
  readonly before: ReadonlyMap<string, User>;
  readonly after: ReadonlyMap<string, User>;
  /** Changes of users that are there already. */
  readonly changes: readonly (UserChange & { readonly before: User })[];
  /** Sessions of others, neither ours nor of our user, by user. */
  readonly sessions: ReadonlyMap<string, readonly SessionFact[]>;
  /** Our user; undefined where the node does not tell. */
  readonly own: string | undefined;
}

export interface GuardedFleet {
  readonly nodes: readonly GuardedNode[];
  readonly input: PlanInput;
  /** What recordings would be denied, by the user before and after. */
  readonly denials: Map<string, readonly string[]>;
  /** Whom replicas log in as, by group; worked out once for all the nodes of the group. */
  readonly logins: Map<string | undefined, ReplicaLogins>;
}

/** Of the replicas of one group. */
export interface ReplicaLogins {
  /** By whom they will log in as. */
  readonly byUser: ReadonlyMap<string, readonly ReplicaLogin[]>;
  /** Whom they log in as, now or then. */
  readonly names: ReadonlySet<string>;
}

export interface ReplicaLogin {
  /** Whom the replica will log in as. */
  readonly user: string;
  /** Whom it logs in as now. */
  readonly now: string;
  /** Of the password that it will send; undefined where that is not known. */
  readonly hash: string | undefined;
  readonly replica: string;
}

export type Guard = (node: GuardedNode, fleet: GuardedFleet) => readonly Refusal[];

export function guardedNode(draft: NodeDraft): GuardedNode | undefined {
  const { users, state } = draft;
  if (users === undefined) return undefined;
  const own = state.login.known ? state.login.value : undefined;
  const clientId = state.clientId.known ? state.clientId.value : undefined;
  const sessions = new Map<string, SessionFact[]>();
  for (const session of state.clients.known ? state.clients.value : []) {
    if (session.id === clientId || session.user === own) continue;
    const known = sessions.get(session.user);
    if (known === undefined) sessions.set(session.user, [session]);
    else known.push(session);
  }
  return {
    draft,
    before: users.before,
    after: users.after,
    changes: users.changes.filter((change): change is UserChange & { readonly before: User } => {
      return change.before !== undefined;
    }),
    sessions,
    own,
  };
}

/** Can log in at all, once its session has ended. */
export function canLogIn(user: User | undefined): boolean {
  return user !== undefined && user.enabled && (user.nopass || user.passwords.length > 0);
}

/** The commands that one may run and the other may not any more. */
export function lostCommands(
  before: User,
  after: User | undefined,
  commands: Iterable<string>,
): readonly string[] {
  return [...commands].filter(
    (name) =>
      canRun(before, name, before.table) !== 'no' &&
      (after === undefined || canRun(after, name, after.table) === 'no'),
  );
}

/** Passwords that opened and open no more; `nopass` opens to all. */
export function lostPasswords(before: User, after: User | undefined): readonly string[] {
  if (after === undefined) return before.passwords;
  return after.nopass ? [] : before.passwords.filter((hash) => !after.passwords.includes(hash));
}

/** A connection of a replica, as its primary sees it. */
export function isReplica({ flags }: SessionFact): boolean {
  return flags.includes('S');
}

/** The link of a replica to its primary, as the replica sees it. */
export function isPrimaryLink({ flags }: SessionFact): boolean {
  return flags.includes('M');
}

/** Sentinels name their connections `sentinel-3a5b…-cmd` and `…-pubsub`. */
export function isSentinel({ name }: SessionFact): boolean {
  return /^sentinel-[0-9a-f]+-(?:cmd|pubsub)$/.test(name);
}

const PEOPLE_SHOWN = 3;

/** `10.0.0.7:51234 (orders, ioredis 5.4.1), … and 4 more` */
export function describeSessions(sessions: readonly SessionFact[]): string {
  const shown = sessions.slice(0, PEOPLE_SHOWN).map(({ address, name, library }) => {
    const about = [name, library].filter((part) => part !== '').join(', ');
    return about === '' ? address : `${address} (${about})`;
  });
  const more = sessions.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** `a`, `a and b`, `a, b and c`, at most so many of them. */
export function listNames(names: readonly string[], most = 6): string {
  if (names.length > most) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** `CONFIG SET` of `config|set`. */
export function showCommand(name: string): string {
  return name.replace('|', ' ').toUpperCase();
}

export function countSessions(number: number): string {
  return number === 1 ? '1 session' : `${number} sessions`;
}
