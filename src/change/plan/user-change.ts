/**
 * How one user goes from what it is to what it should be without a moment of less than both need: what it gains comes
 * first, what it loses comes last, and old passwords stay until the end.
 */

import {
  diffUsers,
  grantedCommands,
  parseUser,
  reach,
  type Right,
  type User,
  type UserDiff,
} from '../../acl/index.ts';
import type { Difference } from '../plan.ts';
import { composeUser, imageOf, isSameUser, shownImage } from './user-image.ts';

/** Stages in which users change, in order. */
export type UserStage = 'extend' | 'switch' | 'remove';

/** One ACL SETUSER, or ACL DELUSER where `after` is undefined. */
export interface UserMove {
  readonly stage: UserStage;
  readonly before: User | undefined;
  readonly after: User | undefined;
}

/** What becomes of one user of one node. */
export interface UserChange {
  readonly name: string;
  readonly before: User | undefined;
  readonly after: User | undefined;
  readonly moves: readonly UserMove[];
  /** Sessions of it are ended at last: it may not be logged in any more. */
  readonly endsSessions: boolean;
  readonly difference: Extract<Difference, { readonly user: string }>;
  /** Removed because its time is over. */
  readonly due: boolean;
}

/** Changes, each worked out once for all the nodes that need the same. */
export interface ChangeUsers {
  /** A user that is not there yet. */
  readonly add: (after: User) => UserChange;
  /** A user that is there and should be otherwise; undefined where only its text differs. */
  readonly change: (before: User, after: User) => UserChange | undefined;
}

/** Changes that are remembered. */
const CHANGES_MAX = 100_000;

export function createUserChanges(): ChangeUsers {
  const added = new Map<User, UserChange>();
  const changed = new Map<User, Map<string, UserChange | undefined>>();
  return {
    add: (after) => {
      const change = added.get(after) ?? addUser(after);
      if (added.size < CHANGES_MAX) added.set(after, change);
      return change;
    },
    change: (before, after) => {
      if (before.table !== after.table) return changeUser(before, after);
      const known = changed.get(after) ?? new Map<string, UserChange | undefined>();
      changed.set(after, known);
      const key = imageOf(before);
      if (known.has(key)) return known.get(key);
      const change = changeUser(before, after);
      if (known.size < CHANGES_MAX) known.set(key, change);
      return change;
    },
  };
}

function addUser(after: User): UserChange {
  const { name } = after;
  const difference = { kind: 'add-user', mark: '+', user: name, ...holdingOf(after) } as const;
  const moves: readonly UserMove[] = [{ stage: 'extend', before: undefined, after }];
  return { name, before: undefined, after, moves, endsSessions: false, difference, due: false };
}

type Holding = Pick<Extract<Difference, { readonly kind: 'add-user' }>, 'rules' | 'keys' | 'commands'>;

function holdingOf(user: User): Holding {
  const { keys, keyPatterns } = reach(user);
  const patterns = keyPatterns.map(({ pattern, read, write }) =>
    read && write ? `~${pattern}` : `%${read ? 'R' : 'W'}~${pattern}`,
  );
  const { user: nobody } = parseUser(user.name, ['-@all'], user.table);
  const free = nobody === undefined ? new Set<string>() : grantedCommands(nobody, user.table);
  const commands = [...grantedCommands(user, user.table)].filter((name) => !free.has(name)).length;
  return { rules: shownImage(user), keys: keys === 'all' ? ['~*'] : patterns, commands };
}

/** A user that goes. Deleting it ends its sessions. */
export function removeUser(
  before: User,
  reason: { readonly why: string; readonly due: boolean; readonly sessions: number },
): UserChange {
  const { name } = before;
  const { why, due, sessions } = reason;
  const difference = { kind: 'remove-user', mark: '-', user: name, why, sessions } as const;
  const moves: readonly UserMove[] = [{ stage: 'remove', before, after: undefined }];
  return { name, before, after: undefined, moves, endsSessions: false, difference, due };
}

function changeUser(before: User, after: User): UserChange | undefined {
  if (isSameUser(before, after)) return undefined;
  const diff = diffUsers(before, after);
  if (diff.same) return undefined;
  const { login } = diff;
  const direction = directionOf(diff);
  const [gained, lost] = [sortRights(diff.gained), sortRights(diff.lost)];
  const unknown = diff.unknown.toSorted();
  const difference = {
    kind: 'change-user',
    mark: '~',
    user: before.name,
    diff: { login, unknown, gained, lost },
    direction,
    before: shownImage(before),
    after: shownImage(after),
  } as const;
  const moves = movesOf(before, after, direction);
  const endsSessions = before.enabled && !after.enabled;
  return { name: before.name, before, after, moves, endsSessions, difference, due: false };
}

/** Servers list their commands in an order of their own, each process in another. Kinds of rights stay as they are. */
function sortRights(rights: readonly Right[]): readonly Right[] {
  const sorted = rights.map((right): Right =>
    right.kind === 'future-commands' ? right : { ...right, commands: right.commands.toSorted() },
  );
  const kinds = [...new Set(sorted.map(({ kind }) => kind))];
  return kinds.flatMap((kind) =>
    sorted.filter((right) => right.kind === kind).toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1)),
  );
}

/** Examples and witnesses are taken from whichever command came first. */
function textOf(right: Right): string {
  return JSON.stringify(right, (key, value: unknown) =>
    key === 'example' || key === 'witness' ? undefined : value,
  );
}

type Direction = Extract<Difference, { readonly kind: 'change-user' }>['direction'];

/** What could not be compared may be either. */
function directionOf({ gained, lost, unknown, login }: UserDiff): Direction {
  if (unknown.length > 0 || (gained.length > 0 && lost.length > 0)) return 'both';
  if (gained.length > 0) return 'widen';
  if (lost.length > 0) return 'narrow';
  return login.some(({ fact }) => fact === 'sanitize-payload') ? 'both' : 'login';
}

function movesOf(before: User, after: User, direction: Direction): readonly UserMove[] {
  // Nobody logs in as a user that is off: it must not be switched on with rights that it is to lose.
  if (!before.enabled) return [{ stage: 'extend', before, after }];
  const login = {
    enabled: true,
    nopass: before.nopass || after.nopass,
    passwords: [...new Set([...before.passwords, ...after.passwords])],
  };
  const way: readonly (readonly [UserStage, User])[] = [
    ['extend', composeUser(direction === 'widen' ? after : before, login)],
    ['switch', composeUser(direction === 'widen' || direction === 'both' ? after : before, login)],
    ['remove', after],
  ];
  const moves: UserMove[] = [];
  let here = before;
  for (const [stage, next] of way) {
    if (isSameUser(here, next)) continue;
    moves.push({ stage, before: here, after: next });
    here = next;
  }
  return moves;
}
