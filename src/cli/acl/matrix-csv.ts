/**
 * A matrix as comma-separated values, a user a line. Counts are plain numbers, because a spreadsheet takes `12/40` for a
 * date; the totals of the categories are a line of their own.
 */

import type { GridCell } from './matrix-grid.ts';
import type { MatrixReport } from './matrix.ts';
import { printCsvRow } from '../../text/index.ts';

/** The first matrix of the report. */
export function* csvOfGrid({ grids }: MatrixReport): Generator<string> {
  const [grid] = grids;
  if (grid === undefined) return;
  yield printCsvRow(['user', 'state', ...grid.columns.map(({ name }) => name)]);
  if (grid.kind === 'categories') {
    yield printCsvRow(['(all commands)', '', ...grid.columns.map(({ total = 0 }) => String(total))]);
  }
  for (const [row, { user, enabled }] of grid.rows.entries()) {
    const cells = grid.columns.map((_, column) => printValue(grid.cell(row, column)));
    yield printCsvRow([user, enabled ? 'on' : 'off', ...cells]);
  }
}

function printValue({ value, grant, text }: GridCell): string {
  if (typeof value === 'object') return grant === 'none' ? 'none' : text;
  return String(value);
}
