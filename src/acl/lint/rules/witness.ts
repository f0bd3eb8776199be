/** Keys to try rules with: some that a user's patterns match, and one that none of them matches. */
import { globSample } from '../../compare/glob-overlap.ts';
import { decide } from '../../decision/decide.ts';
import { globMatch } from '../../decision/glob.ts';
import type { LintUser } from '../rule.ts';
import { literalStart } from './overlap.ts';

/** A readable key that the pattern matches; undefined when there is none but the empty one. */
export function sampleKey(pattern: string): string | undefined {
  const filled = pattern.replace(/\*+/g, '1');
  if (filled !== '' && globMatch(pattern, filled)) return filled;
  const sample = globSample(pattern);
  return sample === '' ? undefined : sample;
}

/** A key that the user may read (or write). */
export function findOwnKey(user: LintUser, side: 'read' | 'write'): string | undefined {
  return user.user.selectors
    .flatMap(({ keys }) => keys)
    .filter((key) => key[side])
    .map(({ pattern }) => sampleKey(pattern))
    .find((sample) => sample !== undefined);
}

/** A key that no pattern of the user matches; undefined when all candidates are matched. */
export function findForeignKey(user: LintUser): string | undefined {
  const keys = user.user.selectors.flatMap((selector) => selector.keys);
  if (user.user.selectors.some(({ allKeys }) => allKeys)) return undefined;
  return CANDIDATES.find((key) => !keys.some(({ pattern }) => globMatch(pattern, key)));
}

/** A command over the key that the user may run, if one of the common ones will do. */
export function findCommandFor(user: LintUser, key: string): readonly string[] | undefined {
  return PROBES.map(([name, ...rest]) => [name, key, ...rest]).find(
    (argv) => decide(user.user, argv, user.user.table).allowed,
  );
}

/** A word that one of the user's patterns matches, in some letter case: keywords of commands know no case. */
export function findKeyword(
  user: LintUser,
  words: readonly string[],
  side: 'read' | 'write',
): string | undefined {
  const patterns = user.user.selectors.flatMap(({ keys }) => keys).filter((key) => key[side]);
  for (const word of words) {
    const near = patterns.filter(({ pattern }) => word.startsWith(literalStart(pattern).toLowerCase()));
    for (let mask = 0; near.length > 0 && mask < 1 << word.length; mask++) {
      const spelt = word
        .split('')
        .map((letter, i) => ((mask >> i) & 1 ? letter.toUpperCase() : letter))
        .join('');
      if (near.some(({ pattern }) => globMatch(pattern, spelt))) return spelt;
    }
  }
  return undefined;
}

const PROBES: readonly (readonly [string, ...string[]])[] = [
  ['GET'],
  ['SET', 'x'],
  ['HGETALL'],
  ['LRANGE', '0', '-1'],
  ['SMEMBERS'],
  ['ZCARD'],
  ['DEL'],
  ['EXISTS'],
  ['XLEN'],
];
const CANDIDATES = ['victim', 'other:secret', 'VICTIM', 'zz.9', '0victim', '_victim', 'Q7-x', '\u0001'];
