/** How the answers of `wardis acl explain` are laid out: labels in a column, folded text beside them, quiet colours. */

import type { User } from '../../acl/index.ts';
import type { Look } from '../terminal.ts';
import { foldText, padTo, safeText } from '../../text/index.ts';

export type Style = 'bold' | 'dim' | 'bad' | 'good' | 'warn';

const CODES: Readonly<Record<Style, string>> = { bold: '1', dim: '2', bad: '31', good: '32', warn: '33' };
const LABEL_COLUMNS = 16;
const COLUMNS_MAX = 80;

export function paint(style: Style, text: string, look: Look): string {
  return look.colour && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

/** `label   text`, folded under itself. */
export function printField(label: string, text: string, look: Look, style?: Style): readonly string[] {
  return wrap(text, look, LABEL_COLUMNS).map((line, at) => {
    const head = paint(style ?? 'dim', padTo(at === 0 ? label : '', LABEL_COLUMNS), look);
    return `${head}${line}`;
  });
}

/** The lines of a text that begins at a column. */
export function wrap(text: string, look: Look, column: number): readonly string[] {
  const columns = Number.isFinite(look.columns) ? look.columns : COLUMNS_MAX;
  return foldText(safeText(text), columns, ' '.repeat(column))
    .split('\n')
    .map((line) => line.slice(column));
}

/** `redis-7.2.6`: the very build whose rules were asked. */
export function serverOf({ table }: User): string {
  return `${table.dialect.product}-${table.dialect.version}`;
}
