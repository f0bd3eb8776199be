/** Lines folded at the width of a terminal, each below where it began; a pipe gets them whole. */

import { safeText, wrapTo } from '../../text/index.ts';

const COLUMNS_MIN = 10;
const COLUMNS_MAX = 110;
const HANGING = 4;

export function foldLines(lines: readonly string[], columns: number): string {
  return `${lines.map((line) => foldLine(safeText(line), columns)).join('\n')}\n`;
}

function foldLine(line: string, columns: number): string {
  if (!Number.isFinite(columns)) return line;
  const own = /^ */.exec(line)?.[0].length ?? 0;
  const width = Math.max(COLUMNS_MIN, Math.min(columns, COLUMNS_MAX) - own);
  const [first = '', ...rest] = wrapTo(line.slice(own), width);
  const below = wrapTo(rest.join(' '), Math.max(COLUMNS_MIN, width - HANGING));
  const indent = ' '.repeat(own);
  return [
    `${indent}${first}`,
    ...(rest.length === 0 ? [] : below.map((each) => `${indent}${' '.repeat(HANGING)}${each}`)),
  ].join('\n');
}
