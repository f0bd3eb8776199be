/**
 * A glob as an automaton over bytes: util.c stringmatchlen, Redis 7.2, read as a language. A state is the number of
 * items matched so far; it may loop where a star stands. One oddity remains outside: no pattern but the empty one
 * matches the empty string.
 */
import { GLOB_DEPTH_MAX } from '../decision/glob.ts';
import { readClass } from '../decision/glob-class.ts';
import { ANY_BYTE, emptySet, isEmptySet, setOf } from './byte-set.ts';
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
      const set = emptySet();
      p = readClass(pattern, p + 1, set);
      items.push(set);
      singles.push(-1);
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
const BACKSLASH = 0x5c;

/** The single bytes from the start up to the first star or class. */
function literalFrom(singles: readonly number[], loops: Uint8Array): string {
  let text = '';
  for (const [i, byte] of singles.entries()) {
    if (byte === -1 || loops[i] === 1) break;
    text += String.fromCharCode(byte);
  }
  return text;
}
