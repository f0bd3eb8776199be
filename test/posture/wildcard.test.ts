/** Wildcards of waivers and selections. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { matchWildcard } from '../../src/posture/wildcard.ts';

/** The meaning, written for short texts only: each star takes nothing or one character more. */
function fits(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern.startsWith('*')) return fits(rest, text) || (text !== '' && fits(pattern, text.slice(1)));
  return text !== '' && (pattern.startsWith('?') || pattern[0] === text[0]) && fits(rest, text.slice(1));
}

describe('a wildcard', () => {
  it('means the same as its meaning', () => {
    const piece = fc
      .array(fc.constantFrom('a', 'b', '.', '*', '?'), { maxLength: 7 })
      .map((all) => all.join(''));
    const text = fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 9 }).map((all) => all.join(''));
    fc.assert(
      fc.property(piece, text, (pattern, given) => {
        expect(matchWildcard(pattern, given)).toBe(fits(pattern, given));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no notation of expressions', () => {
    expect(matchWildcard('a.c', 'abc')).toBe(false);
    expect(matchWildcard('[a-z]+', 'abc')).toBe(false);
    expect(matchWildcard('cache-?', 'cache-3')).toBe(true);
  });

  // As an expression this took longer than a test may take, with an eighth of the stars.
  it('ends soon, however many stars it has', () => {
    expect(matchWildcard(`${'*a'.repeat(64)}*b`, 'a'.repeat(250))).toBe(false);
  });
});
