/** One line of a difference on a terminal: mark and topic in a column, the words folded behind them. */

import type { Look } from '../terminal.ts';
import { foldText, safeText } from '../../text/index.ts';

/** Added, removed, changed, refused, not known. */
export type Mark = '+' | '-' | '~' | '!' | '?';

const COLOURS: Readonly<Record<Mark, string>> = { '+': '32', '-': '31', '~': '33', '!': '31', '?': '33' };

const TOPIC_COLUMNS = 14;

export function printLine(
  line: { readonly mark: Mark; readonly topic: string; readonly text: string; readonly example?: string },
  indent: number,
  look: Look,
): string {
  const { mark, topic, text, example } = line;
  const margin = ' '.repeat(indent);
  const head = `${margin}${paint(mark, COLOURS[mark], look)} `;
  if (text === '') return `${head}${safeText(topic)}`;
  const label = indent === 0 ? `${safeText(topic)}  ` : safeText(topic).padEnd(TOPIC_COLUMNS);
  const hang = ' '.repeat(indent + 2 + (indent === 0 ? 2 : TOPIC_COLUMNS));
  const body = indent === 0 ? `${label}${safeText(text)}` : fold(safeText(text), hang, look);
  const shown = example === undefined ? [] : [paint(`${hang}for example: ${safeText(example)}`, '2', look)];
  const firstLine = indent === 0 ? `${head}${body}` : `${head}${label}${body.slice(hang.length)}`;
  return [firstLine, ...shown].join('\n');
}

function fold(text: string, hang: string, look: Look): string {
  return foldText(text, look.columns, hang);
}

function paint(text: string, code: string, { colour }: Look): string {
  return colour ? `\u001B[${code}m${text}\u001B[0m` : text;
}
