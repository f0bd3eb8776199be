/**
 * Does one set of globs match every key that another one matches: a search for a key of the inner set that the outer
 * set misses. The outer automata run side by side as one set of positions, made as the search goes (subset
 * construction), over classes of bytes that no pattern tells apart.
 */
import { toBytes, toText } from '../bytes.ts';
import { matchBytes } from '../decision/glob.ts';
import { ANY_BYTE, BYTES_BY_TASTE, hasByte, PRINTABLE } from './byte-set.ts';
import type { ByteSet } from './byte-set.ts';
import { automatonOf } from './glob-automaton.ts';
import type { Automaton } from './glob-automaton.ts';
import { isPrintable, mayMeet, sampleOf, UNKNOWN } from './glob-overlap.ts';
import type { Unknown } from './glob-overlap.ts';

/** Does a set of patterns include another. `unknown` beyond {@link STEPS_MAX}: never to be taken for a yes. */
export type Inclusion =
  | { readonly includes: true }
  | {
      readonly includes: false;
      /** A key of the inner set that the outer set misses: a shortest one, printable where there is such a key. */
      readonly witness: string;
      /** The inner pattern that matches it. */
      readonly pattern: string;
    }
  | { readonly includes: 'unknown'; readonly pattern: string };

/** Moves of single positions that one comparison may make, over all its patterns: about a second. */
export const STEPS_MAX = 2_000_000;

/** What is left of the moves; shared by comparisons that belong together. */
export interface Budget {
  steps: number;
}

/** Does `outer` match every key that `inner` matches? `*` does not include the empty pattern, as the server reads it. */
export function globIncludes(outer: string, inner: string): Inclusion {
  return patternsInclude([outer], [inner]);
}

/** Does the union of `outer` match every key that some pattern of `inner` matches? */
export function patternsInclude(outer: readonly string[], inner: readonly string[]): Inclusion {
  const machines = outer.map((pattern) => automatonOf(toBytes(pattern)));
  const budget: Budget = { steps: STEPS_MAX };
  let unknown: string | undefined;
  for (const pattern of inner) {
    const missed = findMissed(machines, automatonOf(toBytes(pattern)), budget);
    if (typeof missed === 'string') return { includes: false, witness: toText(missed), pattern };
    if (missed !== undefined) unknown ??= pattern;
  }
  return unknown === undefined ? { includes: true } : { includes: 'unknown', pattern: unknown };
}

/** A match of `inner`, in bytes, that no automaton of `outer` accepts; undefined when there is none. */
export function findMissed(
  outer: readonly Automaton[],
  inner: Automaton,
  budget: Budget = { steps: STEPS_MAX },
): string | undefined | Unknown {
  if (inner.isVoid || outer.some(({ pattern }) => pattern === inner.pattern)) return undefined;
  const rivals = outer.filter((each) => !each.isVoid && mayMeet(each, inner));
  if (inner.isTooDeep || rivals.some(({ isTooDeep }) => isTooDeep)) return UNKNOWN;
  if (inner.isLiteral)
    return rivals.some(({ pattern }) => matchBytes(pattern, inner.prefix, 0)) ? undefined : inner.prefix;
  if (rivals.some((each) => each.isPrefix && inner.prefix.startsWith(each.prefix))) return undefined;
  if (rivals.length === 0) return sampleOf(inner);
  const shortest = search(rivals, inner, ANY_BYTE, budget);
  if (typeof shortest !== 'string' || isPrintable(shortest)) return shortest;
  const printable = search(rivals, inner, PRINTABLE, budget);
  return typeof printable === 'string' ? printable : shortest;
}

/** Several automata as one: positions are numbered through. */
interface Union {
  readonly items: readonly (ByteSet | undefined)[];
  readonly loops: Uint8Array;
  /** Number of the automaton a position belongs to. */
  readonly owner: Uint32Array;
  readonly starts: readonly number[];
}

/** A place of the search: a position of the inner pattern, and all positions the outer ones can be at. */
interface Place {
  readonly inner: number;
  readonly outer: readonly number[];
  readonly byte: number;
  readonly before: Place | undefined;
}

function search(
  rivals: readonly Automaton[],
  inner: Automaton,
  alphabet: ByteSet,
  budget: Budget,
): string | undefined | Unknown {
  const union = joinAutomata(rivals);
  const bytes = representatives([inner, ...rivals], alphabet);
  const seen = new Set<string>();
  const queue: Place[] = [
    { inner: 0, outer: keepStrongest(union, union.starts), byte: 0, before: undefined },
  ];
  for (let head = 0; head < queue.length; head++) {
    const place = queue[head];
    if (place === undefined) break;
    const item = inner.items[place.inner];
    const loops = inner.loops[place.inner] === 1;
    for (const byte of bytes) {
      const advances = item !== undefined && hasByte(item, byte);
      if (!advances && !loops) continue;
      budget.steps -= place.outer.length + 1;
      if (budget.steps < 0) return UNKNOWN;
      const outer = step(union, place.outer, byte);
      if (outer === undefined) continue;
      for (const next of [advances ? place.inner + 1 : -1, loops ? place.inner : -1]) {
        if (next === -1) continue;
        const to: Place = { inner: next, outer, byte, before: place };
        if (next === inner.items.length && !outer.some((at) => union.items[at] === undefined))
          return spell(to);
        const key = `${next}:${outer.join()}`;
        if (seen.has(key)) continue;
        seen.add(key);
        queue.push(to);
      }
    }
  }
  return undefined;
}

function joinAutomata(automata: readonly Automaton[]): Union {
  const items: (ByteSet | undefined)[] = [];
  const loops: number[] = [];
  const owner: number[] = [];
  const starts: number[] = [];
  for (const [number, automaton] of automata.entries()) {
    starts.push(items.length);
    for (let i = 0; i <= automaton.items.length; i++) {
      items.push(automaton.items[i]);
      loops.push(automaton.loops[i] ?? 0);
      owner.push(number);
    }
  }
  return { items, loops: Uint8Array.from(loops), owner: Uint32Array.from(owner), starts };
}

/** Where the outer automata can be after one more byte; undefined when one of them accepts whatever follows. */
function step(union: Union, from: readonly number[], byte: number): readonly number[] | undefined {
  const to: number[] = [];
  for (const at of from) {
    if (union.loops[at] === 1 && to.at(-1) !== at) to.push(at);
    const item = union.items[at];
    if (item !== undefined && hasByte(item, byte)) to.push(at + 1);
  }
  if (to.some((at) => union.items[at] === undefined && union.loops[at] === 1)) return undefined;
  return keepStrongest(union, to);
}

/**
 * Behind a star everything that an earlier position of the same pattern accepts is accepted too: only the last star
 * reached and what lies behind it count. Positions come and stay in order.
 */
function keepStrongest(union: Union, positions: readonly number[]): readonly number[] {
  const kept: number[] = [];
  for (const at of positions) {
    if (union.loops[at] === 1) {
      while (kept.length > 0 && union.owner[kept.at(-1) ?? 0] === union.owner[at]) kept.pop();
    }
    kept.push(at);
  }
  return kept;
}

/** One byte of the alphabet for each class of bytes that no item tells apart, the most readable first. */
function representatives(automata: readonly Automaton[], alphabet: ByteSet): readonly number[] {
  const sets = new Map<string, ByteSet>();
  for (const { items } of automata) for (const item of items) sets.set(item.join(), item);
  const distinct = [...sets.values()];
  const classes = new Map<string, number>();
  for (const byte of BYTES_BY_TASTE) {
    if (!hasByte(alphabet, byte)) continue;
    const key = distinct.map((set) => (hasByte(set, byte) ? '1' : '0')).join('');
    if (!classes.has(key)) classes.set(key, byte);
  }
  return [...classes.values()];
}

function spell(end: Place): string {
  const bytes: string[] = [];
  for (let at: Place | undefined = end; at?.before !== undefined; at = at.before)
    bytes.push(String.fromCharCode(at.byte));
  return bytes.toReversed().join('');
}
