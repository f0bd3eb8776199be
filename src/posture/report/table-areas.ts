/** The posture by area in a few lines of a terminal: a bar, passed of judged, and what was not answered. */

import { AREAS } from '../check.ts';
import type { Outcome } from '../outcome.ts';
import { countAreas, type AreaCount } from './area-count.ts';
import type { Pen } from './table-pen.ts';
import { padTo } from '../../text/index.ts';

const BAR_CELLS = 8;
const GAP = 3;
const NAME_COLUMNS = Math.max(...AREAS.map((area) => area.length));

export function printAreas(outcomes: readonly Outcome[], pen: Pen): readonly string[] {
  const rows = countAreas(outcomes);
  if (rows.length === 0) return [];
  const cells = rows.map((row) => ({ row, count: printCount(row) }));
  const countColumns = Math.max(...cells.map((cell) => cell.count.length));
  const cellColumns = NAME_COLUMNS + 1 + BAR_CELLS + 1 + countColumns;
  const columns = Math.min(pen.columns, 110);
  const perLine = Math.max(1, Math.floor((columns + GAP) / (cellColumns + GAP)));
  const height = Math.ceil(cells.length / perLine);
  const lines = Array.from({ length: height }, (_, line) =>
    cells
      .filter((_cell, index) => index % height === line)
      .map(
        ({ row, count }) =>
          `${row.area.padEnd(NAME_COLUMNS)} ${drawBar(row, pen)} ${padTo(count, countColumns)}`,
      )
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
  const open = rows.some((row) => row.open > 0) ? ', ? not answered' : '';
  return [...lines, pen.paint('dim', `passed/judged${open}`)];
}

function printCount(row: AreaCount): string {
  const judged = `${row.pass}/${row.pass + row.fail}`;
  return row.open === 0 ? judged : `${judged} ?${row.open}`;
}

/** Full only when everything judged passed, empty only when nothing did; dashes when nothing was judged. */
function drawBar(row: AreaCount, pen: Pen): string {
  const judged = row.pass + row.fail;
  if (judged === 0) return pen.paint('dim', (pen.unicode ? '╌' : '-').repeat(BAR_CELLS));
  const share = Math.floor((row.pass / judged) * BAR_CELLS);
  const on = row.pass === 0 ? 0 : Math.max(1, share);
  const [full, empty] = pen.unicode ? ['█', '░'] : ['#', '.'];
  return pen.paint('good', full.repeat(on)) + pen.paint('dim', empty.repeat(BAR_CELLS - on));
}
