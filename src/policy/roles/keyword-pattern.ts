/**
 * Whether a key pattern could match a word of a command's syntax, in any letter case. Commands such as XREADGROUP find
 * their keys by such a word, and take the wrong ones where a key is named like it. Classes count as any character: the
 * answer may be yes for a pattern that the server would not match, never no for one that it would.
 */

/** `word` is in lower case. */
export function couldMatchWord(pattern: string, word: string): boolean {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    // Stars in a row would be tried in every combination.
    if (character === '*') source += source.endsWith('[^]*') ? '' : '[^]*';
    else if (character === '?') source += '[^]';
    else if (character === '[') {
      source += '[^]';
      at = classEnd(pattern, at + 1);
    } else {
      if (character === '\\' && at + 1 < pattern.length) at += 1;
      source += escaped(pattern.charAt(at));
    }
  }
  return new RegExp(`^${source}$`, 'i').test(word);
}

/** Where the class ends that opened before `from`; an open one runs to the end. */
function classEnd(pattern: string, from: number): number {
  let at = pattern.charAt(from) === '^' ? from + 1 : from;
  for (; at < pattern.length && pattern.charAt(at) !== ']'; at += 1) {
    if (pattern.charAt(at) === '\\') at += 1;
    else if (at + 2 < pattern.length && pattern.charAt(at + 1) === '-') at += 2;
  }
  return at;
}

function escaped(character: string): string {
  return character.replace(/[\\^$.|+()[\]{}*?/]/, '\\$&');
}
