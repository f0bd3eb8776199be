/** An inspection as Markdown, for a summary of CI: findings first, then what expires when, then every port. */

import { printUrgency } from '../../posture/index.ts';
import { safeText } from '../../text/index.ts';
import {
  evidenceOf,
  fixesOf,
  groupFindings,
  groupOpen,
  idsOf,
  nodesOf,
  printNames,
  reasonOfGroup,
} from './inspect-findings.ts';
import type { InspectReport } from './inspect-report.ts';
import { day, sayFleet, sayLife } from './inspect-words.ts';

const EVIDENCE_MAX = 6;

export function* markdownOfInspection(report: InspectReport): Generator<string> {
  const { assessment, timeline, nodes, takenAt } = report;
  const now = new Date(takenAt);
  yield `# TLS of ${plain(sayFleet(report))}\n\n`;
  yield `${plain(printUrgency(assessment))} ${day(takenAt)} ${takenAt.slice(11, 16)} UTC.\n\n`;
  for (const { subject, code, message, next } of assessment.unreachable)
    yield `- **not seen** ${codeSpan(subject)}: ${plain(`${code} ${message}`)}. Next: ${codeSpan(next)}\n`;
  for (const note of report.notes) yield `- ${plain(note)}\n`;
  const findings = groupFindings(assessment);
  yield '\n## Findings\n\n';
  if (findings.length === 0) yield 'None.\n';
  for (const group of findings) {
    const { first } = group;
    yield `- **${first.severity}** ${first.checkId} ${plain(first.title)}\n`;
    const seen = evidenceOf(group);
    for (const { text, nodes: on } of seen.slice(0, EVIDENCE_MAX)) {
      const named = on.every((node) => text.includes(node));
      yield `  - ${codeSpan(text)}${named ? '' : ` on ${plain(printNames(on))}`}\n`;
    }
    if (seen.length > EVIDENCE_MAX) yield `  - and ${seen.length - EVIDENCE_MAX} more\n`;
    for (const fix of fixesOf(group)) yield `  - fix: ${codeSpan(fix)}\n`;
  }
  const open = groupOpen(assessment);
  if (open.length > 0) yield '\n## Not answered\n\n';
  for (const group of open) {
    const on = nodesOf(group).length === 1 ? '' : `, on ${printNames(nodesOf(group))}`;
    yield `- ${idsOf(group)}: ${plain(reasonOfGroup(group) + on)}\n`;
  }
  yield '\n## What expires when\n\n| certificate | is | valid | life | where |\n|--|--|--|--|--|\n';
  for (const entry of timeline)
    yield `| ${cell(entry.subject)} | ${entry.kind} | ${day(entry.notBefore)} to ${day(entry.notAfter)} | ${plain(sayLife(entry, now))} | ${cell(entry.where.join(', '))} |\n`;
  if (nodes.length === 0) return;
  yield '\n## Ports\n\n| node | port | certificate | until | chain | client certificate |\n|--|--|--|--|--|--|\n';
  for (const node of nodes)
    for (const port of node.ports)
      yield `| ${cell(node.id)} | ${port.purpose} ${cell(port.address)} | ${cell(port.leaf?.subject ?? 'none shown')} | ${port.leaf === undefined ? '' : day(port.leaf.notAfter)} | ${port.sent.state} | ${port.clientCertificate} |\n`;
}

/** Text that Markdown does not act on. */
function plain(text: string): string {
  return safeText(text).replace(/[\\`*_{}[\]<>()#|~!@]/g, '\\$&');
}

/** A code span whose fence is longer than any in the text. */
function codeSpan(text: string): string {
  const safe = safeText(text);
  const fence = '`'.repeat(1 + Math.max(0, ...[...safe.matchAll(/`+/g)].map(([run]) => run.length)));
  const pad = safe.startsWith('`') || safe.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${safe}${pad}${fence}`;
}

function cell(text: string): string {
  return text === '' ? '' : codeSpan(text.replaceAll('|', '\\|'));
}
