/**
 * A class of a glob, `[a-z]`: util.c stringmatchlen, Redis 7.2. It has oddities that shells do not share: `[a-]` is a
 * range that runs into `]` and on to the end of the pattern, the ends of a range may stand in either order and compare
 * as signed bytes, `!` negates nothing, and a class that is not closed ends with the pattern.
 */

const BRACKET_END = 0x5d;
const BACKSLASH = 0x5c;
const CARET = 0x5e;
const DASH = 0x2d;

/** Reads the class that opens before `from` into `set`, 256 bits in eight words; the position behind it. */
export function readClass(pattern: string, from: number, set: Uint32Array): number {
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
