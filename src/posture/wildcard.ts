/** Names with `*` and `?`, as waivers and selections write them. */

/**
 * Does the pattern fit the whole text? Only the last star is ever taken back, so that the time is bounded by the length
 * of the pattern times that of the text, whatever either says.
 */
export function matchWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let taken = 0;
  for (let index = 0; index < text.length;) {
    if (pattern[at] === '*') {
      star = at;
      taken = index;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      taken += 1;
      index = taken;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}
