/**
 * The posture by area as a picture in which one square is one check, so that it cannot flatter: filled passed,
 * crossed failed, hollow not answered, dotted waived. The words beside it and the table below say the same.
 */

import { SEVERITIES } from '../check.ts';
import type { AreaCount } from './area-count.ts';
import { type Markup, NOTHING, html } from '../../text/index.ts';

/** The picture, with a sentence that says what it shows. */
export function drawAreas(rows: readonly AreaCount[], subject: string): Markup {
  if (rows.length === 0) return NOTHING;
  return html`<figure class="areas">
<figcaption><p>${summarise(rows, subject)}</p>
<p class="legend" aria-hidden="true"><span><i class="sq pass"></i> passed</span> <span><i class="sq fail critical"></i> failed critical</span> <span><i class="sq fail high"></i> high</span> <span><i class="sq fail medium"></i> medium</span> <span><i class="sq fail low"></i> low</span> <span><i class="sq fail info"></i> info</span> <span><i class="sq open"></i> not answered</span> <span><i class="sq waived"></i> waived</span></p></figcaption>
<ul>${rows.map(drawRow)}</ul>
</figure>`;
}

/** The same numbers as a table. */
export function tableAreas(rows: readonly AreaCount[], subject: string): Markup {
  if (rows.length === 0) return NOTHING;
  const body = rows.map(
    (row) =>
      html`<tr><th scope="row">${row.area}</th><td class="number">${row.pass} of ${row.pass + row.fail}</td>${SEVERITIES.map((severity) => html`<td class="number">${row.failBySeverity[severity]}</td>`)}<td class="number">${row.open}</td><td class="number">${row.waived}</td></tr>`,
  );
  return html`<details><summary>The numbers by area</summary><div class="scroll" tabindex="0" role="region" aria-label="Numbers by area of ${subject}"><table>
<caption>Checks of ${subject} by area. Judged are those that passed or failed; what does not apply is left out.</caption>
<thead><tr><th scope="col">Area</th><th scope="col" class="number">Passed of judged</th>${SEVERITIES.map((severity) => html`<th scope="col" class="number">${severity}</th>`)}<th scope="col" class="number">not answered</th><th scope="col" class="number">waived</th></tr></thead>
<tbody>${body}</tbody></table></div></details>`;
}

function summarise(rows: readonly AreaCount[], subject: string): string {
  const worst = rows.toSorted((a, b) => b.fail - a.fail)[0];
  if (worst === undefined || worst.fail === 0)
    return `No area of ${subject} has a failed check. One square is one check.`;
  return `Most failed checks are in ${worst.area}: ${worst.fail} of ${worst.pass + worst.fail} judged. One square is one check.`;
}

function drawRow(row: AreaCount): Markup {
  const squares = [
    ...repeat('pass', row.pass),
    ...SEVERITIES.flatMap((severity) => repeat(`fail ${severity}`, row.failBySeverity[severity])),
    ...repeat('open', row.open),
    ...repeat('waived', row.waived),
  ];
  const judged = row.pass + row.fail;
  const rest = [
    judged === 0 ? 'none judged' : `${row.pass} of ${judged} pass`,
    row.open === 0 ? '' : `${row.open} not answered`,
    row.waived === 0 ? '' : `${row.waived} waived`,
  ].filter((part) => part !== '');
  return html`<li><b>${row.area}</b><span class="squares" aria-hidden="true">${squares}</span><span class="share">${rest.join(', ')}</span></li>
`;
}

function repeat(name: string, times: number): readonly Markup[] {
  return Array.from({ length: times }, () => html`<i class="sq ${name}"></i>`);
}
