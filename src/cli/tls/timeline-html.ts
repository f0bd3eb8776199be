/**
 * The timeline on a page: a row a certificate with its bar and the same in words. Drawn with SVG and styles alone; what
 * a colour tells, a pattern and a word tell too.
 */

import { html, NOTHING, type Markup } from '../../text/index.ts';
import { day, sayLife } from './inspect-words.ts';
import { rangeOf, shareOfAxis, type TimelineEntry } from './timeline.ts';

/** Added to the style of pages. */
export const TIMELINE_STYLE = `
.timeline { margin: 1rem 0; } .timeline ol { list-style: none; margin: .4rem 0 0; padding: 0; }
.timeline li { display: grid; grid-template-columns: 15rem minmax(0, 1fr) 16rem; gap: .1rem 1rem; align-items: center; padding: .4rem 0; border-top: 1px solid color-mix(in srgb, var(--line) 35%, transparent); break-inside: avoid; }
.timeline b { font-weight: 600; line-height: 1.3; display: block; } .timeline small { color: var(--soft); font-size: .82rem; display: block; line-height: 1.35; }
.timeline svg { width: 100%; height: 1.15rem; display: block; forced-color-adjust: none; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.timeline .life { font-size: .9rem; font-variant-numeric: tabular-nums; } .timeline .due .life, .timeline .expired .life, .timeline .early .life { color: var(--tone); font-weight: 600; } .timeline .life small { font-weight: 400; color: var(--soft); }
.timeline .due { --tone: var(--medium); } .timeline .expired { --tone: var(--high); } .timeline .fine { --tone: var(--good); } .timeline .early { --tone: var(--open); }
.timeline .behind { fill: none; stroke: var(--line); } .timeline .left { fill: var(--good); } .timeline .last { fill: url(#last-third); stroke: var(--medium); } .timeline .gone { fill: none; stroke: var(--high); stroke-dasharray: 5 4; } .timeline .ahead { fill: none; stroke: var(--open); stroke-dasharray: 2 3; } .timeline .now { stroke: var(--ink); stroke-width: 2; } .timeline .on { fill: none; stroke: var(--ink); stroke-width: 2; vector-effect: non-scaling-stroke; }
.timeline .axis { display: flex; justify-content: space-between; font-size: .82rem; color: var(--soft); font-variant-numeric: tabular-nums; gap: .5rem; }
.timeline svg.hidden { position: absolute; width: 0; height: 0; } .timeline li.scale { padding: 0; border: 0; }
.timeline .legend svg { width: 1.6rem; height: .8rem; display: inline-block; vertical-align: -1px; }
@media (max-width: 46rem) { .timeline .axis span:nth-child(even) { display: none; } .timeline li { grid-template-columns: minmax(0, 1fr); } .timeline li.scale > span:empty { display: none; } }
`;

const WIDTH = 1000;
const HEIGHT = 18;
/** Parts of the axis between dates. */
const AXIS_PARTS = 4;
/** So wide at least that it can be seen. */
const PART_MIN = 3;
/** Of a bar that goes on behind the axis. */
const ARROW = 12;
const PLACES_SHOWN = 4;

/** The figure; nothing where no certificate was seen. */
export function drawTimeline(entries: readonly TimelineEntry[], now: Date): Markup {
  if (entries.length === 0) return NOTHING;
  const range = rangeOf(entries, now.getTime());
  const rows = entries.map((entry) => drawRow(entry, range, now));
  return html`<figure class="timeline">
<figcaption><p class="legend" aria-hidden="true"><span>${sample('left')} left</span> <span>${sample('last')} due: the last third</span> <span>${sample('behind')} behind</span> <span>${sample('gone')} expired</span> <span>${sample('now')} now, ${day(now.toISOString())}</span> <span>→ goes on</span></p>
${PATTERN}</figcaption>
<ol>
<li class="scale" aria-hidden="true"><span></span><span class="axis">${datesOf(range)}</span><span></span></li>
${rows}</ol>
</figure>`;
}

/** Dates at even distances: the place that one stands for is below it. */
function datesOf({ from, to }: { readonly from: number; readonly to: number }): readonly Markup[] {
  const at = (part: number): string =>
    day(new Date(from + ((to - from) * part) / AXIS_PARTS).toISOString());
  return Array.from({ length: AXIS_PARTS + 1 }, (_part, part) => html`<span>${at(part)}</span>`);
}

function drawRow(
  entry: TimelineEntry,
  range: { readonly from: number; readonly to: number },
  now: Date,
): Markup {
  const { subject, kind, state, where, revoked, notBefore, notAfter } = entry;
  const rest = where.length - PLACES_SHOWN;
  const places = `${where.slice(0, PLACES_SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const life = `${revoked ? 'revoked, ' : ''}${sayLife(entry, now)}`;
  return html`<li class="${state}"><span><b>${subject}</b><small>${kind}${places === '' ? '' : `: ${places}`}</small></span>${drawBar(entry, range, now)}<span class="life">${life}<small>${day(notBefore)} to ${day(notAfter)}</small></span></li>
`;
}

function drawBar(
  entry: TimelineEntry,
  { from, to }: { readonly from: number; readonly to: number },
  now: Date,
): Markup {
  const place = (at: string | number): number => shareOfAxis(at, from, to) * WIDTH;
  const [start, due, end] = [place(entry.notBefore), place(entry.dueAt), place(entry.notAfter)];
  const nowAt = place(now.getTime());
  const parts =
    entry.state === 'expired'
      ? [rect('gone', start, end)]
      : entry.state === 'early'
        ? [rect('ahead', start, end)]
        : [
            rect('behind', start, nowAt),
            due > nowAt ? rect('left', nowAt, due) : NOTHING,
            rect('last', Math.max(due, nowAt), end),
          ];
  const goesOn = Date.parse(entry.notAfter) > to && entry.state !== 'expired';
  const arrow = goesOn
    ? html`<path class="on" d="M${WIDTH - ARROW} 0 L${WIDTH} ${HEIGHT / 2} L${WIDTH - ARROW} ${HEIGHT}"/>`
    : NOTHING;
  const x = nowAt.toFixed(1);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">${parts}${arrow}<line class="now" x1="${x}" x2="${x}" y1="0" y2="${HEIGHT}" vector-effect="non-scaling-stroke"/></svg>`;
}

function rect(name: string, from: number, to: number): Markup {
  if (to <= from && name !== 'gone') return NOTHING;
  const left = Math.min(from, WIDTH - PART_MIN);
  const width = Math.max(PART_MIN, to - left);
  return html`<rect class="${name}" x="${left.toFixed(1)}" y="3" width="${width.toFixed(1)}" height="${HEIGHT - 6}" vector-effect="non-scaling-stroke"/>`;
}

/** Stripes, so that the last third is told without its colour. */
const PATTERN = html`<svg class="hidden" width="0" height="0" aria-hidden="true" focusable="false"><defs><pattern id="last-third" width="10" height="18" patternUnits="userSpaceOnUse"><rect width="10" height="18" fill="var(--ground)"/><rect width="5" height="18" fill="var(--medium)"/></pattern></defs></svg>`;

function sample(name: 'left' | 'last' | 'behind' | 'gone' | 'now'): Markup {
  const mark =
    name === 'now'
      ? html`<line class="now" x1="20" x2="20" y1="0" y2="${HEIGHT}"/>`
      : html`<rect class="${name}" x="1" y="3" width="38" height="${HEIGHT - 6}"/>`;
  return html`<svg viewBox="0 0 40 ${HEIGHT}" aria-hidden="true" focusable="false">${mark}</svg>`;
}
