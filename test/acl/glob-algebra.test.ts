import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  globIncludes,
  globIntersection,
  globIsEmpty,
  globMatch,
  globSample,
  patternsInclude,
} from '../../src/acl/index.ts';

const pattern = (letters: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters.split('')), maxLength });
const small = pattern('ab*?[]^-\\', 7);

/** Every text of at most four letters. */
const TEXTS: readonly string[] = textsOf(['a', 'b', '-', ']'], 4);

describe('globIntersection', () => {
  it.each([
    ['app:*', 'app:*', 'app:'],
    ['app:*', '*:1', 'app:1'],
    ['app:*', 'app2:*', undefined],
    ['app*', 'app2:*', 'app2:'],
    ['*', '', undefined],
    ['', '', ''],
    ['*', '**', 'a'],
    ['acme[1]:*', 'acme1:*', 'acme1:'],
    ['acme\\[1\\]:*', 'acme[1]:*', undefined],
    ['[a-]*', '-*', undefined],
    ['[]*', '*', undefined],
    ['[^]x', '?x', 'ax'],
    ['t:?:*', 't:é:*', undefined],
    ['t:??:*', 't:é:*', 't:é:'],
    ['*:a:*', '*:b:*', ':a:b:'],
  ])('%j and %j: %j', (a, b, witness) => {
    expect(globIntersection(a, b)).toEqual(
      witness === undefined ? { overlaps: false } : { overlaps: true, witness },
    );
  });

  it('gives a witness that both patterns match, and misses none that is short', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const found = globIntersection(a, b);
        const common = TEXTS.find((text) => globMatch(a, text) && globMatch(b, text));
        if (found.overlaps === true) {
          expect(globMatch(a, found.witness) && globMatch(b, found.witness)).toBe(true);
          if (common !== undefined) expect(found.witness.length).toBeLessThanOrEqual(common.length);
        } else {
          expect([found.overlaps, common]).toEqual([false, undefined]);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('gives the same answer either way round', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(globIntersection(a, b).overlaps).toBe(globIntersection(b, a).overlaps);
      }),
    );
  });

  it('prefers witnesses that can be read', () => {
    expect(globIntersection('k[^a]*', 'k?x')).toEqual({ overlaps: true, witness: 'kbx' });
    const found = globIntersection('[\u0001-z]*', '?');
    expect(found).toEqual({ overlaps: true, witness: 'a' });
  });

  it('answers unknown for what it will not work out', () => {
    expect(globIntersection(`*${'a?'.repeat(800)}`, `*${'?a'.repeat(800)}b*`)).toEqual({
      overlaps: 'unknown',
    });
    expect(globIntersection('*a'.repeat(1001), '*b*')).toEqual({ overlaps: 'unknown' });
  });
});

describe('globIncludes', () => {
  it.each([
    ['app:*', 'app:1:*', undefined],
    ['app*', 'app:*', undefined],
    ['app:*', 'app*', 'app'],
    ['*', 'x*', undefined],
    ['*', '', ''],
    ['**', '*', undefined],
    ['?*', '*', undefined],
    ['*', '[]', undefined],
    ['[a-c]', '[abc]', undefined],
    ['[abc]', '[a-d]', 'd'],
    ['*a*', '*aa*', undefined],
    ['*aa*', '*a*', 'a'],
    ['*a?b', '*aab', undefined],
  ])('%j over %j: %j', (outer, inner, witness) => {
    expect(globIncludes(outer, inner)).toEqual(
      witness === undefined ? { includes: true } : { includes: false, witness, pattern: inner },
    );
  });

  it('agrees with trying every short text', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 3 }), small, (outer, inner) => {
        const answer = patternsInclude(outer, [inner]);
        const missed = (text: string): boolean =>
          globMatch(inner, text) && !outer.some((each) => globMatch(each, text));
        const short = TEXTS.find(missed);
        if (answer.includes === false) {
          expect(missed(answer.witness)).toBe(true);
          if (short !== undefined) expect(answer.witness.length).toBeLessThanOrEqual(short.length);
        } else {
          expect([answer.includes, short]).toEqual([true, undefined]);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('sees that a union covers what no single pattern does', () => {
    expect(patternsInclude(['[a-m]*', '[n-z]*'], ['[a-z]x'])).toEqual({ includes: true });
    expect(patternsInclude(['app:*', 'app2:*'], ['app*'])).toMatchObject({ includes: false, witness: 'app' });
    expect(patternsInclude(['app*'], ['app:*', 'app2:*'])).toEqual({ includes: true });
    expect(patternsInclude([], ['[]'])).toEqual({ includes: true });
    expect(patternsInclude([], ['x'])).toEqual({ includes: false, witness: 'x', pattern: 'x' });
  });

  it('agrees with the intersection: what is included and not empty overlaps', () => {
    fc.assert(
      fc.property(small, small, (outer, inner) => {
        if (globIncludes(outer, inner).includes !== true || globIsEmpty(inner)) return;
        expect(globIntersection(outer, inner).overlaps).toBe(true);
      }),
    );
  });

  it('stops at its bound, in time, and says so', () => {
    const start = performance.now();
    const answer = globIncludes(`*a${'?'.repeat(40)}`, `*b${'?'.repeat(60)}*`);
    expect(answer.includes).not.toBe(true);
    expect(globIncludes(`*a${'?'.repeat(30)}`, `*a*[ab]${'?'.repeat(30)}`).includes).not.toBe(true);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

it('globIsEmpty and globSample tell the same', () => {
  expect(globIsEmpty('a[]') && !globIsEmpty('a[^]') && !globIsEmpty('')).toBe(true);
  fc.assert(
    fc.property(pattern('ab*?[]^-\\é', 8), (each) => {
      const sample = globSample(each);
      expect(sample === undefined).toBe(globIsEmpty(each));
      if (sample !== undefined) expect(globMatch(each, sample)).toBe(true);
    }),
  );
});

it('arbitrary bytes neither crash nor hang it', () => {
  const start = performance.now();
  const bytes = fc.string({ unit: 'binary', maxLength: 300 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const { overlaps } = globIntersection(a, b);
      const { includes } = globIncludes(a, b);
      expect([true, false, 'unknown']).toContain(overlaps);
      expect([true, false, 'unknown']).toContain(includes);
    }),
    { numRuns: 300 },
  );
  expect(performance.now() - start).toBeLessThan(20_000);
});

function textsOf(letters: readonly string[], length: number): readonly string[] {
  if (length === 0) return [''];
  const shorter = textsOf(letters, length - 1);
  const longest = shorter.filter((text) => text.length === length - 1);
  return [...shorter, ...longest.flatMap((text) => letters.map((letter) => text + letter))];
}
