/**
 * The lines of an ACL file for what people meant by them: user lines, lines that go on with the user above, comments,
 * template statements, and lines that are none of it. A server knows user lines only.
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

export interface Word {
  readonly text: string;
  readonly range: LintRange;
}

/** What a line of an ACL file is. */
export type FileLine = TextLine & { readonly words: readonly Word[] } & (
    | { readonly kind: 'blank' | 'comment' | 'template' | 'stray' }
    /** `comment` is the position of the word that starts a trailing comment. */
    | { readonly kind: 'user'; readonly comment: number | undefined }
    /** `of` is the number of the user line that it goes on with. */
    | { readonly kind: 'continuation'; readonly of: number }
  );

/** Lines by LF; a CR before it is not part of the line. */
export function splitLines(text: string): readonly TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    lines.push({ text: raw.replace(/\r$/, ''), start, number: index + 1 });
    start += raw.length + 1;
  }
  return lines;
}

/** The words of a line, split at blanks and tabs, with their ranges; a byte order mark at its start is none of them. */
export function splitWords(line: TextLine): readonly Word[] {
  return [...line.text.matchAll(/[^ \t\r]+/g)].flatMap((match): readonly Word[] => {
    const marked = match.index === 0 && match[0].startsWith('\uFEFF') ? 1 : 0;
    const text = match[0].slice(marked);
    const start = line.start + match.index + marked;
    return text === '' ? [] : [{ text, range: [start, start + text.length] }];
  });
}

/** Every line, told apart. */
export function readFileLines(text: string): readonly FileLine[] {
  const read: FileLine[] = [];
  /** The user line that an indented or continued line belongs to. */
  let open: { readonly number: number; readonly continued: boolean } | undefined;
  for (const line of splitLines(text)) {
    // What stands behind a NUL the server does not see.
    const words = splitWords({ ...line, text: line.text.split('\0', 1)[0] ?? '' });
    const kind = kindOf(line, words, open?.continued === true);
    const base = { ...line, words };
    if (kind === 'user') {
      read.push({ ...base, kind, comment: findTrailingComment(words) });
      open = { number: line.number, continued: words.at(-1)?.text === '\\' };
    } else if (kind === 'continuation' && open !== undefined) {
      read.push({ ...base, kind, of: open.number });
      open = { number: open.number, continued: words.at(-1)?.text === '\\' };
    } else {
      read.push({ ...base, kind: kind === 'continuation' ? 'stray' : kind });
      if (kind === 'blank' || kind === 'stray') open = undefined;
    }
  }
  return read;
}

/** Every user of the lines, with the lines that go on with it, without comments and backslashes. */
export function collectUsers(lines: readonly FileLine[]): readonly WrittenUser[] {
  const users: (WrittenUser & { readonly tokens: LintToken[] })[] = [];
  for (const line of lines) {
    let words = line.words;
    if (line.kind === 'user') {
      const name = readName(words);
      words = words.slice(name.last + 1, line.comment);
      users.push({ name: name.text, line: line.number, range: name.range, tokens: [] });
    } else if (line.kind !== 'continuation') {
      continue;
    }
    const tokens = users.at(-1)?.tokens ?? [];
    for (const [index, { text, range }] of words.entries()) {
      // At the end of a line it continues it; elsewhere it is a word like any other.
      if (text !== '\\' || index < words.length - 1)
        tokens.push({ text, index: tokens.length, range, line: line.number });
    }
  }
  return users;
}

/** The second word, or all words of a template that stands there: `{{ app_user }}`. */
function readName(words: readonly Word[]): Word & { readonly last: number } {
  const [, first] = words;
  if (first === undefined) return { text: '', range: words[0]?.range ?? [0, 0], last: 1 };
  const close = /^\{\{(?!.*\}\})/.test(first.text) ? '}}' : /^<%(?!.*%>)/.test(first.text) ? '%>' : undefined;
  const last = close === undefined ? 1 : words.findIndex(({ text }, i) => i > 1 && text.endsWith(close));
  if (last <= 1) return { ...first, last: 1 };
  const text = words
    .slice(1, last + 1)
    .map((word) => word.text)
    .join(' ');
  return { text, range: [first.range[0], words[last]?.range[1] ?? first.range[1]], last };
}

function kindOf(line: TextLine, words: readonly Word[], continued: boolean): FileLine['kind'] {
  const first = words[0]?.text;
  if (first === undefined) return 'blank';
  if (/^user$/i.test(first) && words.length > 1) return 'user';
  // `#` and 64 digits is a password that goes on with the line above.
  if (/^(?:#|\/\/|;|--)/.test(first) && !/^#[0-9a-fA-F]{64}$/.test(first)) return 'comment';
  if (/^(?:\{%|\{#|\{\{|<%)/.test(first)) return 'template';
  if (continued || isRule(first)) return 'continuation';
  return 'stray';
}

/** A word that only stands among the rules of a user. */
function isRule(word: string): boolean {
  return (
    /^(?:[~&>(<!].|[+-]@?[A-Za-z]|%[RWrw]|#[0-9a-fA-F]{64}$)/.test(word) ||
    /^(?:on|off|nopass|reset(?:pass|keys|channels|dbs)?|all(?:keys|channels|commands|dbs)|nocommands|clearselectors|\\)$/i.test(
      word,
    )
  );
}

/** Where a comment starts behind the rules of a user line. A password hash, or a template for one, is none. */
function findTrailingComment(words: readonly Word[]): number | undefined {
  const at = words.findIndex(({ text }, index) => {
    if (index < 2) return false;
    if (/^(?:#+|\/\/+|;+|--+)$/.test(text)) return true;
    if (!/^(?:#|\/\/)[A-Za-z]/.test(text) || /^#[0-9a-fA-F]{32,}$/.test(text)) return false;
    const next = words[index + 1]?.text;
    return text.startsWith('//') || next === undefined || !isRule(next);
  });
  return at === -1 ? undefined : at;
}
