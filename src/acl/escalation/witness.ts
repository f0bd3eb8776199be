/** Keys, channels and databases that a user's own rules give: examples to put to the decision procedure. */
import { globSample } from '../compare/glob-overlap.ts';
import { globMatch } from '../decision/glob.ts';
import type { Selector, User } from '../selector.ts';

/** Patterns of one user that are looked at; further ones add nothing but time. */
const PATTERNS_MAX = 32;
const ANY_KEY = 'any:key';
/** Names that few patterns match. */
const FOREIGN_KEYS = ['key:of:somebody:else', 'somebody-else/7', '\u0001\u0002', '~~~'];

/** One key for each pattern, or any key. */
export function ownKeys(user: User): readonly string[] {
  return [...new Set(user.selectors.flatMap(keysOf))].slice(0, PATTERNS_MAX);
}

/** A key that none of the user's patterns matches, leaving `~*` aside. */
export function foreignKeys(user: User): readonly string[] {
  const patterns = user.selectors.flatMap(({ keys }) => keys).filter(({ pattern }) => !/^\*+$/.test(pattern));
  return FOREIGN_KEYS.filter((key) => !patterns.some(({ pattern }) => globMatch(pattern, key))).slice(0, 1);
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
  return selector.keys.flatMap(({ pattern }) => exampleOf(pattern) ?? []);
}

/** A key that the pattern matches; undefined when there is none but the empty one. */
export function exampleOf(pattern: string): string | undefined {
  const filled = pattern.replace(/\*+/g, 'x');
  if (filled !== '' && globMatch(pattern, filled)) return filled;
  const sample = globSample(pattern);
  return sample === '' ? undefined : sample;
}
