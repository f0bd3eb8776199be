/** Names with `*` and `?`, as waivers and selections write them. */

/** The pattern as an expression over the whole text. `suffix` may follow, as an expression. */
export function matchWildcard(pattern: string, text: string, suffix = ''): boolean {
  const body = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    // Runs of stars are one star: many of them would make the expression slow.
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${body}${suffix}$`, 'su').test(text);
}
