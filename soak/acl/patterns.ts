/** Key and channel patterns, and strings that nearly match them. All strings here are byte strings. */
import { anyBytes, toUpper } from './random.ts';
import type { Random } from './random.ts';

const PIECES = [
  'a', 'b', 'ab', 'k', ':', 'app:', 'x', '1', '-', ']', '^', '\\', '*', '*', '*', '**', '?', '?', '[ab]', '[a-c]',
  '[^a]', '[^a-b]', '[]', '[^]', '[a-', '[abc', '[a-]', '[c-a]', '[\\]]', '[\\a-\\c]', '[a-c-e]', '[!a]', '[a\\',
  '\\*', '\\[', '\\a', '\xe9', '[a-\xe9]', '[\x80-\xff]', '[^\x80-\xff]', '\xff', '"', "'", '(', ')', '~', '%', 'A',
]; // prettier-ignore

/** Words that commands take for options: keys called so move the servers' key finders. */
const OPTION_WORDS = ['STREAMS', 'streams', 'by', 'get', 'LIMIT', 'store', 'KEYS', 'db', 'GROUP'];

/** A glob, without the bytes that rules refuse in nearly all cases. */
export function randomPattern(random: Random): string {
  switch (random.below(14)) {
    case 0:
      return random.pick(OPTION_WORDS) + (random.chance(1, 3) ? '*' : '');
    case 1:
      return '';
    case 2:
      return anyBytes(random, 5);
    case 3:
      return random.pick([
        '*',
        '**',
        '?*',
        '[^x]*',
        '*a*b*',
        '[a-z]*',
        'app:*',
        '\\*',
        '*?',
        '*[',
        's*',
        'S*',
      ]);
    default: {
      let pattern = '';
      for (let n = 1 + random.below(4); n > 0; n--) pattern += random.pick(PIECES);
      return pattern;
    }
  }
}

/** A string made after a pattern: most match it, many only nearly. */
export function nearString(random: Random, pattern: string): string {
  let text = '';
  for (let i = 0; i < pattern.length && text.length < 60; i++) {
    const c = pattern[i] ?? '';
    if (c === '*') text += random.pick(['', '', 'z', 'ab', ':', '\0', '\xff', 'a', '*']);
    else if (c === '?') text += random.pick(['a', 'z', '?', '', '\xe9', '\0']);
    else if (c === '[') {
      text += random.pick(['a', 'b', 'c', ']', '-', '\\', '^', '\xe9', '\xb0', '_', 'A', '', '[', 'd']);
      const end = pattern.indexOf(']', i + 1);
      if (random.chance(3, 4)) i = end === -1 ? pattern.length : end;
    } else if (c === '\\' && random.chance(3, 4)) continue;
    else text += c;
  }
  switch (random.below(12)) {
    case 0:
      return text + random.pick(['x', '\0', '\0x', '*', ' ', '\r\n']);
    case 1:
      return text.slice(0, -1);
    case 2:
      return text.slice(1);
    case 3:
      return toUpper(text);
    default:
      return text;
  }
}
