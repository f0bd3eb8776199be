/** One server in the HTML report: its picture, its findings with evidence and fix, then everything else, folded. */

import { printChange } from '../../policy/index.ts';
import type { Outcome, TargetAssessment } from '../outcome.ts';
import { countAreas, sortFindings } from './area-count.ts';
import { drawAreas, tableAreas } from './html-areas.ts';
import { printFrom } from './provenance.ts';
import { printWaiver } from './waiver-text.ts';
import { type Markup, NOTHING, html } from '../../text/index.ts';

/** Evidence of one finding; the rest is counted. */
const EVIDENCE_MAX = 12;

export interface SectionOptions {
  /** Why each check matters, by id. */
  readonly rationale: ReadonlyMap<string, string>;
  /** `brief` leaves out what passed or does not apply, so that the page of a large fleet can be opened. */
  readonly length: 'whole' | 'brief';
  /** Unique in the page; links lead here. */
  readonly anchor: string;
}

export function printSection(target: TargetAssessment, options: SectionOptions): Markup {
  const rows = countAreas(target.outcomes);
  const of = (status: Outcome['status']) => target.outcomes.filter((outcome) => outcome.status === status);
  const findings = sortFindings(target.outcomes);
  const { level, exposure, frameworks } = target.request;
  const facts = [target.server, target.mode, target.login, target.transport === 'files' ? '' : target.transport];
  return html`<section aria-labelledby="${options.anchor}">
<h2 id="${options.anchor}">${target.subject}</h2>
<p class="lead">${facts.filter((fact) => fact !== '').join(' · ')}</p>
<p class="lead">Judged as ${[level, exposure, ...frameworks].join(', ')}: ${target.outcomes.length} checks in ${(target.durationMs / 1000).toFixed(2)} s.</p>
${drawAreas(rows, target.subject)}
${tableAreas(rows, target.subject)}
<h3>Findings: ${findings.length}</h3>
${findings.length === 0 ? html`<p>None.</p>` : findings.map((outcome) => printFinding(outcome, options))}
${printFixed(target)}
${printList('Not answered', 'Why, and where to look', [...of('unknown'), ...of('manual')], 'open')}
${printList('Waived', 'Accepted by whom, and until when', of('waived'), 'open')}
${options.length === 'whole' ? [printList('Passed', 'Seen', of('pass'), 'closed'), printList('Not applicable', 'Why', of('not-applicable'), 'closed')] : NOTHING}
</section>`;
}

/** The anchor of a finding. */
export function anchorOf(section: string, outcome: Outcome): string {
  return `${section}-${outcome.checkId}`;
}

function printFinding(outcome: Outcome, options: SectionOptions): Markup {
  const mark = outcome.baseline === undefined ? '' : ` (${outcome.baseline})`;
  const why = options.rationale.get(outcome.checkId);
  const more = outcome.evidence.length - EVIDENCE_MAX;
  const seen = outcome.evidence
    .slice(0, EVIDENCE_MAX)
    .map(
      (item) =>
        html`<li><code>${item.text}</code>${item.from === undefined ? NOTHING : html` <span class="from">${printFrom(item.from)}</span>`}</li>`,
    );
  const fixes = outcome.fix.map((change) => html`<dt>Fix</dt><dd><code>${printChange(change)}</code></dd>`);
  return html`<article class="finding ${outcome.severity}" id="${anchorOf(options.anchor, outcome)}">
<h4><span class="word">${outcome.severity.toUpperCase()}</span><span class="id">${outcome.checkId}</span>${outcome.title}${mark}</h4>
<ul>${seen}${more > 0 ? html`<li class="from">and ${more} more, in the JSON report</li>` : NOTHING}</ul>
${outcome.risk === undefined ? NOTHING : html`<p>${outcome.risk}</p>`}
${outcome.severityBecause === undefined ? NOTHING : html`<p class="from">Rated ${outcome.severity} because ${outcome.severityBecause}.</p>`}
${fixes.length === 0 ? NOTHING : html`<dl>${fixes}</dl>`}
${why === undefined ? NOTHING : html`<details><summary>Why ${outcome.checkId} matters</summary><p>${why}</p></details>`}
</article>
`;
}

function printList(title: string, column: string, outcomes: readonly Outcome[], state: 'open' | 'closed'): Markup {
  if (outcomes.length === 0) return NOTHING;
  const rows = outcomes.map(
    (outcome) =>
      html`<tr><th scope="row">${outcome.checkId}</th><td>${outcome.title}</td><td>${reasonOf(outcome)}</td></tr>
`,
  );
  const table = html`<table class="wide"><thead><tr><th scope="col">Check</th><th scope="col">The defect it looks for</th><th scope="col">${column}</th></tr></thead><tbody>
${rows}</tbody></table>`;
  return state === 'open'
    ? html`<h3>${title}: ${outcomes.length}</h3>${table}`
    : html`<details><summary>${title}: ${outcomes.length}</summary>${table}</details>`;
}

function reasonOf(outcome: Outcome): string {
  if (outcome.waiver !== undefined) return printWaiver(outcome.waiver);
  const stated = [outcome.why, outcome.look].filter((part) => part !== undefined && part !== '').join('; ');
  return stated === '' ? outcome.evidence.map((item) => item.text).join('; ') : stated;
}

function printFixed(target: TargetAssessment): Markup {
  if (target.fixed.length === 0) return NOTHING;
  const items = target.fixed.map((gone) => html`<li>${gone.checkId} ${gone.title}</li>`);
  return html`<h3>Fixed since the baseline: ${target.fixed.length}</h3><ul>${items}</ul>`;
}
