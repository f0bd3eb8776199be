/**
 * A glob read once, one item after the other: util.c stringmatchlen, Redis 7.2, on bytes. Every item but a star stands
 * for exactly one byte, so a pattern is a list of sets of bytes with stars between them.
 */

/**
 * One code for each item: 0 - 255 is that byte, {@link ANY} any byte, {@link STAR} any run of bytes, and
 * {@link FIRST_SET} + n one byte of `sets[n]`.
 */
export interface GlobProgram {
  readonly codes: readonly number[];
  /** Sets of bytes, 256 bits each. */
  readonly sets: readonly Uint32Array[];
  /** Star groups that something follows: the depth of the server's recursion. */
  readonly nestedStars: number;
}

export const ANY = 256;
export const STAR = 257;
export const FIRST_SET = 258;

/** Reads a pattern of bytes. Stars beside each other become one. Never fails: the server accepts every pattern. */
export function compileGlob(pattern: string): GlobProgram {
  const codes: number[] = [];
  const sets: Uint32Array[] = [];
  let stars = 0;
  for (let p = 0; p < pattern.length;) {
    const c = pattern.charCodeAt(p);
    if (c === STAR_SIGN) {
      while (pattern.charCodeAt(p) === STAR_SIGN) p++;
      if (p < pattern.length) stars++;
      codes.push(STAR);
    } else if (c === QUESTION) {
      codes.push(ANY);
      p++;
    } else if (c === BRACKET) {
      const set = new Uint32Array(8);
      p = readClass(pattern, p + 1, set);
      codes.push(codeOf(set, sets));
    } else {
      if (c === BACKSLASH && p + 1 < pattern.length) p++;
      codes.push(pattern.charCodeAt(p));
      p++;
    }
  }
  return { codes, sets, nestedStars: stars };
}

export function hasByte(set: Uint32Array, byte: number): boolean {
  return (((set[byte >>> 5] ?? 0) >>> (byte & 31)) & 1) === 1;
}

const STAR_SIGN = 0x2a;
const QUESTION = 0x3f;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BACKSLASH = 0x5c;
const CARET = 0x5e;
const DASH = 0x2d;

/** Reads the class that opens before `from` into `set`; the position behind it. */
function readClass(pattern: string, from: number, set: Uint32Array): number {
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
  if (negated) for (let i = 0; i < set.length; i++) set[i] = ~(set[i] ?? 0);
  return p;
}

function addByte(set: Uint32Array, byte: number): void {
  set[byte >>> 5] = (set[byte >>> 5] ?? 0) | (1 << (byte & 31));
}

/** Either order of the ends, as the server takes them. */
function addRange(set: Uint32Array, a: number, b: number): void {
  for (let x = Math.min(a, b); x <= Math.max(a, b); x++) addByte(set, x & 0xff);
}

/** `char` is signed on x86, where the servers were seen; ARM differs for ranges over bytes from 0x80. */
function signed(byte: number): number {
  return byte < 0x80 ? byte : byte - 0x100;
}

/** Full sets are `?`, sets of one byte are that byte: fewer kinds to look at later. */
function codeOf(set: Uint32Array, sets: Uint32Array[]): number {
  let members = 0;
  let last = 0;
  for (let byte = 0; byte < 256; byte++) {
    if (!hasByte(set, byte)) continue;
    members++;
    last = byte;
  }
  if (members === 256) return ANY;
  if (members === 1) return last;
  sets.push(set);
  return FIRST_SET + sets.length - 1;
}
