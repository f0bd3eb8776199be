/**
 * The patterns of a selector as decisions try them: in a chain, each sorted into the few kinds that need no glob matcher,
 * with its first byte at hand so that most of them are passed over at a glance.
 */
import { toBytes } from '../bytes.ts';
import { compileGlob, runGlob, STAR } from './glob-program.ts';
import type { GlobProgram } from './glob-program.ts';

/** One pattern, and the next of its selector. */
export interface PatternTest {
  /** The pattern in bytes, as the rule had it. */
  readonly pattern: string;
  /** 1 for read, 2 for write. */
  readonly bits: number;
  readonly kind: PatternKind;
  /** Code of the first character of `text` when the kind is `prefix` or `exact`, else -1. */
  readonly first: number;
  /** What is looked for, ASCII only; empty for `glob`. */
  readonly text: string;
  /** Patterns with other bytes, `?` or classes. */
  readonly glob: GlobProgram | undefined;
  readonly next: PatternTest | undefined;
}

/** `a`, `a*`, `*`, `*a`, `*a*`, and all others. */
export type PatternKind = 'exact' | 'prefix' | 'anything' | 'suffix' | 'part' | 'glob';

/** The chain of some patterns in bytes, in their order; undefined when there are none. */
export function chainPatterns(
  patterns: readonly { readonly pattern: string; readonly bits: number }[],
): PatternTest | undefined {
  let chain: PatternTest | undefined;
  for (let i = patterns.length - 1; i >= 0; i--) {
    const each = patterns[i];
    if (each !== undefined) chain = makeTest(each.pattern, each.bits, chain);
  }
  return chain;
}

/** Does a pattern of the chain that has all bits of `need` match the argument (text, as it came)? */
export function passesAny(
  chain: PatternTest | undefined,
  argument: string,
  need: number,
  depthMax: number,
): boolean {
  if (argument === '') return hasEmpty(chain, need);
  const first = argument.charCodeAt(0);
  let bytes: string | undefined;
  for (let test = chain; test !== undefined; test = test.next) {
    if ((test.bits & need) !== need) continue;
    switch (test.kind) {
      case 'prefix':
        if (test.first === first && argument.startsWith(test.text)) return true;
        break;
      case 'exact':
        if (test.first === first && argument === test.text) return true;
        break;
      case 'anything':
        return true;
      case 'suffix':
        if (argument.endsWith(test.text)) return true;
        break;
      case 'part':
        if (argument.includes(test.text)) return true;
        break;
      case 'glob':
        bytes ??= toBytes(argument);
        if (test.glob !== undefined && runGlob(test.glob, bytes, depthMax)) return true;
    }
  }
  return false;
}

/** Is this very text, in bytes, among the patterns? */
export function hasPattern(chain: PatternTest | undefined, bytes: string): boolean {
  for (let test = chain; test !== undefined; test = test.next) if (test.pattern === bytes) return true;
  return false;
}

/** The server compares an empty string with nothing but the empty pattern. */
function hasEmpty(chain: PatternTest | undefined, need: number): boolean {
  for (let test = chain; test !== undefined; test = test.next)
    if (test.pattern === '' && (test.bits & need) === need) return true;
  return false;
}

function makeTest(pattern: string, bits: number, next: PatternTest | undefined): PatternTest {
  const glob = compileGlob(pattern);
  const kind = kindOf(glob);
  const literals = kind === 'glob' ? [] : glob.codes.filter((code) => code !== STAR);
  const text = String.fromCharCode(...literals);
  const first = kind === 'exact' || kind === 'prefix' ? (literals[0] ?? -1) : -1;
  return { pattern, bits, kind, first, text, glob: kind === 'glob' ? glob : undefined, next };
}

/** Longer ones go to the glob matcher, whose search is linear; the language's own may not be. */
const LITERAL_BYTES_MAX = 256;

function kindOf({ codes }: GlobProgram): PatternKind {
  if (codes.length > LITERAL_BYTES_MAX || codes.some((code) => code > 0x7f && code !== STAR)) return 'glob';
  const starsFirst = codes[0] === STAR;
  const inner = codes.indexOf(STAR, 1);
  if (inner === -1) return !starsFirst ? 'exact' : codes.length === 1 ? 'anything' : 'suffix';
  if (inner !== codes.length - 1) return 'glob';
  return starsFirst ? 'part' : 'prefix';
}
