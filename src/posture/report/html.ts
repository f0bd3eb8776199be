/**
 * One HTML file that a manager can read and print: no script, nothing loaded, light and dark. The first screen says
 * how bad it is, what to do first and what was left out; then each server, worst findings first.
 */

import { printChange } from '../../policy/index.ts';
import { SEVERITIES } from '../check.ts';
import type { Assessment, Outcome, Totals } from '../outcome.ts';
import { sortFindings } from './area-count.ts';
import { anchorOf, printSection } from './html-target.ts';
import type { ReportOptions } from './report.ts';
import { printShare, printUrgency } from './verdict-text.ts';
import { HTML_STYLE as STYLE, type Markup, NOTHING, html } from '../../text/index.ts';

/** What to do first; more would be no order. */
const FIRST_MAX = 5;
/** Fleets over this leave out what passed, which the JSON report has. */
const WHOLE_SERVERS_MAX = 25;

/** A part a server, so that the report of a large fleet never stands in memory as one text. */
export function* htmlParts(assessment: Assessment, options: ReportOptions): Generator<string> {
  const { targets } = assessment;
  const name = targets.length === 1 ? (targets[0]?.subject ?? '') : `${targets.length} servers`;
  const rationale = new Map(options.checks.map((check) => [check.id, check.rationale]));
  const length = targets.length > WHOLE_SERVERS_MAX ? 'brief' : 'whole';
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>Security posture of ${name}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<a class="skip" href="#report">Skip to the servers</a>
<header>
<h1>Security posture of <b>${name}</b>, ${printMoment(assessment.generatedAt)}</h1>
<p class="verdict">${printUrgency(assessment)}</p>
<p class="lead">${printShare(assessment.totals)}</p>
${printCounts(assessment.totals)}
${printFirst(assessment)}
</header>
<main id="report" tabindex="-1">
${printUnreachable(assessment)}
${printNotes(assessment.notes)}
${targets.length > 1 ? printFleet(assessment) : NOTHING}
`.markup;
  for (const [index, target] of targets.entries())
    yield printSection(target, { rationale, length, anchor: `server-${index + 1}` }).markup;
  yield html`
</main>
<footer>
<p>wardis ${assessment.tool.version}, ${assessment.generatedAt}. Advisories as of ${assessment.advisoriesAsOf}.</p>
<p>What is unknown is never counted as passed. This is technical evidence; it does not declare compliance.</p>
${length === 'brief' ? html`<p>With more than ${WHOLE_SERVERS_MAX} servers the checks that passed are left out; the JSON report has them.</p>` : NOTHING}
</footer>
</body>
</html>
`.markup;
}

function printMoment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function printCounts(totals: Totals): Markup {
  const severities = SEVERITIES.map((severity) => {
    const count = totals.failBySeverity[severity];
    return html`<li class="${severity}${count === 0 ? ' none' : ''}"><b>${count}</b>${severity}</li>`;
  });
  return html`<ul class="counts" aria-label="Findings by severity">${severities}</ul>
<ul class="others" aria-label="Other checks"><li><b>${totals.pass}</b> passed</li> <li><b>${totals.unknown}</b> unknown</li> <li><b>${totals.manual}</b> for a person</li> <li><b>${totals.waived}</b> waived</li> <li><b>${totals.notApplicable}</b> not applicable</li> <li><b>${totals.all}</b> in all</li></ul>`;
}

function printFirst(assessment: Assessment): Markup {
  const anchor = (outcome: Outcome): string => {
    const index = assessment.targets.findIndex((target) => target.outcomes.includes(outcome));
    return anchorOf(`server-${index + 1}`, outcome);
  };
  const findings = sortFindings(assessment.targets.flatMap((target) => target.outcomes));
  if (findings.length === 0) return NOTHING;
  const where = assessment.targets.length > 1;
  const items = findings.slice(0, FIRST_MAX).map((outcome) => {
    const fix = outcome.fix[0];
    return html`<li class="${outcome.severity}"><span class="word">${outcome.severity.toUpperCase()}</span><a href="#${anchor(outcome)}">${outcome.title}</a>${where ? html` <span class="from">${outcome.subject}</span>` : NOTHING}${fix === undefined ? NOTHING : html`<br><code>${printChange(fix)}</code>`}</li>
`;
  });
  const more = findings.length - items.length;
  return html`<h2>What to do first</h2>
<ol class="first">${items}</ol>
${more > 0 ? html`<p class="from">${more} more ${more === 1 ? 'finding' : 'findings'} below.</p>` : NOTHING}`;
}

function printFleet(assessment: Assessment): Markup {
  const rows = assessment.targets.map(
    (target, index) =>
      html`<tr><th scope="row"><a href="#server-${index + 1}">${target.subject}</a></th><td>${target.server}</td>${SEVERITIES.map((severity) => html`<td class="number">${target.totals.failBySeverity[severity]}</td>`)}<td class="number">${target.totals.pass} of ${target.totals.pass + target.totals.fail}</td><td class="number">${target.totals.unknown + target.totals.manual}</td></tr>
`,
  );
  return html`<h2>Servers</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Servers"><table>
<caption>Findings of each server. The share counts judged checks only.</caption>
<thead><tr><th scope="col">Server</th><th scope="col">Version</th>${SEVERITIES.map((severity) => html`<th scope="col" class="number">${severity}</th>`)}<th scope="col" class="number">passed of judged</th><th scope="col" class="number">not answered</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function printUnreachable(assessment: Assessment): Markup {
  if (assessment.unreachable.length === 0) return NOTHING;
  const items = assessment.unreachable.map(
    ({ subject, code, message, next }) =>
      html`<li><b>${subject}</b> ${code}: ${message}. Next: <code>${next}</code></li>`,
  );
  return html`<h2>Not assessed: ${assessment.unreachable.length}</h2><ul>${items}</ul>`;
}

function printNotes(notes: readonly string[]): Markup {
  if (notes.length === 0) return NOTHING;
  return html`<h2>Notes</h2><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`;
}
