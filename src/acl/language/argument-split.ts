/**
 * How one string becomes several arguments: sds.c sdssplitargs (quotes), used inside parentheses and in configuration
 * files.
 */

import { toBytes, toText } from '../bytes.ts';
import type { ArgumentSplit } from '../table/dialect.ts';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** Splits on white space, honouring quotes. Undefined when a quote is not closed, or (not `joined`) closed in mid-word. */
export function splitArguments(bytes: string, how: ArgumentSplit = 'strict'): readonly string[] | undefined {
  const words: string[] = [];
  let i = 0;
  for (;;) {
    while (i < bytes.length && isSpace(bytes[i])) i++;
    if (i >= bytes.length || bytes[i] === '\0') return words;
    const word = readWord(bytes, i, how);
    if (word === undefined) return undefined;
    words.push(word.value);
    i = word.end;
  }
}

/** Rules in one string, as a person types them at redis-cli. Undefined when a quote is not closed. */
export function splitRules(text: string): readonly string[] | undefined {
  return splitArguments(toBytes(text))?.map(toText);
}

interface Word {
  readonly value: string;
  readonly end: number;
}

function readWord(bytes: string, from: number, how: ArgumentSplit): Word | undefined {
  let value = '';
  let i = from;
  for (;;) {
    const c = bytes[i];
    if (c === undefined || c === '\0' || isWordEnd(c)) return { value, end: i };
    if (c === '"' || c === "'") {
      const quoted = c === '"' ? readDouble(bytes, i + 1, how) : readSingle(bytes, i + 1, how);
      if (quoted === undefined) return undefined;
      value += quoted.value;
      i = quoted.end;
      if (how === 'joined') continue;
      const next = bytes[i];
      // A closing quote ends the word: anything but a space behind it is an error.
      if (next !== undefined && next !== '\0' && !isSpace(next)) return undefined;
      return { value, end: i };
    }
    value += kept(c, how);
    i++;
  }
}

function readDouble(bytes: string, from: number, how: ArgumentSplit): Word | undefined {
  let value = '';
  for (let i = from; i < bytes.length; i++) {
    const c = bytes[i] ?? '';
    const next = bytes[i + 1];
    if (c === '"') return { value, end: i + 1 };
    if (c === '\0') return undefined;
    if (c === '\\' && next === 'x' && /^[0-9a-fA-F]{2}$/.test(bytes.slice(i + 2, i + 4))) {
      value += String.fromCharCode(Number.parseInt(bytes.slice(i + 2, i + 4), 16));
      i += 3;
    } else if (c === '\\' && next !== undefined && next !== '\0' && !closesText(bytes, i + 1, '"', how)) {
      value += SIMPLE_ESCAPES[next] ?? kept(next, how);
      i++;
    } else {
      value += kept(c, how);
    }
  }
  return undefined;
}

function readSingle(bytes: string, from: number, how: ArgumentSplit): Word | undefined {
  let value = '';
  for (let i = from; i < bytes.length; i++) {
    const c = bytes[i] ?? '';
    if (c === "'") return { value, end: i + 1 };
    if (c === '\0') return undefined;
    if (c === '\\' && bytes[i + 1] === "'" && !closesText(bytes, i + 1, "'", how)) {
      value += "'";
      i++;
    } else {
      value += kept(c, how);
    }
  }
  return undefined;
}

/** Valkey from 8.1 on takes a raw byte FF for "no character". */
function kept(c: string, how: ArgumentSplit): string {
  return c === '\xff' && how !== 'strict' ? '' : c;
}

/** Valkey 9.1: a quote that ends the text is never an escaped one. */
function closesText(bytes: string, at: number, quote: string, how: ArgumentSplit): boolean {
  return how === 'joined' && at === bytes.length - 1 && bytes[at] === quote;
}

/** Between words: isspace(). */
function isSpace(c: string | undefined): boolean {
  return c !== undefined && ((c >= '\t' && c <= '\r') || c === ' ');
}

/** Inside a word the server lists the ends by hand, without \v and \f. */
function isWordEnd(c: string): boolean {
  return c === ' ' || c === '\n' || c === '\r' || c === '\t';
}
