/** The pen of the terminal report: colour or none, real signs or ASCII, and lines that fit. */

import type { Severity } from '../check.ts';
import type { ReportOptions } from './report.ts';
import { cutTo, padTo, widthOf, wrapTo } from '../../text/index.ts';

export type Style = Severity | 'bold' | 'dim' | 'good' | 'open';
export type Sign = 'fail' | 'open' | 'good' | 'quiet';

export interface Pen {
  readonly columns: number;
  readonly unicode: boolean;
  readonly paint: (style: Style, text: string) => string;
}

const CODES: Readonly<Record<Style, string>> = {
  critical: '1;31',
  high: '31',
  medium: '33',
  low: '36',
  info: '34',
  bold: '1',
  dim: '2',
  good: '32',
  open: '35',
};

const SIGNS = { fail: '✗', open: '?', good: '✓', quiet: '·' } as const;
const ASCII_SIGNS = { fail: 'x', open: '?', good: '+', quiet: '-' } as const;

/** Lines of one thing, such as a long rule; the rest is cut. */
const LINES_MAX = 6;
/** Sign and word before the id of an outcome. */
const WORD_COLUMNS = 11;
/** Prose wider than this is hard to read, however wide the terminal. */
const PROSE_COLUMNS_MAX = 100;

export function makePen(options: Pick<ReportOptions, 'columns' | 'unicode' | 'colour'>): Pen {
  return {
    columns: Math.max(40, options.columns),
    unicode: options.unicode,
    paint: (style, text) => (options.colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text),
  };
}

export function sign(kind: Sign, pen: Pen): string {
  return (pen.unicode ? SIGNS : ASCII_SIGNS)[kind];
}

/** Parts with a dot between them, or a comma where there is no dot. */
export function joinParts(parts: readonly string[], pen: Pen): string {
  return parts.join(pen.unicode ? ' · ' : ', ');
}

/** Text in lines that fit, behind `indent`; lines after the first are set `hang` columns further in. */
export function wrapLines(text: string, indent: number, pen: Pen, hang = 0): readonly string[] {
  const room = Math.min(pen.columns, Number.isFinite(pen.columns) ? PROSE_COLUMNS_MAX : Infinity) - indent;
  const first = wrapTo(asciiOf(text, pen), room);
  const lines =
    hang === 0 || first.length === 1
      ? first
      : [
          first[0] ?? '',
          ...wrapTo(first.slice(1).join(' '), room - hang).map((line) => ' '.repeat(hang) + line),
        ];
  const shown = lines.slice(0, LINES_MAX);
  const last = shown.at(-1);
  if (lines.length > LINES_MAX && last !== undefined)
    shown[LINES_MAX - 1] = cutTo(`${last} ${lines[LINES_MAX] ?? ''}`, room, pen.unicode ? '…' : '...');
  return shown.map((line) => ' '.repeat(indent) + line);
}

/** Text with a remark at the right edge where both fit on the last line, else in brackets behind it. */
export function wrapWithRemark(text: string, remark: string, indent: number, pen: Pen): readonly string[] {
  const lines = [...wrapLines(text, indent, pen)];
  const plain = asciiOf(remark, pen);
  if (plain === '') return lines;
  const last = lines.pop() ?? '';
  const edge = Math.min(pen.columns, PROSE_COLUMNS_MAX);
  if (widthOf(last) + 3 + widthOf(plain) <= edge)
    return [...lines, padTo(last, edge - widthOf(plain)) + pen.paint('dim', plain)];
  return wrapLines(`${text} (${remark})`, indent, pen);
}

/** `✗ CRITICAL  AUTH-001  title`, the title wrapped under itself. */
export function printHeadLine(
  kind: Sign,
  word: string,
  style: Style,
  id: string,
  title: string,
  pen: Pen,
): readonly string[] {
  const label = padTo(`${sign(kind, pen)} ${word}`, WORD_COLUMNS);
  const key = id === '' ? '' : `${id.padEnd(8)}  `;
  const at = widthOf(label) + 1 + key.length;
  const [first = '', ...others] = wrapLines(title, at, pen);
  const text = first.slice(at);
  return [
    `${pen.paint(style, label)} ${pen.paint('bold', key)}${id === '' ? text : pen.paint('bold', text)}`,
    ...others,
  ];
}

/** Words of ours that ASCII terminals cannot show. Text from servers keeps its own characters. */
function asciiOf(text: string, pen: Pen): string {
  if (pen.unicode) return text;
  return text
    .replaceAll(' · ', ', ')
    .replaceAll('…', '...')
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll('→', '->')
    .replace(/[^ -~]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
