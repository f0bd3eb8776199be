/**
 * Matrices for a terminal. One that is too wide is turned, with users as columns, where that fits; else it is printed
 * in as many blocks as it needs.
 */

import type { Look } from '../terminal.ts';
import { NOTHING_TEXT, type Grid, type GridCell } from './matrix-grid.ts';
import type { MatrixReport } from './matrix.ts';
import { foldText, padTo, safeText, widthOf } from '../../text/index.ts';

const GAP = '  ';
/** Longer names are cut. */
const NAME_COLUMNS_MAX = 32;

export function* tableOfGrids({ subject, grids, notes }: MatrixReport, look: Look): Generator<string> {
  const { product, version } = subject.table.dialect;
  const users = subject.users.length;
  yield `${safeText(subject.from)}   ${dim(`${product}-${version}, ${users} ${users === 1 ? 'user' : 'users'}`, look)}\n`;
  for (const grid of grids) {
    yield `\n${bold(grid.title, look)}\n${dim(foldText(grid.legend, look.columns, ''), look)}\n`;
    yield* gridLines(grid, look);
  }
  if (grids.some(({ rows }) => rows.some(({ enabled }) => !enabled))) {
    yield `\n${dim('(off): nobody can log in as this user', look)}\n`;
  }
  for (const note of notes) yield `${foldText(`note: ${safeText(note)}`, look.columns, '')}\n`;
}

/** Either way round. */
interface Sheet {
  readonly corner: string;
  readonly heads: readonly string[];
  readonly rows: readonly string[];
  readonly cell: (row: number, column: number) => GridCell;
  /** Signs that mark a difference in meaning, not in size. */
  readonly align: 'left' | 'right';
}

function* gridLines(grid: Grid, look: Look): Generator<string> {
  const upright = uprightSheet(grid);
  if (fits(upright, look)) return yield* sheetLines(upright, look);
  const turned: Sheet = {
    corner: grid.kind === 'categories' ? 'category' : grid.kind === 'prefixes' ? 'prefix' : 'command',
    heads: upright.rows,
    rows: upright.heads,
    cell: (row, column) => grid.cell(column, row),
    align: upright.align,
  };
  yield* sheetLines(fits(turned, look) ? turned : upright, look);
}

function uprightSheet(grid: Grid): Sheet {
  return {
    corner: 'user',
    heads: grid.columns.map(({ name }) => nameOf(name)),
    rows: grid.rows.map(({ user, enabled }) => nameOf(user) + (enabled ? '' : ' (off)')),
    cell: grid.cell,
    align: grid.kind === 'categories' ? 'right' : 'left',
  };
}

function fits(sheet: Sheet, look: Look): boolean {
  return blocksOf(sheet, look.columns).length <= 1;
}

function* sheetLines(sheet: Sheet, look: Look): Generator<string> {
  const first = firstWidth(sheet);
  const widths = columnWidths(sheet);
  const pad = (text: string, width: number): string =>
    sheet.align === 'right' ? ' '.repeat(Math.max(0, width - widthOf(text))) + text : padTo(text, width);
  for (const [at, block] of blocksOf(sheet, look.columns).entries()) {
    if (at > 0) yield '\n';
    const heads = block.map((column) => pad(sheet.heads[column] ?? '', widths[column] ?? 0));
    yield `${dim([padTo(sheet.corner, first), ...heads].join(GAP).trimEnd(), look)}\n`;
    for (const [row, name] of sheet.rows.entries()) {
      const cells = block.map((column) => {
        const { text, grant } = sheet.cell(row, column);
        const shown = look.unicode ? text : text.replace(NOTHING_TEXT, '-');
        const padded = pad(shown, widths[column] ?? 0);
        return grant === 'none' ? dim(padded, look) : grant === 'all' ? bold(padded, look) : padded;
      });
      yield `${[padTo(name, first), ...cells].join(GAP).trimEnd()}\n`;
    }
  }
}

/** Columns by block, as many as fit in each. */
function blocksOf(sheet: Sheet, columns: number): readonly (readonly number[])[] {
  const widths = columnWidths(sheet);
  const blocks: number[][] = [];
  let used = 0;
  for (const [column, width] of widths.entries()) {
    if (blocks.length === 0 || used + GAP.length + width > columns) {
      blocks.push([]);
      used = firstWidth(sheet);
    }
    used += GAP.length + width;
    blocks.at(-1)?.push(column);
  }
  return blocks;
}

/** Numbers of a category are as wide as its own total twice; other cells are three wide at most. */
function columnWidths({ heads }: Sheet): readonly number[] {
  return heads.map((head) => Math.max(widthOf(head), CELL_COLUMNS));
}

const CELL_COLUMNS = 7;

function firstWidth({ corner, rows }: Sheet): number {
  return rows.reduce((width, row) => Math.max(width, widthOf(row)), corner.length);
}

function nameOf(name: string): string {
  const safe = safeText(name === '' ? '(empty)' : name);
  return safe.length > NAME_COLUMNS_MAX ? `${safe.slice(0, NAME_COLUMNS_MAX - 1)}…` : safe;
}

function dim(text: string, look: Look): string {
  return look.colour ? `\u001b[2m${text}\u001b[0m` : text;
}

function bold(text: string, look: Look): string {
  return look.colour ? `\u001b[1m${text}\u001b[0m` : text;
}
