/** Keys, channels and databases that a user's own rules give: examples to put to the decision procedure. */
import type { Selector, User } from '../selector.ts';

/** Patterns of one user that are looked at; further ones add nothing but time. */
const PATTERNS_MAX = 32;
/** Keys that parts of a command's syntax would be confused with, where a pattern matches them. */
const ANY_KEY = 'any:key';

/** One key for each pattern, or any key. */
export function ownKeys(user: User): readonly string[] {
  return [...new Set(user.selectors.flatMap(keysOf))].slice(0, PATTERNS_MAX);
}

/** The channel rules themselves, which PSUBSCRIBE takes literally, or any. */
export function ownChannels(user: User): readonly string[] {
  return [...new Set(user.selectors.flatMap((s) => (s.allChannels ? ['*'] : s.channels)))].slice(
    0,
    PATTERNS_MAX,
  );
}

/** Databases where the user may do anything at all: 0 where the server has no rules for them. */
export function ownDatabases(user: User): readonly number[] {
  if (!user.table.dialect.databases) return ZERO;
  const given = user.selectors.flatMap((s) => (s.allDatabases ? ZERO : s.databases));
  return [...new Set([...given, 0])].slice(0, PATTERNS_MAX);
}

const ZERO: readonly number[] = [0];

function keysOf(selector: Selector): readonly string[] {
  if (selector.allKeys) return [ANY_KEY];
  return selector.keys.map(({ pattern }) => exampleOf(pattern));
}

/**
 * A text that the pattern matches, in nearly all cases: a class is taken by its first member, a negated one by a letter
 * that is rarely excluded. Where it does not match, the decision says so and the right counts as not held.
 */
export function exampleOf(pattern: string): string {
  let text = '';
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern.charAt(at);
    if (c === '*' || c === '?') text += 'x';
    else if (c === '[') {
      const negated = pattern.charAt(at + 1) === '^';
      const first = at + (negated ? 2 : 1);
      const end = pattern.indexOf(']', first + 1);
      text += negated ? '~' : pattern.charAt(pattern.charAt(first) === '\\' ? first + 1 : first);
      at = end === -1 ? pattern.length : end;
    } else if (c === '\\' && at + 1 < pattern.length) text += pattern.charAt(++at);
    else text += c;
  }
  return text;
}
