/**
 * One HTML file that a manager can read and print: no script, nothing loaded, light and dark. Findings come first,
 * worst first, then what was not answered, then the rest, folded.
 */

import { printChange } from '../../policy/index.ts';
import { SEVERITIES } from '../check.ts';
import type { Assessment, Outcome, TargetAssessment, Totals } from '../outcome.ts';
import { countAreas, drawAreas, tableAreas } from './html-chart.ts';
import { STYLE } from './html-style.ts';
import { html, NOTHING, type Markup } from './markup.ts';
import { printFrom } from './provenance.ts';
import type { ReportOptions } from './report.ts';

export function printHtml(assessment: Assessment, options: ReportOptions): string {
  const subjects = assessment.targets.map((target) => target.subject);
  const title = `Posture of ${subjects.length === 1 ? (subjects[0] ?? '') : `${subjects.length} servers`}`;
  const rationale = new Map(options.checks.map((check) => [check.id, check.rationale]));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
<header>
<h1>${title}</h1>
<p class="lead">${verdictOf(assessment)}</p>
${printCounts(assessment.totals)}
</header>
<main id="findings">
${printUnreachable(assessment)}
${assessment.targets.map((target) => printTarget(target, rationale))}
${printNotes(assessment.notes)}
</main>
<footer>
<p>Made by wardis ${assessment.tool.version} at ${assessment.generatedAt}. Advisories as of ${assessment.advisoriesAsOf}.</p>
<p>Unknown is never counted as passed. A report is technical evidence; it does not declare compliance.</p>
</footer>
</body>
</html>
`;
  return page.markup;
}

function verdictOf(assessment: Assessment): string {
  const { totals } = assessment;
  const serious = totals.failBySeverity.critical + totals.failBySeverity.high;
  const open = totals.unknown + totals.manual;
  const found =
    totals.fail === 0
      ? 'No check failed.'
      : `${totals.fail} checks failed, ${serious === 0 ? 'none' : serious} of them critical or high.`;
  return `${found} ${totals.pass} passed. ${open} could not be answered by a machine.`;
}

function printCounts(totals: Totals): Markup {
  const severities = SEVERITIES.map(
    (severity) => html`<li class="${severity}"><b class="tone">${totals.failBySeverity[severity]}</b>${severity}</li>`,
  );
  return html`<ul class="counts" aria-label="Totals">${severities}
<li class="pass"><b class="tone">${totals.pass}</b>passed</li>
<li class="unknown"><b class="tone">${totals.unknown}</b>unknown</li>
<li class="manual"><b class="tone">${totals.manual}</b>by hand</li>
<li class="waived"><b class="tone">${totals.waived}</b>waived</li>
<li class="not-applicable"><b class="tone">${totals.notApplicable}</b>not applicable</li></ul>`;
}

function printTarget(target: TargetAssessment, rationale: ReadonlyMap<string, string>): Markup {
  const rows = countAreas(target.outcomes);
  const of = (status: Outcome['status']) => target.outcomes.filter((outcome) => outcome.status === status);
  const findings = of('fail').sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const { level, exposure, frameworks } = target.request;
  return html`<section>
<h2>${target.subject}</h2>
<p class="lead">${target.server} · ${target.mode} · ${target.login} · judged as ${[level, exposure, ...frameworks].join(', ')}</p>
${drawAreas(rows, target.subject)}
<details><summary>The numbers by area</summary>${tableAreas(rows)}</details>
<h3>Findings</h3>
${findings.length === 0 ? html`<p>None.</p>` : findings.map((outcome) => printFinding(outcome, rationale))}
${printFixed(target)}
${printList('Not answered', [...of('unknown'), ...of('manual')], 'open')}
${printList('Waived', of('waived'), 'open')}
${printList('Passed', of('pass'), 'closed')}
${printList('Not applicable', of('not-applicable'), 'closed')}
</section>`;
}

function printFinding(outcome: Outcome, rationale: ReadonlyMap<string, string>): Markup {
  const mark = outcome.baseline === undefined ? '' : ` (${outcome.baseline})`;
  const fixes = outcome.fix.map((change) => html`<li><code>${printChange(change)}</code></li>`);
  const why = rationale.get(outcome.checkId);
  return html`<article class="finding ${outcome.severity}">
<h4><span class="word">${outcome.severity.toUpperCase()}</span> ${outcome.checkId} ${outcome.title}${mark}</h4>
<ul>${outcome.evidence.map((item) => html`<li><code>${item.text}</code>${item.from === undefined ? NOTHING : html` <span class="from">${printFrom(item.from)}</span>`}</li>`)}</ul>
${outcome.risk === undefined ? NOTHING : html`<p>${outcome.risk}</p>`}
${outcome.severityBecause === undefined ? NOTHING : html`<p class="from">Severity ${outcome.severity}: ${outcome.severityBecause}</p>`}
${fixes.length === 0 ? NOTHING : html`<p>Fix</p><ul>${fixes}</ul>`}
${why === undefined ? NOTHING : html`<details><summary>Why it matters</summary><p>${why}</p></details>`}
</article>`;
}

function printList(title: string, outcomes: readonly Outcome[], state: 'open' | 'closed'): Markup {
  if (outcomes.length === 0) return NOTHING;
  const rows = outcomes.map(
    (outcome) =>
      html`<tr><th scope="row">${outcome.checkId}</th><td>${outcome.title}</td><td>${reasonOf(outcome)}</td></tr>`,
  );
  const table = html`<div class="scroll"><table><thead><tr><th scope="col">Check</th><th scope="col">Finding it looks for</th><th scope="col">Seen, or why not</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return state === 'open'
    ? html`<h3>${title}: ${outcomes.length}</h3>${table}`
    : html`<details><summary>${title}: ${outcomes.length}</summary>${table}</details>`;
}

function reasonOf(outcome: Outcome): string {
  if (outcome.waiver !== undefined) {
    return `${outcome.waiver.reason} (${outcome.waiver.owner}, until ${outcome.waiver.expires})`;
  }
  const stated = [outcome.why, outcome.look].filter((part) => part !== undefined && part !== '').join('; ');
  return stated === '' ? outcome.evidence.map((item) => item.text).join('; ') : stated;
}

function printFixed(target: TargetAssessment): Markup {
  if (target.fixed.length === 0) return NOTHING;
  const items = target.fixed.map((gone) => html`<li>${gone.checkId} ${gone.title}</li>`);
  return html`<h3>Fixed since the baseline: ${target.fixed.length}</h3><ul>${items}</ul>`;
}

function printUnreachable(assessment: Assessment): Markup {
  if (assessment.unreachable.length === 0) return NOTHING;
  const items = assessment.unreachable.map(
    ({ subject, code, message, next }) =>
      html`<li><code>${subject}</code> ${code}: ${message}. Next: <code>${next}</code></li>`,
  );
  return html`<h2>Not assessed: ${assessment.unreachable.length}</h2><ul>${items}</ul>`;
}

function printNotes(notes: readonly string[]): Markup {
  if (notes.length === 0) return NOTHING;
  return html`<h2>Notes</h2><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`;
}
