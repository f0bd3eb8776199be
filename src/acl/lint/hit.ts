/** Hits with their place: at a word, at a user's name, at a line. */
import { followsLoneSign, hideSecrets } from '../language/rule-error.ts';
import type { LintEdit, LintFix, LintHit, LintRange, LintToken, LintUser } from './rule.ts';

type Rest = Omit<LintHit, 'user' | 'line' | 'range' | 'token'>;

/** At the words of a user from `token` to `last`. */
export function hitToken(user: LintUser, token: LintToken, rest: Rest, last: LintToken = token): LintHit {
  const words = user.tokens
    .slice(token.index, last.index + 1)
    .map(({ text, index }) => (isSplitOff(user.tokens, index) ? '…' : text));
  const line = token.line ?? user.line;
  return {
    user: user.name,
    ...(line !== undefined && { line }),
    ...(token.range !== undefined && { range: [token.range[0], last.range?.[1] ?? token.range[1]] as const }),
    token: hideSecrets(words.join(' ')),
    ...rest,
  };
}

/** Is the word the rest of a password that was split at a blank: behind a sign alone, or the end of a quoted one? */
function isSplitOff(tokens: readonly LintToken[], index: number): boolean {
  if (/^[^-+~&%(@"'][^]*["']$/.test(tokens[index]?.text ?? '')) return true;
  let at = index - 1;
  while (tokens[at]?.text === '') at--;
  return followsLoneSign([tokens[at]?.text ?? ''], 1);
}

/** At the name of a user. */
export function hitUser(user: LintUser, rest: Rest): LintHit {
  return {
    user: user.name,
    ...(user.line !== undefined && { line: user.line }),
    ...(user.range !== undefined && { range: user.range }),
    ...rest,
  };
}

/** Another word in the place of one. */
export function replaceToken(token: LintToken, text: string, words: string): LintFix {
  return token.range === undefined ? inWords(words) : { kind: 'edit', range: token.range, text, words };
}

/** The word goes, with the blanks before it. */
export function removeToken(user: LintUser, token: LintToken, words: string): LintFix {
  const { range } = token;
  if (range === undefined) return inWords(words);
  return { kind: 'edit', range: [endBefore(user, token, range), range[1]], text: '', words };
}

/** Words added behind the last one of a user. */
export function appendTokens(user: LintUser, text: string, words: string): LintFix {
  const at = user.tokens.findLast((token) => token.text !== '')?.range?.[1] ?? user.range?.[1];
  return at === undefined ? inWords(words) : { kind: 'edit', range: [at, at], text: ` ${text}`, words };
}

export function editAll(edits: readonly LintEdit[], words: string): LintFix {
  return edits.length === 0 ? inWords(words) : { kind: 'edits', edits, words };
}

export function inWords(words: string): LintFix {
  return { kind: 'words', words };
}

/** `a, b and 3 more`. */
export function listSome(names: readonly string[], max = NAMES_MAX): string {
  if (names.length <= max) {
    const last = names.at(-1) ?? '';
    return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
  }
  return `${names.slice(0, max).join(', ')} and ${names.length - max} more`;
}

/** `CLIENT SETNAME` of `client|setname`. */
export function commandName(fullName: string): string {
  return fullName.toUpperCase().replace('|', ' ');
}

const NAMES_MAX = 6;

function endBefore(user: LintUser, token: LintToken, range: LintRange): number {
  const before = user.tokens[token.index - 1];
  return before?.range !== undefined && before.line === token.line ? before.range[1] : range[0];
}
