/** The posture by area as one picture: a bar an area, split into passed, failed and not answered. The table beside it says the same. */

import { AREAS, type Area } from '../check.ts';
import type { Outcome } from '../outcome.ts';
import { html, type Markup } from './markup.ts';

interface AreaCount {
  readonly area: Area;
  readonly pass: number;
  readonly fail: number;
  readonly open: number;
}

const ROW_PX = 26;
const LABEL_PX = 130;
const BAR_PX = 560;
const WIDTH_PX = 760;

/** Counts by area; areas without a judged or open check are left out. */
export function countAreas(outcomes: readonly Outcome[]): readonly AreaCount[] {
  return AREAS.map((area) => {
    const own = outcomes.filter((outcome) => outcome.area === area);
    const count = (statuses: readonly string[]) => own.filter((outcome) => statuses.includes(outcome.status)).length;
    return { area, pass: count(['pass']), fail: count(['fail']), open: count(['unknown', 'manual']) };
  }).filter((row) => row.pass + row.fail + row.open > 0);
}

/** The picture, with a sentence that says what it shows. */
export function drawAreas(rows: readonly AreaCount[], subject: string): Markup {
  const most = Math.max(1, ...rows.map((row) => row.pass + row.fail + row.open));
  const height = rows.length * ROW_PX + 8;
  const worst = rows.toSorted((a, b) => b.fail - a.fail)[0];
  const sentence =
    worst === undefined || worst.fail === 0
      ? `No area of ${subject} has a failed check.`
      : `Most failed checks of ${subject} are in ${worst.area}: ${worst.fail} of ${worst.pass + worst.fail} judged.`;
  return html`<figure style="margin:0">
    <svg viewBox="0 0 ${WIDTH_PX} ${height}" role="img" aria-label="${sentence} The table below has every number.">
      <defs>
        <pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" fill="var(--high)" /><rect width="2" height="6" fill="var(--ground)" />
        </pattern>
      </defs>
      ${rows.map((row, index) => drawRow(row, index, most))}
    </svg>
    <figcaption class="from">${sentence} Solid: passed. Striped: failed. Outlined: not answered.</figcaption>
  </figure>`;
}

/** The same numbers for those who cannot see the picture. */
export function tableAreas(rows: readonly AreaCount[]): Markup {
  return html`<div class="scroll"><table>
    <caption>Checks by area. The share counts judged checks only.</caption>
    <thead><tr><th scope="col">Area</th><th scope="col" class="number">Passed</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Not answered</th><th scope="col" class="number">Passed of judged</th></tr></thead>
    <tbody>${rows.map(
      (row) =>
        html`<tr><th scope="row">${row.area}</th><td class="number">${row.pass}</td><td class="number">${row.fail}</td><td class="number">${row.open}</td><td class="number">${row.pass}/${row.pass + row.fail}</td></tr>`,
    )}</tbody></table></div>`;
}

function drawRow(row: AreaCount, index: number, most: number): Markup {
  const unit = BAR_PX / most;
  const top = index * ROW_PX + 6;
  const pass = Math.round(row.pass * unit);
  const fail = Math.round(row.fail * unit);
  const open = Math.round(row.open * unit);
  return html`<text x="${LABEL_PX - 10}" y="${top + 13}" text-anchor="end">${row.area}</text>
    <rect x="${LABEL_PX}" y="${top}" width="${pass}" height="16" fill="var(--good)" />
    <rect x="${LABEL_PX + pass}" y="${top}" width="${fail}" height="16" fill="url(#stripes)" stroke="var(--high)" />
    <rect x="${LABEL_PX + pass + fail}" y="${top}" width="${open}" height="16" fill="none" stroke="var(--open)" stroke-width="1.5" />
    <text x="${LABEL_PX + pass + fail + open + 8}" y="${top + 13}">${row.pass}/${row.pass + row.fail}</text>`;
}
