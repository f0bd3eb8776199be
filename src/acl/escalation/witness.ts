/** Keys, channels and databases that a user's own rules give: examples to put to the decision procedure. */
import { globSample } from '../compare/glob-overlap.ts';
import { globMatch } from '../decision/glob.ts';
import type { Selector, User } from '../selector.ts';

/** Patterns of one user that are looked at; further ones add nothing but time. */
const PATTERNS_MAX = 32;
const ANY_KEY = 'any:key';
/** Names that few patterns match. */
const FOREIGN_KEYS = ['key:of:somebody:else', 'somebody-else/7', '\u0001\u0002', '~~~'];

/** Examples of what one user's rules give, worked out once. */
interface Witnesses {
  readonly keys: readonly string[];
  readonly foreignKeys: readonly string[];
  readonly channels: readonly string[];
  readonly databases: readonly number[];
}

/** One key for each pattern, or any key. */
export function ownKeys(user: User): readonly string[] {
  return witnessesOf(user).keys;
}

/** A key that none of the user's patterns matches, leaving `~*` aside. */
export function foreignKeys(user: User): readonly string[] {
  return witnessesOf(user).foreignKeys;
}

/** The channel rules themselves, which PSUBSCRIBE takes literally, or any. */
export function ownChannels(user: User): readonly string[] {
  return witnessesOf(user).channels;
}

/** Databases where the user may do anything at all: 0 where the server has no rules for them. */
export function ownDatabases(user: User): readonly number[] {
  return witnessesOf(user).databases;
}

const cache = new WeakMap<User, Witnesses>();

function witnessesOf(user: User): Witnesses {
  const known = cache.get(user);
  if (known !== undefined) return known;
  const made: Witnesses = {
    keys: some(user.selectors.flatMap(keysOf)),
    foreignKeys: findForeignKeys(user),
    channels: some(user.selectors.flatMap((s) => (s.allChannels ? ['*'] : s.channels))),
    databases: user.table.dialect.databases
      ? some([...user.selectors.flatMap((s) => (s.allDatabases ? ZERO : s.databases)), 0])
      : ZERO,
  };
  cache.set(user, made);
  return made;
}

function some<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)].slice(0, PATTERNS_MAX);
}

function findForeignKeys(user: User): readonly string[] {
  const patterns = user.selectors.flatMap(({ keys }) => keys).filter(({ pattern }) => !/^\*+$/.test(pattern));
  return FOREIGN_KEYS.filter((key) => !patterns.some(({ pattern }) => globMatch(pattern, key))).slice(0, 1);
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
