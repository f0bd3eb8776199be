import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatch } from '../../src/acl/index.ts';
import { toBytes } from '../../src/acl/bytes.ts';
import { compileGlob, GLOB_STEPS_MAX, runGlob } from '../../src/acl/decision/glob-program.ts';
import { chainPatterns, passesAny } from '../../src/acl/decision/pattern-test.ts';

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

  it('tries patterns of simple kinds as the matcher would', () => {
    const pattern = shortText('ab*?[]\\é', 5);
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), shortText('abé*]', 5), (patterns, text) => {
        const chain = chainPatterns(patterns.map((each) => ({ pattern: toBytes(each), bits: 3 })));
        const expected = patterns.some((each) => globMatch(each, text));
        expect(passesAny(chain, text, 3, 1000)).toBe(expected);
      }),
      { numRuns: 20_000 },
    );
  });

  it('answers no beyond a thousand nested stars, as patched servers do', () => {
    expect(globMatch('*a'.repeat(1000), 'a'.repeat(1000))).toBe(true);
    expect(globMatch('*a'.repeat(1001), 'a'.repeat(1001))).toBe(false);
    expect(globMatch(`${'*a'.repeat(1000)}*`, 'a'.repeat(1000))).toBe(true);
  });

  it('looks at each byte once where stars stand between single bytes', () => {
    const mebibyte = 'a'.repeat(1024 * 1024);
    expect(stepsOf(`${'a*'.repeat(900)}b`, mebibyte)).toBeLessThan(10);
    expect(stepsOf(`${'*a'.repeat(900)}*b*`, mebibyte)).toBeLessThan(2.1 * mebibyte.length);
    expect(stepsOf('a*'.repeat(mebibyte.length / 2), mebibyte)).toBeLessThan(3 * mebibyte.length);
  });

  it('does not start over at each byte where literal text stands between stars', () => {
    const mebibyte = 'a'.repeat(1024 * 1024);
    const long = 'a'.repeat(100_000);
    for (const pattern of [`*${long}b*`, `*b${long}*`, `*${long}b${long}*`, `*${long}b`]) {
      expect(stepsOf(pattern, mebibyte), pattern.slice(0, 9)).toBeLessThan(3 * mebibyte.length);
    }
  });

  it('gives up where classes between stars would take too long', () => {
    const almost = `*${'a?'.repeat(3000)}b*`;
    const text = 'a'.repeat(1024 * 1024);
    const work = { steps: 0 };
    expect(runGlob(compileGlob(almost), text, 1000, work)).toBe(false);
    expect(work.steps).toBeGreaterThan(GLOB_STEPS_MAX);
    expect(work.steps).toBeLessThan(GLOB_STEPS_MAX + 2 * text.length);
    // Sixty times less is answered in full.
    const near = `*${'a?'.repeat(50)}b*`;
    expect(globMatch(near, `${text}b${text}`)).toBe(true);
  }, 60_000);

  it('matches by bytes, classes and text alike however far it has to look', () => {
    const far = 'x'.repeat(10_000);
    expect(globMatch('*needle*', `${far}needle${far}`)).toBe(true);
    expect(globMatch('*need?e*end', `${far}needle${far}end`)).toBe(true);
    expect(globMatch('*needle*needle', `${far}needle`)).toBe(false);
    expect(globMatch('*xy*xy*', `${far}y${far}`)).toBe(false);
    expect(globMatch('*xy*xy*', `${far}y${far}y`)).toBe(true);
    expect(globMatch('*xxxxé*', `${far}é`)).toBe(true);
  });
});

/** Comparisons that it takes to find that they do not match. */
function stepsOf(pattern: string, text: string): number {
  const work = { steps: 0 };
  runGlob(compileGlob(pattern), text, 0, work);
  return work.steps;
}
