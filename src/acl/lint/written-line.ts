/**
 * The users of a text as people meant them, whether or not a server reads it: continued and indented lines belong to the
 * user above, comments and quotes are seen for what they are.
 */
import type { LintRange, LintToken } from './rule.ts';
import type { WrittenUser } from './user.ts';

/** A line of a text and where it starts. */
export interface TextLine {
  readonly text: string;
  readonly start: number;
  /** From 1. */
  readonly number: number;
}

export function splitLines(text: string): readonly TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    lines.push({ text: raw.replace(/\r$/, ''), start, number: index + 1 });
    start += raw.length + 1;
  }
  return lines;
}

/** `# note`, `// note`, `; note`, `-- note`. */
export function isCommentLine(text: string): boolean {
  return /^\s*(?:#|\/\/|;|--)/.test(text);
}

/** Every user of an ACL file, with the lines that continue it. */
export function readWrittenUsers(lines: readonly TextLine[]): readonly WrittenUser[] {
  const users: { name: string; line: number; range: LintRange; tokens: LintToken[] }[] = [];
  for (const line of lines) {
    if (isCommentLine(line.text)) continue;
    const words = splitWords(line);
    const [first, name] = words;
    if (first === undefined) continue;
    if (/^\uFEFF?user$/i.test(first.text) && name !== undefined) {
      users.push({ name: name.text, line: line.number, range: name.range, tokens: [] });
      addTokens(users.at(-1)?.tokens, words.slice(2), line);
    } else if (isContinuation(line, first.text)) {
      addTokens(users.at(-1)?.tokens, words, line);
    }
  }
  return users;
}

/** The words of a line, split at blanks and tabs, with their ranges. */
export function splitWords(line: TextLine): readonly { readonly text: string; readonly range: LintRange }[] {
  return [...line.text.matchAll(/[^ \t\r]+/g)].map((match) => {
    const start = line.start + match.index;
    return { text: match[0], range: [start, start + match[0].length] };
  });
}

/** Does a line that names no user go on with the rules of the user above? */
export function isContinuation(line: TextLine, first: string): boolean {
  return (
    /^[~+&%><#(!-]/.test(first) ||
    (/^\s/.test(line.text) && /^(?:on|off|nopass|reset\w*|all\w+|nocommands|clearselectors|\\)$/i.test(first))
  );
}

/** Where a trailing comment starts among the words of a user line, or -1. A password hash is none. */
export function findTrailingComment(words: readonly { readonly text: string }[]): number {
  return words.findIndex(({ text }, index) => {
    if (/^(?:#|\/\/+|;+)$/.test(text)) return true;
    return /^#[A-Za-z]/.test(text) && !/^#[0-9a-fA-F]{32,}$/.test(text) && isProse(words[index + 1]?.text);
  });
}

function isProse(word: string | undefined): boolean {
  return (
    word !== undefined && /^[A-Za-z(]/.test(word) && !/^(?:on|off|nopass|reset\w*|all\w+|no\w+)$/i.test(word)
  );
}

function addTokens(
  tokens: LintToken[] | undefined,
  words: readonly { readonly text: string; readonly range: LintRange }[],
  line: TextLine,
): void {
  if (tokens === undefined) return;
  const comment = findTrailingComment(words);
  for (const { text, range } of comment === -1 ? words : words.slice(0, comment)) {
    if (text === '\\') continue;
    tokens.push({ text, index: tokens.length, range, line: line.number });
  }
}
