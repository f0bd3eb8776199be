/** Matrices as JSON, written a user at a time: the cells of ten thousand users never stand in memory as text. */

import type { Grid } from './matrix-grid.ts';
import type { MatrixReport } from './matrix.ts';

export function* jsonOfGrids({ subject, grids, notes }: MatrixReport): Generator<string> {
  const { product, version } = subject.table.dialect;
  const head = {
    schemaVersion: '1',
    server: `${product}-${version}`,
    exact: subject.table.exact,
    from: subject.from,
    notes,
  };
  yield JSON.stringify(head, undefined, 2).replace(/\n\}$/, '');
  for (const grid of grids) yield* gridParts(grid);
  yield '\n}\n';
}

function* gridParts(grid: Grid): Generator<string> {
  const columns = grid.kind === 'categories' ? grid.columns : grid.columns.map(({ name }) => name);
  yield `,\n  "${grid.kind}": {\n    "columns": ${JSON.stringify(columns)},\n    "users": [`;
  for (const [row, { user, enabled }] of grid.rows.entries()) {
    const cells = grid.columns.map((_, column) => grid.cell(row, column).value);
    yield `${row === 0 ? '' : ','}\n      ${JSON.stringify({ user, enabled, cells })}`;
  }
  yield '\n    ]\n  }';
}
