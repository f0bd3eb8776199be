/**
 * The difference between two users, of rights and not of text: what the second one may do that the first may not, and
 * the other way round; and whether one user is narrower than another.
 */
import type { User } from '../selector.ts';
import type { CommandLine } from './command-line.ts';
import { findExcess } from './excess.ts';
import type { Right } from './right.ts';

/** What changed about logging in. Hashes are never shown. */
export type LoginChange =
  | { readonly fact: 'enabled' | 'nopass'; readonly from: boolean; readonly to: boolean }
  | { readonly fact: 'passwords'; readonly added: number; readonly removed: number }
  | { readonly fact: 'sanitize-payload'; readonly from: string; readonly to: string };

/** What is different between two users. */
export interface UserDiff {
  /** No difference found, and nothing left unknown. */
  readonly same: boolean;
  readonly login: readonly LoginChange[];
  /** Rights that `to` has and `from` lacks. */
  readonly gained: readonly Right[];
  /** Rights that `from` has and `to` lacks. */
  readonly lost: readonly Right[];
  /** Commands that could not be compared to the end; they may differ. */
  readonly unknown: readonly string[];
}

/** Is a user narrower than another, or equal to it. */
export type Narrower =
  | { readonly narrower: 'yes' }
  | {
      readonly narrower: 'no';
      /** Something the user may do and the other may not. */
      readonly right: Right;
      /** A command line that shows it, where one was found. */
      readonly witness?: CommandLine;
    }
  | { readonly narrower: 'unknown'; readonly commands: readonly string[] };

/** What `to` may do that `from` may not, and the other way round; login facts beside. */
export function diffUsers(from: User, to: User): UserDiff {
  const gained = findExcess(to, from);
  const lost = findExcess(from, to);
  const login = diffLogins(from, to);
  const unknown = [...new Set([...gained.unknown, ...lost.unknown])];
  return {
    same: [login, gained.rights, lost.rights, unknown].every((list) => list.length === 0),
    login,
    gained: gained.rights,
    lost: lost.rights,
    unknown,
  };
}

/** May `user` do nothing that `other` may not? Logging in is not looked at. */
export function isNarrower(user: User, other: User): Narrower {
  const { rights, unknown } = findExcess(user, other);
  const right =
    rights.find((each) => each.kind !== 'future-commands' && each.example !== undefined) ?? rights[0];
  if (right !== undefined) {
    const witness = right.kind === 'future-commands' ? undefined : right.example;
    return { narrower: 'no', right, ...(witness !== undefined && { witness }) };
  }
  return unknown.length > 0 ? { narrower: 'unknown', commands: unknown } : { narrower: 'yes' };
}

function diffLogins(from: User, to: User): readonly LoginChange[] {
  const changes: LoginChange[] = [];
  if (from.enabled !== to.enabled) changes.push({ fact: 'enabled', from: from.enabled, to: to.enabled });
  if (from.nopass !== to.nopass) changes.push({ fact: 'nopass', from: from.nopass, to: to.nopass });
  const added = to.passwords.filter((hash) => !from.passwords.includes(hash)).length;
  const removed = from.passwords.filter((hash) => !to.passwords.includes(hash)).length;
  if (added + removed > 0) changes.push({ fact: 'passwords', added, removed });
  const skips = (user: User): string => (user.sanitizePayload === 'skip' ? 'skipped' : 'checked');
  if (skips(from) !== skips(to)) changes.push({ fact: 'sanitize-payload', from: skips(from), to: skips(to) });
  return changes;
}
