/**
 * A glob as an automaton over bytes: util.c stringmatchlen, Redis 7.2, read as a language. A state is the number of
 * items matched so far; it may loop where a star stands. One oddity remains outside: no pattern but the empty one
 * matches the empty string.
 */
import { GLOB_DEPTH_MAX } from '../decision/glob.ts';
import { addByte, ANY_BYTE, complement, emptySet, isEmptySet, setOf } from './byte-set.ts';
import type { ByteSet } from './byte-set.ts';

/** The language of one pattern. */
export interface Automaton {
  /** The pattern, in bytes. */
  readonly pattern: string;
  /** What each byte between the stars may be. */
  readonly items: readonly ByteSet[];
  /** 1 where a star stands before the item (the last entry: at the end). */
  readonly loops: Uint8Array;
  /** Bytes that every match starts with; the whole match when `isLiteral`. */
  readonly prefix: string;
  readonly isLiteral: boolean;
  /** The pattern is its prefix and one star. */
  readonly isPrefix: boolean;
  /** Bytes that every match ends with. */
  readonly suffix: string;
  /** An item is an empty class: nothing matches. */
  readonly isVoid: boolean;
  /** More stars than patched servers follow: their answer depends on the patch level. */
  readonly isTooDeep: boolean;
}

/** Reads a pattern given in bytes. */
export function automatonOf(pattern: string): Automaton {
  const items: ByteSet[] = [];
  const singles: number[] = [];
  const stars = new Set<number>();
  for (let p = 0; p < pattern.length;) {
    const c = pattern.charCodeAt(p);
    if (c === STAR) {
      stars.add(items.length);
      p++;
    } else if (c === QUESTION) {
      items.push(ANY_BYTE);
      singles.push(-1);
      p++;
    } else if (c === BRACKET) {
      const { set, end } = readClass(pattern, p + 1);
      items.push(set);
      singles.push(-1);
      p = end;
    } else {
      const escaped = c === BACKSLASH && p + 1 < pattern.length;
      const byte = escaped ? pattern.charCodeAt(p + 1) : c;
      items.push(setOf(byte));
      singles.push(byte);
      p += escaped ? 2 : 1;
    }
  }
  const loops = new Uint8Array(items.length + 1);
  for (const at of stars) loops[at] = 1;
  const prefix = literalFrom(singles, loops);
  const isLiteral = stars.size === 0 && prefix.length === items.length;
  return {
    pattern,
    items,
    loops,
    prefix,
    isLiteral,
    isPrefix: prefix.length === items.length && stars.size === 1 && stars.has(items.length),
    suffix: literalFrom(singles.toReversed(), loops.toReversed()).split('').toReversed().join(''),
    isVoid: items.some(isEmptySet),
    isTooDeep: [...stars].filter((at) => at < items.length).length > GLOB_DEPTH_MAX,
  };
}

const STAR = 0x2a;
const QUESTION = 0x3f;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BACKSLASH = 0x5c;
const CARET = 0x5e;
const DASH = 0x2d;

/** The single bytes from the start up to the first star or class. */
function literalFrom(singles: readonly number[], loops: Uint8Array): string {
  let text = '';
  for (const [i, byte] of singles.entries()) {
    if (byte === -1 || loops[i] === 1) break;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** The class that opens before `from`, and where it ends. `[a-]` is a range that runs into `]`. */
function readClass(pattern: string, from: number): { readonly set: ByteSet; readonly end: number } {
  const set = emptySet();
  let p = from;
  const negated = pattern.charCodeAt(p) === CARET;
  if (negated) p++;
  for (; p < pattern.length; p++) {
    const c = pattern.charCodeAt(p);
    if (c === BACKSLASH && p + 1 < pattern.length) {
      p++;
      addByte(set, pattern.charCodeAt(p));
    } else if (c === BRACKET_END) {
      p++;
      break;
    } else if (p + 2 < pattern.length && pattern.charCodeAt(p + 1) === DASH) {
      addRange(set, signed(c), signed(pattern.charCodeAt(p + 2)));
      p += 2;
    } else {
      addByte(set, c);
    }
  }
  return { set: negated ? complement(set) : set, end: p };
}

/** Ends in either order, compared as signed bytes. */
function addRange(set: ByteSet, a: number, b: number): void {
  for (let x = Math.min(a, b); x <= Math.max(a, b); x++) addByte(set, x & 0xff);
}

/** `char` is signed on x86, where the servers were seen. */
function signed(byte: number): number {
  return byte < 0x80 ? byte : byte - 0x100;
}
