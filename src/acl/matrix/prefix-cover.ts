/**
 * Which keys under a literal prefix a glob matches: all of them, some, or none, exactly. The pattern is walked as an
 * automaton over the prefix; what is left of it then decides about every possible rest of the key.
 */
import { ANY, compileGlob, FIRST_SET, hasByte, STAR } from '../decision/glob-program.ts';
import type { GlobProgram } from '../decision/glob-program.ts';

/** How many of the keys under a prefix, the prefix itself among them. */
export type Cover = 'all' | 'some' | 'none';

/** A pattern made ready to be asked about many prefixes. */
export interface PreparedPattern {
  /** Text of a literal, or in front of the one final star; undefined for other patterns. */
  readonly head: string | undefined;
  /** The final star. */
  readonly open: boolean;
  readonly program: GlobProgram;
  /** Nests more stars than the server follows: it never matches. */
  readonly isTooDeep: boolean;
}

/** Bytes. `depthMax` as in `matchBytes`. */
export function preparePattern(pattern: string, depthMax: number): PreparedPattern {
  const program = compileGlob(pattern);
  const { codes } = program;
  const open = codes.at(-1) === STAR;
  const literals = open ? codes.slice(0, -1) : codes;
  const isLiteral = literals.every((code) => code < ANY);
  return {
    head: isLiteral ? literals.map((code) => String.fromCharCode(code)).join('') : undefined,
    open,
    program,
    isTooDeep: depthMax > 0 && program.nestedStars > depthMax,
  };
}

/** The empty key, which no pattern but the empty one matches, is left aside under the empty prefix. */
export function coverPrefix(pattern: PreparedPattern, prefix: string): Cover {
  const { head, open, program } = pattern;
  if (head !== undefined) {
    if (open && prefix.startsWith(head)) return 'all';
    return head.startsWith(prefix) && (open || head !== '') ? 'some' : 'none';
  }
  if (pattern.isTooDeep) return 'none';
  const states = walk(program, prefix);
  const possible = possibleFrom(program);
  if (!states.some((state) => state >= possible)) return 'none';
  return coversEveryRest(program, states, prefix === '') ? 'all' : 'some';
}

/** Positions in the pattern that the prefix can lead to. */
function walk(program: GlobProgram, prefix: string): readonly number[] {
  let states: readonly number[] = withStars(program, [0]);
  for (let i = 0; i < prefix.length && states.length > 0; i++) {
    const byte = prefix.charCodeAt(i);
    const next = states.flatMap((state) => {
      const code = program.codes[state];
      if (code === STAR) return [state];
      return code !== undefined && accepts(program, code, byte) ? [state + 1] : [];
    });
    states = withStars(program, next);
  }
  return states;
}

/** A star may be passed over. */
function withStars(program: GlobProgram, states: readonly number[]): readonly number[] {
  const all = new Set(states);
  for (const state of states) if (program.codes[state] === STAR) all.add(state + 1);
  return [...all];
}

function accepts(program: GlobProgram, code: number, byte: number): boolean {
  if (code === ANY || code === byte) return true;
  const set = program.sets[code - FIRST_SET];
  return code >= FIRST_SET && set !== undefined && hasByte(set, byte);
}

/** The first position whose rest some text matches: behind the last empty class. */
function possibleFrom(program: GlobProgram): number {
  return (
    program.codes.findLastIndex(
      (code) => code >= FIRST_SET && program.sets[code - FIRST_SET]?.every((word) => word === 0),
    ) + 1
  );
}

/**
 * A rest of one byte repeated, which some class or literal refuses, leaves only the tails made of `?` and `*`: together
 * they must take every length.
 */
function coversEveryRest(program: GlobProgram, states: readonly number[], skipEmpty: boolean): boolean {
  const { codes } = program;
  const plainFrom = codes.findLastIndex((code) => code !== ANY && code !== STAR) + 1;
  const exact = new Set<number>();
  let atLeast = Number.POSITIVE_INFINITY;
  for (const state of states) {
    if (state < plainFrom) continue;
    const tail = codes.slice(state);
    const length = tail.filter((code) => code === ANY).length;
    if (tail.includes(STAR)) atLeast = Math.min(atLeast, length);
    else exact.add(length);
  }
  if (atLeast === Number.POSITIVE_INFINITY) return false;
  for (let length = skipEmpty ? 1 : 0; length < atLeast; length++) if (!exact.has(length)) return false;
  return true;
}
