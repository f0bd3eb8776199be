/**
 * Reading and printing a configuration file, line by line, as loadServerConfigFromString does (config.c,
 * Redis 6.0 to 8.0, Valkey 7.2 to 9.1). Nothing is lost: `printConf(parseConf(x, o)) === x` for every x.
 */

import { quoteDialect, splitArguments, LINE_ARGS_MAX, type QuoteDialect } from './arguments.ts';
import type { ConfDocument, ConfLine } from './conf-document.ts';
import type { ConfProblem } from './conf-problem.ts';
import type { ServerVersion } from './product-version.ts';
import { lowerCase } from './lower-case.ts';
import { detectTemplates, type Template } from './template.ts';
import { decodeConf } from './text.ts';

/** Largest file that is read, in bytes; real ones are under 200 kB. */
export const CONF_BYTES_MAX = 32 * 1024 * 1024;
/** Lines that are read; what follows is kept as it is, in one piece. */
export const CONF_LINES_MAX = 1_000_000;
/** A template block that goes over several lines is looked for this far. */
const TEMPLATE_LINES_MAX = 20;

export interface ParseConfOptions {
  /** The file's name, for messages. Nothing is opened. */
  readonly path: string;
  /** The server that will read the file; it decides on quotes within a word. */
  readonly server?: ServerVersion;
}

/** Reads a file's text or bytes. Never throws: what is wrong is in `problems`. */
export function parseConf(input: string | Uint8Array, options: ParseConfOptions): ConfDocument {
  const size = input.length;
  const text = typeof input === 'string' ? input : decodeConf(input);
  const dialect = quoteDialect(options.server);
  const problems: ConfProblem[] = [];
  const lines: ConfLine[] = [];
  if (size > CONF_BYTES_MAX) {
    lines.push({ kind: 'broken', reason: 'too-long', raw: text, eol: '', number: 1 });
    problems.push(tooLarge(options.path, 1));
    return { path: options.path, lines, problems };
  }
  if (text.startsWith('\uFEFF')) problems.push(byteOrderMark(options.path));
  let start = 0;
  while (start < text.length) {
    const number = lines.length + 1;
    if (number > CONF_LINES_MAX) {
      lines.push({ kind: 'broken', reason: 'too-long', raw: text.slice(start), eol: '', number });
      break;
    }
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const crlf = newline !== -1 && end > start && text.charCodeAt(end - 1) === 13;
    const raw = text.slice(start, crlf ? end - 1 : end);
    const eol = newline === -1 ? '' : crlf ? '\r\n' : '\n';
    lines.push(parseLine(raw, eol, number, dialect));
    start = end + 1;
  }
  const joined = joinTemplateBlocks(lines);
  for (const line of joined) {
    if (line.kind === 'broken') problems.push(brokenLine(options.path, line));
  }
  return { path: options.path, lines: joined, problems };
}

/** The text of the document: for a document that was not edited, exactly what was parsed. */
export function printConf(document: ConfDocument): string {
  const parts: string[] = [];
  for (const line of document.lines) parts.push(line.raw, line.eol);
  return parts.join('');
}

/** Reads one line, without its end. */
export function parseLine(
  raw: string,
  eol: ConfLine['eol'],
  number: number,
  dialect: QuoteDialect,
): ConfLine {
  const text = { raw, eol, number };
  // The server trims blanks, tabs and line ends, then looks at the first byte only.
  const first = /[^ \t\r\n]/.exec(raw)?.[0];
  if (first === undefined) return { kind: 'blank', ...text };
  if (first === '#') return { kind: 'comment', ...text };
  if (raw.includes('\0')) return { kind: 'broken', reason: 'nul-byte', ...text };
  const templates = detectTemplates(raw);
  if (startsWithTemplate(raw, templates)) return { kind: 'template', templates, ...text };
  const split = splitArguments(raw, dialect);
  if (!split.ok) {
    const filled =
      split.reason === 'unbalanced-quotes' && templates.some((template) => template.kind === 'expression');
    return filled
      ? { kind: 'template', templates, ...text }
      : { kind: 'broken', reason: split.reason, ...text };
  }
  const [name, ...args] = split.args;
  const [nameRange, ...argRanges] = split.ranges;
  // Only \v and \f on the line: the server splits it into nothing and goes on.
  if (name === undefined || nameRange === undefined) return { kind: 'blank', ...text };
  return { kind: 'directive', name: lowerCase(name), nameRange, args, argRanges, templates, ...text };
}

function startsWithTemplate(raw: string, templates: readonly Template[]): boolean {
  if (/^[ \t]*(?:\{%|\{#|<%)/.test(raw)) return true;
  const first = templates[0];
  return first !== undefined && first.kind === 'expression' && raw.slice(0, first.start).trim() === '';
}

/** Marks the lines inside `{# … #}` and the like that open on one line and close on a later one. */
function joinTemplateBlocks(lines: readonly ConfLine[]): readonly ConfLine[] {
  if (!lines.some((line) => line.kind === 'template')) return lines;
  const out = [...lines];
  for (let i = 0; i < out.length; i += 1) {
    const line = out[i];
    const open = line?.kind === 'template' ? /^[ \t]*(\{%|\{#|<%)/.exec(line.raw)?.[1] : undefined;
    if (line === undefined || open === undefined) continue;
    const close = open === '{%' ? '%}' : open === '{#' ? '#}' : '%>';
    if (line.raw.includes(close)) continue;
    const last = out.slice(i + 1, i + 1 + TEMPLATE_LINES_MAX).findIndex((next) => next.raw.includes(close));
    for (let j = i + 1; j <= i + 1 + last; j += 1) {
      const inside = out[j];
      if (inside === undefined) break;
      out[j] = { kind: 'template', templates: [], raw: inside.raw, eol: inside.eol, number: inside.number };
    }
  }
  return out;
}

function byteOrderMark(path: string): ConfProblem {
  return {
    code: 'byte-order-mark',
    severity: 'error',
    stopsServer: 'yes',
    message: 'the file starts with a UTF-8 byte order mark, which becomes part of the first word',
    range: { path, line: 1, start: 0, end: 1 },
    help: 'save the file as UTF-8 without a byte order mark',
  };
}

function tooLarge(path: string, line: number): ConfProblem {
  return {
    code: 'conf-too-large',
    severity: 'error',
    stopsServer: 'depends',
    message: `not read from here on: at most ${CONF_BYTES_MAX} bytes, ${CONF_LINES_MAX} lines, ${LINE_ARGS_MAX} arguments on a line`,
    range: { path, line, start: 0, end: 0 },
    help: 'is this a configuration file?',
  };
}

function brokenLine(path: string, line: Extract<ConfLine, { kind: 'broken' }>): ConfProblem {
  const range = { path, line: line.number, start: 0, end: line.raw.length };
  switch (line.reason) {
    case 'unbalanced-quotes':
      return {
        code: 'unbalanced-quotes',
        severity: 'error',
        stopsServer: 'yes',
        message: 'Unbalanced quotes in configuration line',
        range,
        help: 'close the quote, and put a blank after the closing quote; a quote inside a value is written \\" in double quotes',
      };
    case 'nul-byte':
      return {
        code: 'nul-byte',
        severity: 'error',
        stopsServer: 'depends',
        message:
          'the line holds a NUL byte: the server drops the rest of the line and glues the next line to it',
        range,
        help: 'remove the NUL byte; is the file UTF-16?',
      };
    case 'too-long':
      return tooLarge(path, line.number);
  }
}
