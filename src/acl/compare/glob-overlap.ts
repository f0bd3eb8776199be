/**
 * Do two globs match a common key: the product of their automata, searched breadth first, so that the witness is a
 * shortest one. Patterns are those of ACL rules, with the server's own glob semantics.
 */
import { toBytes, toText } from '../bytes.ts';
import { matchBytes } from '../decision/glob.ts';
import { ANY_BYTE, hasByte, pickByte, PRINTABLE } from './byte-set.ts';
import type { ByteSet } from './byte-set.ts';
import { automatonOf } from './glob-automaton.ts';
import type { Automaton } from './glob-automaton.ts';

/** Do two patterns overlap. `unknown` beyond {@link STATES_MAX}: never to be taken for a no. */
export type Overlap =
  | { readonly overlaps: false }
  | {
      readonly overlaps: true;
      /** A key that both match: a shortest one, and printable ASCII where there is such a key. */
      readonly witness: string;
    }
  | { readonly overlaps: 'unknown' };

/** Pairs of positions that one comparison may look at: two patterns of a thousand bytes each. */
export const STATES_MAX = 1_048_576;

/**
 * A key that both patterns match, if there is one. `*` as a pattern does not match the empty key; the rule `~*` does,
 * and is not a pattern.
 */
export function globIntersection(a: string, b: string): Overlap {
  const found = findCommon(automatonOf(toBytes(a)), automatonOf(toBytes(b)));
  if (found === undefined) return { overlaps: false };
  return typeof found === 'string' ? { overlaps: true, witness: toText(found) } : { overlaps: 'unknown' };
}

/** Does the pattern match no key at all (`a[]`)? */
export function globIsEmpty(pattern: string): boolean {
  return automatonOf(toBytes(pattern)).isVoid;
}

/** A shortest key that the pattern matches, printable where possible; undefined when it matches none. */
export function globSample(pattern: string): string | undefined {
  const sample = sampleOf(automatonOf(toBytes(pattern)));
  return sample === undefined ? undefined : toText(sample);
}

/** The same in bytes. */
export function sampleOf({ pattern, items, isVoid }: Automaton): string | undefined {
  if (isVoid) return undefined;
  if (pattern === '') return '';
  if (items.length === 0) return 'a';
  return items.map((item) => String.fromCharCode(pickByte(item, item, ANY_BYTE))).join('');
}

/** Not worked out: too many states. */
export type Unknown = { readonly unknown: true };
export const UNKNOWN: Unknown = { unknown: true };

/** A common match in bytes, undefined when there is none. */
export function findCommon(a: Automaton, b: Automaton): string | undefined | Unknown {
  if (a.isVoid || b.isVoid) return undefined;
  if (a.pattern === b.pattern && !a.isTooDeep) return sampleOf(a);
  if (a.isTooDeep || b.isTooDeep) return UNKNOWN;
  if (a.isLiteral) return matchBytes(b.pattern, a.prefix, 0) ? a.prefix : undefined;
  if (b.isLiteral) return matchBytes(a.pattern, b.prefix, 0) ? b.prefix : undefined;
  if (!mayMeet(a, b)) return undefined;
  if (a.isPrefix && b.isPrefix) {
    const longer = a.prefix.length > b.prefix.length ? a.prefix : b.prefix;
    return longer === '' ? 'a' : longer;
  }
  if (a.items.length === 0 || b.items.length === 0) return sampleOf(a.items.length === 0 ? b : a);
  if ((a.items.length + 1) * (b.items.length + 1) > STATES_MAX) return UNKNOWN;
  const shortest = search(a, b, ANY_BYTE);
  if (shortest === undefined || isPrintable(shortest)) return shortest;
  return search(a, b, PRINTABLE) ?? shortest;
}

/** A quick no: their fixed starts or ends exclude each other. */
export function mayMeet(a: Automaton, b: Automaton): boolean {
  return (
    (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)) &&
    (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix)) &&
    fixedItemsMeet(a, b)
  );
}

/** Is every byte printable ASCII, no blank? */
export function isPrintable(bytes: string): boolean {
  return !/[^!-~]/.test(bytes);
}

/** Before the first star, and behind the last one, items stand opposite each other. */
function fixedItemsMeet(a: Automaton, b: Automaton): boolean {
  for (let i = 0; i < a.items.length && i < b.items.length; i++) {
    if (a.loops[i] === 1 || b.loops[i] === 1) break;
    if (!meets(a.items[i], b.items[i])) return false;
  }
  for (let i = a.items.length - 1, j = b.items.length - 1; i >= 0 && j >= 0; i--, j--) {
    if (a.loops[i + 1] === 1 || b.loops[j + 1] === 1) break;
    if (!meets(a.items[i], b.items[j])) return false;
  }
  return true;
}

function meets(a: ByteSet | undefined, b: ByteSet | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return true;
  for (let i = 0; i < 8; i++) if (((a[i] ?? 0) & (b[i] ?? 0)) !== 0) return true;
  return false;
}

/** Breadth first over pairs of positions, by bytes of the alphabet only. */
function search(a: Automaton, b: Automaton, alphabet: ByteSet): string | undefined {
  const width = b.items.length + 1;
  const size = (a.items.length + 1) * width;
  const before = new Int32Array(size).fill(-1);
  const by = new Uint8Array(size);
  const queue = new Int32Array(size);
  before[0] = 0;
  let queued = 1;
  for (let head = 0; head < queued; head++) {
    const state = queue[head] ?? 0;
    if (state === size - 1) return spell(state, before, by);
    const i = Math.floor(state / width);
    const j = state % width;
    const left = a.items[i];
    const right = b.items[j];
    const visit = (next: number, byte: number): void => {
      if (byte < 0 || before[next] !== -1) return;
      before[next] = state;
      by[next] = byte;
      queue[queued] = next;
      queued++;
    };
    if (left !== undefined && right !== undefined)
      visit(state + width + 1, pickCommon(left, right, alphabet));
    if (left !== undefined && b.loops[j] === 1) visit(state + width, pickCommon(left, ANY_BYTE, alphabet));
    if (right !== undefined && a.loops[i] === 1) visit(state + 1, pickCommon(right, ANY_BYTE, alphabet));
  }
  return undefined;
}

/** Nearly every item is one byte: a look instead of a search. */
function pickCommon(a: ByteSet, b: ByteSet, alphabet: ByteSet): number {
  return a === b && a === ANY_BYTE && hasByte(alphabet, 0x61) ? 0x61 : pickByte(a, b, alphabet);
}

function spell(end: number, before: Int32Array, by: Uint8Array): string {
  const bytes: number[] = [];
  for (let state = end; state !== 0; state = before[state] ?? 0) bytes.push(by[state] ?? 0);
  return bytes
    .toReversed()
    .map((byte) => String.fromCharCode(byte))
    .join('');
}
