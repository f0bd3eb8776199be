/**
 * Splitting a line into arguments and writing them back. Mirrors sdssplitargs, sdsneedsrepr and sdscatrepr
 * (sds.c, Redis 6.0 to 8.0, Valkey 7.2 to 9.1). Valkey 9.1 joins quoted and bare text within a word
 * (`ab'c'd` is `abcd`); the others, Valkey 8.1 included, refuse text after a closing quote.
 */

import type { ColumnRange } from './conf-document.ts';
import { versionAtLeast, type ServerVersion } from './product-version.ts';
import { decodeConf, encodeConf } from './text.ts';

/** Arguments on one line; a longer line is not read. */
export const LINE_ARGS_MAX = 100_000;

/** How a server reads text after a closing quote: it refuses the line, or joins the text to the word. */
export type QuoteDialect = 'strict' | 'joining';

export type SplitLine =
  | { readonly ok: true; readonly args: readonly string[]; readonly ranges: readonly ColumnRange[] }
  | { readonly ok: false; readonly reason: 'unbalanced-quotes' | 'too-long'; readonly at: number };

const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const BACKSLASH = 92;
const RAW_BASE = 0xdc00;

const DECODED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\u0007' };
const ENCODED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\u0007': '\\a',
};

/** The dialect of a server; `strict` when it is not known. */
export function quoteDialect(server: ServerVersion | undefined): QuoteDialect {
  return server !== undefined && versionAtLeast(server, { valkey: '9.0' }) ? 'joining' : 'strict';
}

/** The arguments of `text`, as the server's sdssplitargs gives them, each with its place. */
export function splitArguments(text: string, dialect: QuoteDialect = 'strict'): SplitLine {
  const args: string[] = [];
  const ranges: ColumnRange[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(text.charCodeAt(at))) at += 1;
    if (at >= text.length) return { ok: true, args, ranges };
    if (args.length === LINE_ARGS_MAX) return { ok: false, reason: 'too-long', at };
    const word = readWord(text, at, dialect);
    if (word === undefined) return { ok: false, reason: 'unbalanced-quotes', at };
    args.push(word.value);
    ranges.push({ start: at, end: word.end });
    at = word.end;
  }
}

/**
 * One argument as CONFIG REWRITE would write it: bare when every byte is printable and no quoting character,
 * else in double quotes with escapes. The result is always plain ASCII on one line, so a value can never
 * become a second directive.
 */
export function quoteArg(value: string): string {
  if (value !== '' && !NEEDS_QUOTES.test(value)) return value;
  let out = '"';
  for (const byte of encodeConf(value)) {
    const char = String.fromCharCode(byte);
    const printable = byte >= 32 && byte < 127;
    out += ENCODED[char] ?? (printable ? char : `\\x${byte.toString(16).padStart(2, '0')}`);
  }
  return `${out}"`;
}

// A single quote is quoted too: sdsneedsrepr lets it pass, and `it's` would then be unbalanced when read again.
// oxlint-disable-next-line no-control-regex -- control characters are what must be found
const NEEDS_QUOTES = /[^\u0021-\u007e]|["'\\]/;

interface Word {
  readonly value: string;
  readonly end: number;
}

function readWord(text: string, start: number, dialect: QuoteDialect): Word | undefined {
  const parts: string[] = [];
  let at = start;
  let run = start;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (endsWord(unit)) break;
    if (unit !== DOUBLE_QUOTE && unit !== SINGLE_QUOTE) {
      at += 1;
      continue;
    }
    if (at > run) parts.push(text.slice(run, at));
    const quoted = unit === DOUBLE_QUOTE ? readDoubleQuoted(text, at + 1) : readSingleQuoted(text, at + 1);
    if (quoted === undefined) return undefined;
    parts.push(quoted.value);
    at = quoted.end;
    run = at;
    if (dialect === 'strict') {
      if (at < text.length && !isSpace(text.charCodeAt(at))) return undefined;
      break;
    }
  }
  if (at > run) parts.push(text.slice(run, at));
  return { value: parts.length === 1 ? (parts[0] ?? '') : parts.join(''), end: at };
}

/** Reads after the opening quote; `end` is past the closing one. Undefined when it is never closed. */
function readDoubleQuoted(text: string, start: number): Word | undefined {
  const parts: string[] = [];
  let bytes = false;
  let at = start;
  let run = start;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (Number.isNaN(unit)) return undefined;
    if (unit !== DOUBLE_QUOTE && (unit !== BACKSLASH || at + 1 >= text.length)) {
      at += 1;
      continue;
    }
    if (at > run) parts.push(text.slice(run, at));
    if (unit === DOUBLE_QUOTE) break;
    const byte = hexEscape(text, at);
    if (byte === undefined) {
      const char = text.charAt(at + 1);
      parts.push(DECODED[char] ?? char);
      at += 2;
    } else {
      parts.push(String.fromCharCode(byte < 0x80 ? byte : RAW_BASE + byte));
      bytes ||= byte >= 0x80;
      at += 4;
    }
    run = at;
  }
  const value = parts.join('');
  // Bytes written as \xHH may together be UTF-8: read them as the server's clients will.
  return { value: bytes ? decodeConf(encodeConf(value)) : value, end: at + 1 };
}

function readSingleQuoted(text: string, start: number): Word | undefined {
  const parts: string[] = [];
  let run = start;
  for (let at = start; ;) {
    const quote = text.indexOf("'", at);
    if (quote === -1) return undefined;
    if (quote > start && text.charCodeAt(quote - 1) === BACKSLASH && quote - 1 >= run) {
      parts.push(text.slice(run, quote - 1), "'");
      at = quote + 1;
      run = at;
      continue;
    }
    parts.push(text.slice(run, quote));
    return { value: parts.join(''), end: quote + 1 };
  }
}

function hexEscape(text: string, at: number): number | undefined {
  if (text.charAt(at + 1) !== 'x') return undefined;
  const digits = text.slice(at + 2, at + 4);
  return /^[0-9a-fA-F]{2}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

/** isspace() of the C locale. */
function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13);
}

/** What ends a bare word: space, tab, newline, carriage return; not vertical tab or form feed. */
function endsWord(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 10 || unit === 13;
}
