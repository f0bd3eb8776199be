/**
 * An inspection as one page that can be mailed and printed: no script, nothing loaded, light and dark. The verdict and
 * what expires when come first, then the findings, then every node with its ports.
 */

import { printUrgency, SEVERITIES, type Assessment } from '../../posture/index.ts';
import { html, HTML_STYLE, NOTHING, type Markup } from '../../text/index.ts';
import { readVersion } from '../version.ts';
import {
  evidenceOf,
  fixesOf,
  groupFindings,
  groupOpen,
  idsOf,
  nodesOf,
  printNames,
  reasonOfGroup,
  type OutcomeGroup,
} from './inspect-findings.ts';
import type { InspectReport, ShownFile, ShownNode, ShownPort } from './inspect-report.ts';
import { describeFile, describePort, sameAs, sayOffer, sayPort } from './inspect-port-words.ts';
import {
  counted,
  sayClock,
  sayFleet,
  sayLinks,
  sayTrusts,
  type Words,
} from './inspect-words.ts';
import { drawTimeline, TIMELINE_STYLE } from './timeline-html.ts';

const EVIDENCE_MAX = 12;

const STYLE = `${HTML_STYLE}${TIMELINE_STYLE}
.node { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem 1rem .8rem; margin: .8rem 0; break-inside: avoid; }
.node h3 { margin: .2rem 0; font-size: 1.05rem; } .node h4 { margin: .8rem 0 .2rem; font-size: .95rem; font-weight: 600; }
.facts { margin: 0; display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .12rem .8rem; font-size: .92rem; } .facts dt { color: var(--soft); } .facts dd { margin: 0; position: relative; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } .finding h3 { margin: 0 0 .35rem; font-size: 1.02rem; line-height: 1.35; } .facts .well { color: var(--good); font-weight: 700; } .facts .ill { color: var(--high); font-weight: 700; }
@media (max-width: 30rem) { .facts { grid-template-columns: minmax(0, 1fr); gap: 0; } .facts dt { margin-top: .35rem; font-size: .82rem; } }
`;

/** A part a node, so that the page of a large fleet never stands in memory as one text. */
export function* htmlOfInspection(report: InspectReport): Generator<string> {
  const { assessment, takenAt, nodes, files } = report;
  const now = new Date(takenAt);
  const name = sayFleet(report);
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>TLS of ${name}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<a class="skip" href="#report">Skip to the findings</a>
<header>
<h1>TLS of <b>${name}</b>, ${takenAt.slice(0, 10)} ${takenAt.slice(11, 16)} UTC</h1>
<p class="verdict">${printUrgency(assessment)}</p>
<p class="lead">${leadOf(report)}</p>
${printCounts(assessment)}
<h2>What expires when</h2>
${drawTimeline(report.timeline, now)}
</header>
<main id="report" tabindex="-1">
${printFindings(assessment)}
${printOpen(report)}
${nodes.length === 0 ? NOTHING : html`<h2>Nodes</h2>`}
`.markup;
  for (const node of nodes) yield printNode(node, now).markup;
  for (const file of files) yield printFile(file, now).markup;
  yield html`</main>
<footer>
<p>wardis ${readVersion()}, ${takenAt}. What is unknown is never counted as passed.</p>
</footer>
</body>
</html>
`.markup;
}

function leadOf({ nodes, timeline, assessment }: InspectReport): string {
  const ports = nodes.reduce((sum, node) => sum + node.ports.length, 0);
  const { pass, fail } = assessment.totals;
  return [
    `${counted(timeline.length, 'certificate')} seen${nodes.length === 0 ? '' : ` on ${counted(ports, 'port')} of ${counted(nodes.length, 'node')}`}.`,
    `${pass} of ${counted(pass + fail, 'judged check')} pass.`,
  ].join(' ');
}

function printCounts({ totals }: Assessment): Markup {
  const items = SEVERITIES.map((severity) => {
    const count = totals.failBySeverity[severity];
    return html`<li class="${severity}${count === 0 ? ' none' : ''}"><b>${count}</b>${severity}</li>`;
  });
  return html`<ul class="counts" aria-label="Findings by severity">${items}</ul>`;
}

function printFindings(assessment: Assessment): Markup {
  const groups = groupFindings(assessment);
  return html`<h2>Findings: ${groups.length}</h2>
${groups.length === 0 ? html`<p>None.</p>` : groups.map(printFinding)}`;
}

function printFinding(group: OutcomeGroup): Markup {
  const { first } = group;
  const seen = evidenceOf(group);
  const items = seen.slice(0, EVIDENCE_MAX).map(({ text, nodes }) => {
    const named = nodes.every((node) => text.includes(node));
    return html`<li><code>${text}</code>${named ? NOTHING : html` <span class="from">${printNames(nodes)}</span>`}</li>`;
  });
  const more = seen.length - items.length;
  return html`<article class="finding ${first.severity}">
<h3><span class="word">${first.severity.toUpperCase()}</span><span class="id">${first.checkId}</span>${first.title}</h3>
<ul>${items}${more > 0 ? html`<li class="from">and ${more} more, in the JSON report</li>` : NOTHING}</ul>
${first.risk === undefined ? NOTHING : html`<p>${first.risk}</p>`}
<dl>${fixesOf(group).map((fix) => html`<dt>Fix</dt><dd><code>${fix}</code></dd>`)}</dl>
</article>
`;
}

function printOpen({ assessment, notes }: InspectReport): Markup {
  const rows = groupOpen(assessment).map(
    (group) => html`<tr><th scope="row">${idsOf(group)}</th><td>${reasonOfGroup(group)}${nodesOf(group).length === 1 ? NOTHING : html` <span class="from">${printNames(nodesOf(group))}</span>`}</td></tr>
`,
  );
  const unseen = assessment.unreachable.map(
    ({ subject, code, message, next }) =>
      html`<li><b>${subject}</b> ${code}: ${message}. Next: <code>${next}</code></li>`,
  );
  return html`${unseen.length === 0 ? NOTHING : html`<h2>Not seen: ${unseen.length}</h2><ul>${unseen}</ul>`}
${notes.length === 0 ? NOTHING : html`<h2>Notes</h2><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
${rows.length === 0 ? NOTHING : html`<h2>Not answered</h2><table class="wide"><thead><tr><th scope="col">Checks</th><th scope="col">Why, and where to look</th></tr></thead><tbody>
${rows}</tbody></table>`}`;
}

function printNode(node: ShownNode, now: Date): Markup {
  const facts = [node.server, node.role === 'unknown' ? undefined : node.role, sayClock(node)];
  const links = sayLinks(node);
  const words: readonly Words[] = [
    ...(node.unreachable === undefined
      ? []
      : [{ label: 'not asked', text: node.unreachable, mood: 'bad' as const }]),
    ...(links === undefined ? [] : [links]),
    ...sayTrusts(node, now),
  ];
  return html`<section class="node">
<h3>${node.id}</h3>
<p class="lead">${facts.filter((fact) => fact !== undefined).join(' · ')}</p>
${node.ports.map((port) => printPort(port, node, now))}
${words.length === 0 ? NOTHING : html`<h4>Links and trust</h4>${printWords(words)}`}
</section>
`;
}

function printPort(port: ShownPort, node: ShownNode, now: Date): Markup {
  const before = sameAs(port, node.ports);
  const said = port.leaf === undefined ? 'no certificate was shown' : sayPort(port);
  const words = before === undefined ? describePort(port, node, now, 'all') : sayOffer(port, 'all');
  return html`<h4>${port.purpose} ${port.address}</h4>
<p class="from">${said}${before === undefined ? '' : `, the same certificate as for ${before.purpose}`}</p>
${printWords(words)}`;
}

function printFile(file: ShownFile, now: Date): Markup {
  return html`<section class="node">
<h3>${file.path}</h3>
<p class="lead">${file.purpose === 'authority' ? 'certificates of authorities' : `judged as the certificate of a ${file.purpose}`}</p>
${printWords(describeFile(file, now))}
</section>
`;
}

function printWords(words: readonly Words[]): Markup {
  if (words.length === 0) return NOTHING;
  const rows = words.map(({ label, text, mood }) => html`<dt>${label}</dt><dd>${MARKS[mood]}${text}</dd>
`);
  return html`<dl class="facts">${rows}</dl>`;
}

/** The sign is for the eye; what is not well is said in a word too. */
const MARKS: Readonly<Record<Words['mood'], Markup>> = {
  plain: NOTHING,
  good: html`<span class="well" aria-hidden="true">✓ </span>`,
  bad: html`<span class="ill" aria-hidden="true">✗ </span><span class="unseen">not well: </span>`,
};
