/**
 * The server's glob: util.c stringmatchlen, Redis 7.2, on bytes. It differs from the globs of shells: `*` does not
 * match the empty string, `[a-]` is a range that runs into `]`, ranges compare signed bytes (x86), `!` negates nothing.
 */
import { toBytes } from '../bytes.ts';
import { compileGlob, runGlob } from './glob-program.ts';
import type { GlobProgram } from './glob-program.ts';

/** Star groups a pattern may nest before the server answers "no match" (protection of CVE-2024-31228). */
export const GLOB_DEPTH_MAX = 1000;

/**
 * Does `text` match the glob `pattern`, as the server decides it? Work is bounded whatever the two are: linear in their
 * lengths for nearly all patterns, and at most `GLOB_STEPS_MAX` comparisons (about a second), then the answer is no.
 */
export function globMatch(pattern: string, text: string): boolean {
  return matchBytes(toBytes(pattern), toBytes(text), GLOB_DEPTH_MAX);
}

/** The same on byte strings. `depthMax` 0 means no limit. */
export function matchBytes(pattern: string, string: string, depthMax: number): boolean {
  if (pattern !== lastPattern) {
    lastProgram = compileGlob(pattern);
    lastPattern = pattern;
  }
  return runGlob(lastProgram, string, depthMax);
}

// One pattern is often asked about many strings.
let lastPattern = '';
let lastProgram: GlobProgram = compileGlob('');
