/**
 * A glob read once, one item after the other: util.c stringmatchlen, Redis 7.2, on bytes. Every item but a star stands
 * for exactly one byte, so a pattern is a list of sets of bytes with stars between them.
 */
import { readClass } from './glob-class.ts';

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
  /** Position behind the last star; 0 without a star. */
  readonly tail: number;
}

export const ANY = 256;
export const STAR = 257;
export const FIRST_SET = 258;

/** Reads a pattern of bytes. Stars beside each other become one. Never fails: the server accepts every pattern. */
export function compileGlob(pattern: string): GlobProgram {
  const codes: number[] = [];
  const sets: Uint32Array[] = [];
  let nestedStars = 0;
  let tail = 0;
  for (let p = 0; p < pattern.length;) {
    const c = pattern.charCodeAt(p);
    if (c === STAR_SIGN) {
      while (pattern.charCodeAt(p) === STAR_SIGN) p++;
      if (p < pattern.length) nestedStars++;
      tail = codes.push(STAR);
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
  return { codes, sets, nestedStars, tail };
}

/**
 * Comparisons of one match, at most; what would take more does not match. Only `?` or classes between two stars come
 * here, hundreds of them in a row against a megabyte that nearly matches everywhere: a server is busy with that for
 * seconds, and serves nobody meanwhile.
 */
export const GLOB_STEPS_MAX = 2 ** 29;

/** What matching cost, for whoever measures it. */
export interface GlobWork {
  /** Comparisons of one item with one byte. */
  steps: number;
}

/**
 * Does the program match these bytes? `depthMax` 0 means no limit. Work grows with the length of the bytes, and where
 * classes stand between stars with its product with the longest run of items there; {@link GLOB_STEPS_MAX} ends it.
 */
export function runGlob(program: GlobProgram, bytes: string, depthMax: number, work = scratch): boolean {
  const { codes, tail } = program;
  const { length } = codes;
  // The server does not look at the pattern at all when the string is empty.
  if (bytes === '') return length === 0;
  if (depthMax > 0 && program.nestedStars > depthMax) return false;
  if (tail === 0 && length !== bytes.length) return false;
  work.steps = 0;
  // Every item takes one byte, so what follows the last star can match at one place only.
  const end = bytes.length - (length - tail);
  if (end < 0 || matchRun(program, tail, length, bytes, end, work) < length) return false;
  let s = 0;
  // Runs of items with a star behind each, in the bytes before `end`; the last star takes what is left.
  for (let from = 0; from < tail;) {
    const to = codes.indexOf(STAR, from);
    const last = end - (to - from);
    // What stands before the first star is bound to the beginning.
    const at = findRun(program, from, to, bytes, s, from === 0 ? Math.min(0, last) : last, work);
    if (at < 0) return false;
    s = at + to - from;
    from = to + 1;
  }
  return true;
}

export function hasByte(set: Uint32Array, byte: number): boolean {
  return (((set[byte >>> 5] ?? 0) >>> (byte & 31)) & 1) === 1;
}

// The engine is synchronous, and deciding must not allocate.
const scratch: GlobWork = { steps: 0 };

/** The first place from `s` to `last` where the items match; -1 when there is none. */
function findRun(
  program: GlobProgram,
  from: number,
  to: number,
  bytes: string,
  s: number,
  last: number,
  work: GlobWork,
): number {
  const patience = work.steps + SEARCH_AFTER_STEPS;
  for (let at = s; at <= last; at++) {
    if (matchRun(program, from, to, bytes, at, work) === to) return at;
    if (work.steps < patience) continue;
    if (isLiteral(program, from, to)) return searchLiteral(program, from, to, bytes, at + 1, last, work);
    for (at++; at <= last && work.steps <= GLOB_STEPS_MAX; at++)
      if (matchRun(program, from, to, bytes, at, work) === to) return at;
    return -1;
  }
  return -1;
}

/** A run that is not found soon is searched for in a way that does not start over, where it is literal. */
const SEARCH_AFTER_STEPS = 4096;

function isLiteral({ codes }: GlobProgram, from: number, to: number): boolean {
  for (let p = from; p < to; p++) if ((codes[p] ?? ANY) >= ANY) return false;
  return true;
}

/** Knuth, Morris and Pratt: never steps back in the bytes. */
function searchLiteral(
  { codes }: GlobProgram,
  from: number,
  to: number,
  bytes: string,
  s: number,
  last: number,
  work: GlobWork,
): number {
  const length = to - from;
  // How much of the run's beginning ends at each of its items: what is still matched when the next one is not.
  const borders = new Int32Array(length);
  let matched = 0;
  for (let i = 1; i < length; i++) {
    while (matched > 0 && codes[from + i] !== codes[from + matched]) matched = borders[matched - 1] ?? 0;
    if (codes[from + i] === codes[from + matched]) matched++;
    borders[i] = matched;
  }
  matched = 0;
  const end = last + length;
  for (let at = s; at < end; at++) {
    const byte = bytes.charCodeAt(at);
    while (matched > 0 && codes[from + matched] !== byte) {
      matched = borders[matched - 1] ?? 0;
      work.steps++;
    }
    work.steps++;
    if (codes[from + matched] === byte && ++matched === length) return at + 1 - length;
  }
  return -1;
}

/** The first item that does not match, `to` when all do. */
function matchRun(
  { codes, sets }: GlobProgram,
  from: number,
  to: number,
  bytes: string,
  at: number,
  work: GlobWork,
): number {
  let p = from;
  for (; p < to; p++) {
    const code = codes[p] ?? 0;
    const byte = bytes.charCodeAt(at + p - from);
    if (code === byte || code === ANY) continue;
    const set = code < FIRST_SET ? undefined : sets[code - FIRST_SET];
    if (set === undefined || !hasByte(set, byte)) break;
  }
  work.steps += p - from + 1;
  return p;
}

const STAR_SIGN = 0x2a;
const QUESTION = 0x3f;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;

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
