/**
 * The server's glob: util.c stringmatchlen, Redis 7.2, on bytes. It differs from the globs of shells: `*` does not
 * match the empty string, `[a-]` is a range that runs into `]`, ranges compare signed bytes (x86), `!` negates nothing.
 */
import { toBytes } from '../bytes.ts';

/** Star groups a pattern may nest before the server answers "no match" (protection of CVE-2024-31228). */
export const GLOB_DEPTH_MAX = 1000;

/** Does `text` match the glob `pattern`, as the server decides it? Work is bounded by their lengths' product. */
export function globMatch(pattern: string, text: string): boolean {
  return matchBytes(toBytes(pattern), toBytes(text), GLOB_DEPTH_MAX);
}

/** The same on byte strings. `depthMax` 0 means no limit. */
export function matchBytes(pattern: string, string: string, depthMax: number): boolean {
  // The server does not look at the pattern at all when the string is empty.
  if (string === '') return pattern === '';
  if (depthMax > 0 && pattern.length > depthMax && nestedStars(pattern) > depthMax) return false;
  let p = 0;
  let s = 0;
  // Where to resume after the last star: the pattern behind it, and the suffix that is tried next.
  let starPattern = -1;
  let starString = 0;
  for (;;) {
    if (s === string.length) {
      while (pattern.charCodeAt(p) === STAR) p++;
      if (p === pattern.length) return true;
    } else if (p < pattern.length) {
      if (pattern.charCodeAt(p) === STAR) {
        while (pattern.charCodeAt(p) === STAR) p++;
        if (p === pattern.length) return true;
        starPattern = p;
        starString = s;
        continue;
      }
      const next = matchOne(pattern, p, string.charCodeAt(s));
      if (next > 0) {
        p = next;
        s++;
        continue;
      }
    }
    // A string used up cannot be helped by giving the star more of it.
    if (starPattern === -1 || s === string.length) return false;
    starString++;
    if (starString === string.length) return false;
    p = starPattern;
    s = starString;
  }
}

const STAR = 0x2a;
const QUESTION = 0x3f;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BACKSLASH = 0x5c;
const CARET = 0x5e;
const DASH = 0x2d;

/** Matches the one item at `p` (not a star) against `byte`: the position behind the item, or not above 0. */
function matchOne(pattern: string, p: number, byte: number): number {
  const c = pattern.charCodeAt(p);
  if (c === QUESTION) return p + 1;
  if (c === BRACKET) return matchClass(pattern, p + 1, byte);
  if (c === BACKSLASH && p + 1 < pattern.length) return pattern.charCodeAt(p + 1) === byte ? p + 2 : 0;
  return c === byte ? p + 1 : 0;
}

/** The position behind the class that opens before `from`; negative when `byte` is not in it. */
function matchClass(pattern: string, from: number, byte: number): number {
  let p = from;
  const negated = pattern.charCodeAt(p) === CARET;
  if (negated) p++;
  let matched = false;
  for (; p < pattern.length; p++) {
    const c = pattern.charCodeAt(p);
    if (c === BACKSLASH && p + 1 < pattern.length) {
      p++;
      if (pattern.charCodeAt(p) === byte) matched = true;
    } else if (c === BRACKET_END) {
      p++;
      break;
    } else if (p + 2 < pattern.length && pattern.charCodeAt(p + 1) === DASH) {
      const a = signed(c);
      const b = signed(pattern.charCodeAt(p + 2));
      const x = signed(byte);
      if (x >= Math.min(a, b) && x <= Math.max(a, b)) matched = true;
      p += 2;
    } else if (c === byte) {
      matched = true;
    }
  }
  return matched === negated ? -p : p;
}

/** `char` is signed on x86, where the servers were seen; ARM differs for ranges over bytes from 0x80. */
function signed(byte: number): number {
  return byte < 0x80 ? byte : byte - 0x100;
}

/** Star groups that something follows: the depth of the server's recursion. */
function nestedStars(pattern: string): number {
  let count = 0;
  for (let p = 0; p < pattern.length;) {
    if (pattern.charCodeAt(p) === STAR) {
      while (pattern.charCodeAt(p) === STAR) p++;
      if (p < pattern.length) count++;
    } else {
      p = skipOne(pattern, p);
    }
  }
  return count;
}

function skipOne(pattern: string, p: number): number {
  const c = pattern.charCodeAt(p);
  if (c === BACKSLASH && p + 1 < pattern.length) return p + 2;
  if (c !== BRACKET) return p + 1;
  return Math.abs(matchClass(pattern, p + 1, 0));
}
