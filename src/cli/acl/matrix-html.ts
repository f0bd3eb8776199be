/**
 * Matrices as one HTML page without a script or anything to load, in light and dark. Every value is escaped. What a cell
 * grants is a word and a shade, never a colour alone.
 */

import { readVersion } from '../version.ts';
import { NOTHING_TEXT, type Grid, type GridCell } from './matrix-grid.ts';
import type { MatrixReport } from './matrix.ts';
import { HTML_STYLE, type Markup, NOTHING, html } from '../../text/index.ts';

/** A browser is slow at more; the page says how many users are left out. */
const CELLS_MAX = 100_000;
/** Wider grids are turned when there are fewer users than this. */
const HEADS_MAX = 40;

const STYLE = `
main, header, footer { max-width: 96rem; }
.grid { width: fit-content; max-width: 100%; max-height: 85vh; overflow: auto; border: 1px solid var(--line); border-radius: .4rem; }
.grid table { width: auto; border-collapse: separate; border-spacing: 0; font-size: .875rem; }
.grid th, .grid td { padding: .25rem .55rem; border-bottom: 1px solid color-mix(in srgb, var(--line) 40%, transparent); white-space: nowrap; min-width: 0; }
.grid thead th { text-align: center; position: sticky; top: 0; background: var(--card); z-index: 1; }
.grid tbody th, .grid thead th:first-child { position: sticky; left: 0; background: var(--card); font-weight: 600; }
.grid thead th:first-child { text-align: left; z-index: 2; }
.grid td { text-align: center; font-variant-numeric: tabular-nums; }
.grid td.all { background: color-mix(in srgb, var(--link) 26%, var(--ground)); font-weight: 700; }
.grid td.some { background: color-mix(in srgb, var(--link) 10%, var(--ground)); }
.grid td.none { color: var(--soft); }
.grid tbody tr:hover > * { outline: 1px solid var(--line); outline-offset: -1px; }
.off { color: var(--soft); font-weight: 400; }
@media print { .grid { max-height: none; overflow: visible; } }
`;

export function* htmlOfGrids({ subject, grids, notes }: MatrixReport, now: Date): Generator<string> {
  const { product, version } = subject.table.dialect;
  const users = subject.users.length;
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>Rights of the users of ${subject.from}</title>
<style>${{ markup: HTML_STYLE + STYLE }}</style>
</head>
<body>
<header>
<h1>Rights of the users of <b>${subject.from}</b></h1>
<p class="lead">${users} ${users === 1 ? 'user' : 'users'}, ${product} ${version}, ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC</p>
${notes.map((note) => html`<p class="from">${note}</p>`)}
</header>
<main>
`.markup;
  for (const grid of grids) yield* gridParts(grid);
  yield html`</main>
<footer><p>wardis ${readVersion()} acl matrix. Decided from the rules as this server version reads them.</p></footer>
</body>
</html>
`.markup;
}

/** Either way round: users beside, or above when there are few of them and many columns. */
interface Sheet {
  readonly corner: string;
  readonly heads: readonly Markup[];
  readonly rows: readonly Markup[];
  readonly cell: (row: number, column: number) => GridCell;
  readonly left: number;
}

function* gridParts(grid: Grid): Generator<string> {
  const { corner, heads, rows, cell, left } = layOut(grid);
  yield html`<h2>${grid.title}</h2>
<p class="from">${grid.legend}</p>
<div class="grid" tabindex="0" role="region" aria-label="${grid.title}"><table>
<thead><tr><th scope="col">${corner}</th>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>
`.markup;
  for (const [row, head] of rows.entries()) {
    const cells = heads.map((_, column) => printCell(cell(row, column)));
    yield html`<tr><th scope="row">${head}</th>${cells}</tr>
`.markup;
  }
  yield html`</tbody></table></div>
${left > 0 ? html`<p class="from">${left} more users are left out of this page; -o csv and -o json have them all.</p>` : NOTHING}
`.markup;
}

function layOut(grid: Grid): Sheet {
  const columns = grid.columns.map(({ name }) => html`${name === '' ? '(empty)' : name}`);
  const shown = Math.max(1, Math.floor(CELLS_MAX / Math.max(1, columns.length)));
  const users = grid.rows
    .slice(0, shown)
    .map(({ user, enabled }) => html`${user}${enabled ? NOTHING : html` <span class="off">off</span>`}`);
  const left = grid.rows.length - users.length;
  if (columns.length <= HEADS_MAX || users.length > HEADS_MAX)
    return { corner: 'user', heads: columns, rows: users, cell: grid.cell, left };
  const corner = grid.kind === 'commands' ? 'command' : grid.kind === 'prefixes' ? 'prefix' : 'category';
  return { corner, heads: users, rows: columns, cell: (row, column) => grid.cell(column, row), left };
}

function printCell({ grant, text }: GridCell): Markup {
  return text === NOTHING_TEXT
    ? html`<td class="none"><span aria-label="none">${NOTHING_TEXT}</span></td>`
    : html`<td class="${grant}">${text}</td>`;
}
