/**
 * Which patterns of different owners meet, without comparing every pair: two patterns can only meet when the fixed
 * start of one begins with the fixed start of the other. Sorted, the patterns whose starts begin the next one are a
 * short stack; the same works from the other end. The order with fewer pairs is taken.
 */
import { toText } from '../bytes.ts';
import { automatonOf } from '../compare/glob-automaton.ts';
import type { Automaton } from '../compare/glob-automaton.ts';
import { findCommon, mayMeet } from '../compare/glob-overlap.ts';

/** A pattern (in bytes) and whose it is. */
export interface OwnedPattern {
  readonly owner: number;
  readonly pattern: string;
  /** Databases it counts in; undefined: every one. */
  readonly databases: readonly number[] | undefined;
}

/** Two patterns of different owners that match a common name. */
export interface PatternOverlap<Owned extends OwnedPattern = OwnedPattern> {
  readonly a: Owned;
  readonly b: Owned;
  readonly witness: string;
  /** A database that both count in, when they are bounded to some. */
  readonly database?: number;
}

export interface OverlapSearch<Owned extends OwnedPattern = OwnedPattern> {
  /** The first ones that were found, at most {@link OVERLAPS_MAX}. */
  readonly overlaps: readonly PatternOverlap<Owned>[];
  /** Pairs that were compared as languages. */
  readonly compared: number;
  /** `stopped`: enough overlaps were found; `bounded`: {@link COMPARISONS_MAX} or {@link SEARCH_STATES_MAX} was met; `undecided`: a pair was. */
  readonly ended: 'complete' | 'stopped' | 'bounded' | 'undecided';
}

/** Overlaps that are told; the search ends there. */
export const OVERLAPS_MAX = 100;

/** Pairs that are compared before the search gives up: some seconds. */
export const COMPARISONS_MAX = 10_000_000;

/** States of all comparisons that a look at both ends does not decide: some seconds. */
export const SEARCH_STATES_MAX = 50_000_000;

/** Finds patterns of different owners that meet. */
export function findOverlaps<Owned extends OwnedPattern>(patterns: readonly Owned[]): OverlapSearch<Owned> {
  const entries = patterns.map((owned) => ({ owned, ...endsOf(owned.pattern) }));
  const byStart = sortBy(entries, ({ start }) => start);
  const byEnd = sortBy(entries, ({ end }) => end);
  const order = countPairs(byStart) <= countPairs(byEnd) ? byStart : byEnd;
  const automata = new Map<string, Automaton>();
  const overlaps: PatternOverlap<Owned>[] = [];
  let compared = 0;
  let states = 0;
  let undecided = false;
  for (const [one, other] of pairsOf(order)) {
    if (one.owner === other.owner) continue;
    const shared = sharedDatabase(one, other);
    if (shared === 'none') continue;
    compared++;
    const a = read(one.pattern, automata);
    const b = read(other.pattern, automata);
    const near = mayMeet(a, b);
    if (near) states += a.items.length * b.items.length + 1;
    if (compared > COMPARISONS_MAX || states > SEARCH_STATES_MAX)
      return { overlaps, compared, ended: 'bounded' };
    if (!near) continue;
    const common = findCommon(a, b);
    if (typeof common === 'string') {
      overlaps.push({
        a: one,
        b: other,
        witness: toText(common),
        ...(shared !== 'any' && { database: shared }),
      });
      if (overlaps.length === OVERLAPS_MAX) return { overlaps, compared, ended: 'stopped' };
    } else if (common !== undefined) {
      undecided = true;
    }
  }
  return { overlaps, compared, ended: undecided ? 'undecided' : 'complete' };
}

interface Keyed<Owned extends OwnedPattern> {
  readonly key: string;
  readonly owned: Owned;
}

/** The fixed bytes at both ends of a pattern, the last ones reversed. */
function endsOf(pattern: string): { readonly start: string; readonly end: string } {
  const { prefix, suffix } = automatonOf(pattern);
  return { start: prefix, end: suffix.split('').toReversed().join('') };
}

interface Ends<Owned extends OwnedPattern> {
  readonly owned: Owned;
  readonly start: string;
  readonly end: string;
}

function sortBy<Owned extends OwnedPattern>(
  entries: readonly Ends<Owned>[],
  keyOf: (entry: Ends<Owned>) => string,
): readonly Keyed<Owned>[] {
  return entries
    .map((entry) => ({ key: keyOf(entry), owned: entry.owned }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** Pairs whose keys begin one another: each entry with those on the stack of beginnings below it. */
function* pairsOf<Owned extends OwnedPattern>(
  sorted: readonly Keyed<Owned>[],
): Generator<readonly [Owned, Owned]> {
  const stack: Keyed<Owned>[] = [];
  for (const entry of sorted) {
    while (stack.length > 0 && !entry.key.startsWith(stack.at(-1)?.key ?? '')) stack.pop();
    for (const below of stack) yield [below.owned, entry.owned];
    stack.push(entry);
  }
}

function countPairs(sorted: readonly { readonly key: string }[]): number {
  const stack: string[] = [];
  let pairs = 0;
  for (const { key } of sorted) {
    while (stack.length > 0 && !key.startsWith(stack.at(-1) ?? '')) stack.pop();
    pairs += stack.length;
    stack.push(key);
  }
  return pairs;
}

/** Automata are kept for the patterns that come up again and again: those low on the stack. */
function read(pattern: string, automata: Map<string, Automaton>): Automaton {
  const known = automata.get(pattern);
  if (known !== undefined) return known;
  const automaton = automatonOf(pattern);
  if (automata.size >= AUTOMATA_MAX) automata.clear();
  automata.set(pattern, automaton);
  return automaton;
}

const AUTOMATA_MAX = 20_000;

function sharedDatabase(a: OwnedPattern, b: OwnedPattern): number | 'any' | 'none' {
  if (a.databases === undefined && b.databases === undefined) return 'any';
  if (a.databases === undefined) return b.databases?.[0] ?? 'none';
  const other = b.databases;
  if (other === undefined) return a.databases[0] ?? 'none';
  return a.databases.find((id) => other.includes(id)) ?? 'none';
}
