/**
 * Whether two users are the same in effect, and in which respect they are not. Rights are compared as evaluated,
 * because servers print the same rules in different words. Nothing of a password is told but that it differs.
 */

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

export function compareUsers(
  here: readonly UserFact[],
  there: readonly UserFact[],
): readonly UserDifference[] {
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
  const respects: readonly (readonly [string, boolean])[] = [
    ['on and off', a.enabled === b.enabled],
    ['passwords', a.nopass === b.nopass && sameWords(a.passwords, b.passwords)],
    ['commands', sameWords([...commandsOf(a)], [...commandsOf(b)]) && sameSelectors(a, b, firstArguments)],
    ['keys', sameSelectors(a, b, keys)],
    ['channels', sameSelectors(a, b, channels)],
    ['databases', sameSelectors(a, b, databases)],
  ];
  return respects.flatMap(([name, same]) => (same ? [] : [name]));
}

function sameSelectors(a: User, b: User, show: (selector: Selector) => string): boolean {
  return sameWords(a.selectors.map(show), b.selectors.map(show));
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

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join('\n') === [...b].sort().join('\n');
}
