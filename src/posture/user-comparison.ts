/**
 * Whether two users are the same in effect, and in which respect they are not. Rights are compared as evaluated,
 * because servers print the same rules in different words. Nothing of a password is told but that it differs.
 */

import { createHash } from 'node:crypto';
import type { Selector, User } from '../acl/index.ts';
import type { UserFact } from '../fleet/index.ts';
import { commandsOf } from './rights.ts';

/** One user that is not the same in both places. */
export interface UserDifference {
  readonly name: string;
  /** `only here`, `only there`, or what differs: `passwords and keys differ`. */
  readonly what: string;
  readonly kind: 'only-here' | 'only-there' | 'different';
}

/** The same for users that `compareUsers` finds equal. Made from password hashes too: never to be shown. */
export function digestUsers(users: readonly UserFact[]): string {
  const known = digests.get(users);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  const lines = users.map(({ user }) =>
    JSON.stringify([user.name, ...RESPECTS.map(([, show]) => show(user))]),
  );
  for (const line of lines.sort()) hash.update(`${line}\n`);
  const digest = hash.digest('base64');
  digests.set(users, digest);
  return digest;
}

/** Remembered for pairs of the same two lists, because a thousand nodes may ask. */
export function compareUsers(
  here: readonly UserFact[],
  there: readonly UserFact[],
): readonly UserDifference[] {
  const known = compared.get(here) ?? new WeakMap<readonly UserFact[], readonly UserDifference[]>();
  compared.set(here, known);
  const found = known.get(there) ?? findDifferences(here, there);
  known.set(there, found);
  return found;
}

const digests = new WeakMap<readonly UserFact[], string>();
const compared = new WeakMap<readonly UserFact[], WeakMap<readonly UserFact[], readonly UserDifference[]>>();

function findDifferences(here: readonly UserFact[], there: readonly UserFact[]): readonly UserDifference[] {
  const others = new Map(there.map(({ user }) => [user.name, user]));
  const names = new Set(here.map(({ user }) => user.name));
  const found = here.flatMap(({ user }): readonly UserDifference[] => {
    const other = others.get(user.name);
    if (other === undefined) return [{ name: user.name, what: 'only here', kind: 'only-here' }];
    const respects = differences(user, other);
    if (respects.length === 0) return [];
    return [{ name: user.name, what: `${respects.join(' and ')} differ`, kind: 'different' }];
  });
  const missing = [...others.keys()].filter((name) => !names.has(name));
  return [...found, ...missing.map((name) => ({ name, what: 'only there', kind: 'only-there' }) as const)];
}

function differences(a: User, b: User): readonly string[] {
  return RESPECTS.flatMap(([name, show]) => (show(a) === show(b) ? [] : [name]));
}

/** In which respects users are compared, each as a text that is equal where they are. */
const RESPECTS: readonly (readonly [string, (user: User) => string])[] = [
  ['on and off', (user) => String(user.enabled)],
  ['passwords', ({ nopass, passwords }) => `${nopass} ${sorted(passwords)}`],
  ['commands', (user) => `${commands(user)}\n\n${eachSelector(user, firstArguments)}`],
  ['keys', (user) => eachSelector(user, keys)],
  ['channels', (user) => eachSelector(user, channels)],
  ['databases', (user) => eachSelector(user, databases)],
];

function commands(user: User): string {
  const names = commandsOf(user);
  const known = commandTexts.get(names) ?? sorted([...names]);
  commandTexts.set(names, known);
  return known;
}

const commandTexts = new WeakMap<ReadonlySet<string>, string>();

function eachSelector(user: User, show: (selector: Selector) => string): string {
  return sorted(user.selectors.map(show));
}

function keys({ allKeys, keys }: Selector): string {
  const shown = keys.map(({ pattern, read, write }) => `${read ? 'R' : ''}${write ? 'W' : ''}~${pattern}`);
  return allKeys ? '~*' : shown.sort().join(' ');
}

function channels({ allChannels, channels }: Selector): string {
  return allChannels ? '&*' : [...channels].sort().join(' ');
}

function databases({ allDatabases, databases }: Selector): string {
  return allDatabases ? 'all' : [...databases].sort((a, b) => a - b).join(' ');
}

function firstArguments({ firstArgs }: Selector): string {
  return [...firstArgs]
    .map(([command, args]) => `${command} ${[...args].sort().join(' ')}`)
    .sort()
    .join(', ');
}

function sorted(words: readonly string[]): string {
  return [...words].sort().join('\n');
}
