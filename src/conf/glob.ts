/**
 * Matching a path against a wildcard as glob(3) does: `*` and `?` do not cross a slash, `[a-z]` and `[!x]` are
 * sets, a backslash takes the next character literally. A leading dot must be written.
 */

/** Time is at most the product of both lengths. */
export function matchesGlob(pattern: string, path: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  while (t < path.length) {
    if (pattern[p] === '*') {
      starAt = p;
      starText = t;
      p += 1;
      if (hidden(path, t)) return false;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, path, t) : -1;
    if (next !== -1) {
      p = next;
      t += 1;
      continue;
    }
    if (starAt === -1 || path[starText] === '/') return false;
    starText += 1;
    t = starText;
    p = starAt + 1;
  }
  while (pattern[p] === '*') p += 1;
  return p >= pattern.length;
}

/** Where the pattern goes on when its next element matches the character at `t`; -1 when it does not. */
function matchOne(pattern: string, p: number, path: string, t: number): number {
  const char = path.charAt(t);
  const wanted = pattern.charAt(p);
  if (wanted === '?') return char === '/' || hidden(path, t) ? -1 : p + 1;
  if (wanted === '\\' && p + 1 < pattern.length) return pattern[p + 1] === char ? p + 2 : -1;
  if (wanted !== '[') return wanted === char ? p + 1 : -1;
  const negated = pattern[p + 1] === '!' || pattern[p + 1] === '^';
  const first = p + (negated ? 2 : 1);
  const close = pattern.indexOf(']', first + 1);
  if (close === -1) return char === '[' ? p + 1 : -1;
  return char !== '/' && inSet(pattern, first, close, char) !== negated ? close + 1 : -1;
}

function inSet(pattern: string, from: number, to: number, char: string): boolean {
  for (let i = from; i < to; i += 1) {
    const low = pattern.charAt(i);
    if (pattern[i + 1] === '-' && i + 2 < to) {
      if (low <= char && char <= pattern.charAt(i + 2)) return true;
      i += 2;
    } else if (low === char) {
      return true;
    }
  }
  return false;
}

function hidden(path: string, t: number): boolean {
  return path[t] === '.' && (t === 0 || path[t - 1] === '/');
}
