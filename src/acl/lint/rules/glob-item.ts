/**
 * The items of a glob as the server reads them (util.c stringmatchlen, Redis 7.2), for rules about how a pattern is
 * written. Text, not bytes: what a person sees.
 */

export type GlobItem =
  | { readonly kind: 'literal'; readonly text: string; readonly escaped: boolean }
  | { readonly kind: 'one' | 'many'; readonly text: string }
  | {
      readonly kind: 'class';
      /** As written, brackets included. */
      readonly text: string;
      /** Without brackets, ranges and negation: the single characters. */
      readonly singles: readonly string[];
      readonly ranges: readonly { readonly from: string; readonly to: string }[];
      readonly negated: boolean;
      /** A closing bracket was found. */
      readonly closed: boolean;
    };

export function readGlob(pattern: string): readonly GlobItem[] {
  const items: GlobItem[] = [];
  for (let at = 0; at < pattern.length;) {
    const c = pattern[at] ?? '';
    if (c === '[') {
      const item = readClass(pattern, at);
      items.push(item);
      at += item.text.length;
    } else if (c === '*' || c === '?') {
      items.push({ kind: c === '*' ? 'many' : 'one', text: c });
      at++;
    } else {
      const escaped = c === '\\' && at + 1 < pattern.length;
      items.push({ kind: 'literal', text: escaped ? (pattern[at + 1] ?? '') : c, escaped });
      at += escaped ? 2 : 1;
    }
  }
  return items;
}

function readClass(pattern: string, start: number): GlobItem & { kind: 'class' } {
  const singles: string[] = [];
  const ranges: { from: string; to: string }[] = [];
  let at = start + 1;
  const negated = pattern[at] === '^';
  if (negated) at++;
  let closed = false;
  for (; at < pattern.length && !closed; at++) {
    const c = pattern[at] ?? '';
    if (c === '\\' && at + 1 < pattern.length) {
      singles.push(pattern[++at] ?? '');
    } else if (c === ']') {
      closed = true;
    } else if (at + 2 < pattern.length && pattern[at + 1] === '-') {
      ranges.push({ from: c, to: pattern[at + 2] ?? '' });
      at += 2;
    } else {
      singles.push(c);
    }
  }
  return { kind: 'class', text: pattern.slice(start, at), singles, ranges, negated, closed };
}
