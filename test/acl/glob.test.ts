import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatch } from '../../src/acl/index.ts';

/** util.c stringmatchlen written down literally (recursion and all), on Latin-1 strings: the reference. */
function reference(p: string, s: string): boolean {
  let i = 0;
  let j = 0;
  const signed = (x: number): number => (x < 128 ? x : x - 256);
  const at = (text: string, k: number): number => text.charCodeAt(k);
  while (i < p.length && j < s.length) {
    const c = p[i];
    if (c === '*') {
      while (p[i + 1] === '*') i++;
      if (i === p.length - 1) return true;
      for (; j < s.length; j++) if (reference(p.slice(i + 1), s.slice(j))) return true;
      return false;
    }
    if (c === '[') {
      i++;
      const not = p[i] === '^';
      if (not) i++;
      let match = false;
      for (;;) {
        if (p[i] === '\\' && p.length - i >= 2) {
          i++;
          if (p[i] === s[j]) match = true;
        } else if (p[i] === ']') {
          break;
        } else if (i >= p.length) {
          i--;
          break;
        } else if (p[i + 1] === '-' && p.length - i >= 3) {
          const ends = [signed(at(p, i)), signed(at(p, i + 2))].sort((a, b) => a - b);
          const x = signed(at(s, j));
          if (x >= (ends[0] ?? 0) && x <= (ends[1] ?? 0)) match = true;
          i += 2;
        } else if (p[i] === s[j]) {
          match = true;
        }
        i++;
      }
      if (match === not) return false;
      j++;
    } else if (c === '?') {
      j++;
    } else {
      if (c === '\\' && p.length - i >= 2) i++;
      if (p[i] !== s[j]) return false;
      j++;
    }
    i++;
    if (j === s.length) {
      while (p[i] === '*') i++;
      break;
    }
  }
  return i >= p.length && j === s.length;
}

const shortText = (letters: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters.split('')), maxLength });

describe('globMatch', () => {
  it.each([
    ['*', '', false],
    ['**', '', false],
    ['', '', true],
    ['', 'a', false],
    ['*', 'a', true],
    ['app:*', 'app:', true],
    ['app:*', 'app', false],
    ['[a-]*', 'a', true],
    ['[a-]*', ']', true],
    ['[a-]*', '-', false],
    ['[!a]', '!', true],
    ['[!a]', 'b', false],
    ['[]', 'a', false],
    ['[^]', 'a', true],
    ['[abc', 'b', true],
    ['[z-a]', 'm', true],
    ['a\\', 'a\\', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['t:?:*', 't:x:1', true],
    ['t:?:*', 't:é:1', false],
    ['n[a-é]*', 'na', true],
    ['n[a-é]*', 'nb', false],
    ['App', 'app', false],
  ])('%j against %j is %s', (pattern, text, expected) => {
    expect(globMatch(pattern, text)).toBe(expected);
  });

  it('agrees with the server algorithm written down literally', () => {
    fc.assert(
      fc.property(shortText('ab*?[]^-\\', 10), shortText('ab]-^\\', 8), (pattern, text) => {
        expect(globMatch(pattern, text)).toBe(reference(pattern, text));
      }),
      { numRuns: 30_000 },
    );
  });

  it('answers no beyond a thousand nested stars, as patched servers do', () => {
    expect(globMatch('*a'.repeat(1000), 'a'.repeat(1000))).toBe(true);
    expect(globMatch('*a'.repeat(1001), 'a'.repeat(1001))).toBe(false);
    expect(globMatch(`${'*a'.repeat(1000)}*`, 'a'.repeat(1000))).toBe(true);
  });

  it('is not made to hang by a pattern of stars', () => {
    const start = performance.now();
    expect(globMatch(`${'*a'.repeat(900)}*b`, 'a'.repeat(20_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
