/** The report for a terminal: readable at 80 columns, worst first, and always a summary line at the end. */

import { AREAS, SEVERITIES, type Area, type Severity } from '../check.ts';
import type { Assessment, Outcome, TargetAssessment, Totals } from '../outcome.ts';
import { printChange } from '../../policy/index.ts';
import { printFrom } from './provenance.ts';
import type { ReportOptions } from './report.ts';
import { safeText } from './safe-text.ts';

/** Evidence lines shown for one finding; the rest is counted. */
const EVIDENCE_LINES_MAX = 4;
const FIX_LINES_MAX = 3;

interface Pen {
  readonly options: ReportOptions;
  readonly paint: (style: Style, text: string) => string;
  readonly cut: (text: string) => string;
}

type Style = Severity | 'bold' | 'dim' | 'good';

const CODES: Readonly<Record<Style, string>> = {
  critical: '1;31',
  high: '31',
  medium: '33',
  low: '36',
  info: '34',
  bold: '1',
  dim: '2',
  good: '32',
};

/** All targets, one after another, then the sum. */
export function printTable(assessment: Assessment, options: ReportOptions): string {
  const pen: Pen = {
    options,
    paint: (style, text) => (options.colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text),
    cut: (text) => cutText(text, options.columns, options.unicode),
  };
  const blocks = assessment.targets.map((target) => printTarget(target, pen));
  const unreachable = assessment.unreachable.map(({ subject, code, message, next }) =>
    [
      `${sign('unknown', pen)} NOT ASSESSED  ${subject}`,
      `            ${code}: ${safeText(message)}`,
      `            next: ${next}`,
    ]
      .map(pen.cut)
      .join('\n'),
  );
  const notes = assessment.notes.map((note) => pen.cut(`note: ${safeText(note)}`));
  const sum = assessment.targets.length === 1 && unreachable.length === 0 ? [] : [printSum(assessment, pen)];
  return `${[...blocks, ...unreachable, ...notes, ...sum].join('\n\n')}\n`;
}

function printTarget(target: TargetAssessment, pen: Pen): string {
  const findings = target.outcomes.filter((outcome) => outcome.status === 'fail').sort(bySeverity);
  const unknowns = target.outcomes.filter((outcome) => outcome.status === 'unknown');
  const manual = target.outcomes.filter((outcome) => outcome.status === 'manual');
  const rest =
    pen.options.detail === 'all'
      ? target.outcomes.filter((outcome) => ['pass', 'waived', 'not-applicable'].includes(outcome.status))
      : target.outcomes.filter((outcome) => outcome.status === 'waived');
  return [
    ...printHead(target, pen),
    '',
    ...findings.flatMap((outcome) => printFinding(outcome, pen)),
    ...printOpen(unknowns, '? UNKNOWN', pen),
    ...printOpen(manual, '· BY HAND', pen),
    ...rest.flatMap((outcome) => printQuiet(outcome, pen)),
    ...target.fixed.map((gone) =>
      pen.cut(`${sign('good', pen)} FIXED     ${gone.checkId.padEnd(8)}  ${gone.title}`),
    ),
    ...(findings.length + unknowns.length + manual.length + rest.length === 0 ? [] : ['']),
    ...printAreas(target, pen),
    printTotals(target.totals, pen),
  ].join('\n');
}

function printHead(target: TargetAssessment, pen: Pen): readonly string[] {
  const { level, exposure, frameworks } = target.request;
  const facts = [
    target.server,
    target.mode,
    target.login,
    target.transport === 'files' ? '' : target.transport,
  ]
    .filter((part) => part !== '' && part !== 'from files')
    .join(' · ');
  const asked = `judged as ${[level, exposure, ...frameworks].join(' · ')}`;
  const took = `${target.outcomes.length} checks in ${(target.durationMs / 1000).toFixed(2)} s`;
  return [
    pen.paint('bold', safeText(target.subject)) + `  ${safeText(facts)}`,
    pen.paint('dim', `${asked}   ${took}`),
  ];
}

function printFinding(outcome: Outcome, pen: Pen): readonly string[] {
  const indent = ' '.repeat(12);
  const mark = outcome.baseline === 'new' ? ' (new)' : '';
  const word = outcome.severity.toUpperCase().padEnd(8);
  const head = `${sign('fail', pen)} ${pen.paint(outcome.severity, word)}  ${pen.paint('bold', outcome.checkId.padEnd(8))}  ${outcome.title}${mark}`;
  const shown = outcome.evidence.slice(0, EVIDENCE_LINES_MAX).map((item) => {
    const from = item.from === undefined ? '' : `   ${pen.paint('dim', printFrom(item.from))}`;
    return pen.cut(`${indent}${safeText(item.text)}${from}`);
  });
  const more = outcome.evidence.length - shown.length;
  const fixes = outcome.fix
    .slice(0, FIX_LINES_MAX)
    .map((change) => pen.cut(`${indent}fix: ${safeText(printChange(change))}`));
  const moreFixes = outcome.fix.length - fixes.length;
  return [
    pen.cut(head),
    ...shown,
    ...(more > 0 ? [`${indent}and ${more} more: --show-all -o json`] : []),
    ...(outcome.risk === undefined ? [] : wrap(outcome.risk, pen, indent)),
    ...(outcome.severityBecause === undefined
      ? []
      : [pen.cut(`${indent}${outcome.severity}: ${outcome.severityBecause}`)]),
    ...fixes,
    ...(moreFixes > 0 ? [`${indent}and ${moreFixes} more steps: wardis explain ${outcome.checkId}`] : []),
  ];
}

/** Unknown and manual outcomes with the same place to look are one line each, so that files do not drown in them. */
function printOpen(outcomes: readonly Outcome[], word: string, pen: Pen): readonly string[] {
  const grouped = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const key = `${outcome.why ?? ''}\0${outcome.look ?? ''}`;
    grouped.set(key, [...(grouped.get(key) ?? []), outcome]);
  }
  const label = pen.options.unicode ? word : word.replace('·', '-');
  return [...grouped.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const ids = group.map((outcome) => outcome.checkId).join(' ');
    const subject = group.length === 1 ? `${first.checkId.padEnd(8)}  ${first.title}` : ids;
    const why = [first.why, first.look].filter((part) => part !== undefined && part !== '').join('; ');
    return [...wrapHead(`${label.padEnd(11)} ${subject}`, pen), ...wrap(safeText(why), pen, ' '.repeat(12))];
  });
}

function printQuiet(outcome: Outcome, pen: Pen): readonly string[] {
  const words = { pass: 'PASS', waived: 'WAIVED', 'not-applicable': 'N/A' } as const;
  const word = words[outcome.status as keyof typeof words];
  const why =
    outcome.waiver === undefined
      ? (outcome.why ?? outcome.evidence[0]?.text ?? '')
      : `${outcome.waiver.reason} (${outcome.waiver.owner}, until ${outcome.waiver.expires})`;
  const head = `${sign(outcome.status === 'pass' ? 'good' : 'quiet', pen)} ${word.padEnd(8)}  ${outcome.checkId.padEnd(8)}  ${outcome.title}`;
  return [pen.cut(head), ...(why === '' ? [] : [pen.cut(`            ${safeText(why)}`)])];
}

function printAreas(target: TargetAssessment, pen: Pen): readonly string[] {
  const parts = AREAS.flatMap((area) => {
    const { passed, judged } = countArea(target.outcomes, area);
    return judged === 0 ? [] : [`${area} ${bar(passed, judged, pen)} ${passed}/${judged}`];
  });
  return fillLines(parts, '   ', Math.min(pen.options.columns, 100));
}

/** Passed and judged checks of an area; what is unknown, waived or for a person is not judged. */
export function countArea(
  outcomes: readonly Outcome[],
  area: Area,
): { readonly passed: number; readonly judged: number } {
  const own = outcomes.filter((outcome) => outcome.area === area);
  const passed = own.filter((outcome) => outcome.status === 'pass').length;
  return { passed, judged: passed + own.filter((outcome) => outcome.status === 'fail').length };
}

function printTotals(totals: Totals, pen: Pen): string {
  const findings = SEVERITIES.filter((severity) => totals.failBySeverity[severity] > 0).map((severity) =>
    pen.paint(severity, `${totals.failBySeverity[severity]} ${severity}`),
  );
  const found = findings.length === 0 ? pen.paint('good', 'no findings') : findings.join(' · ');
  const others = `${totals.pass} pass · ${totals.notApplicable} not applicable · ${totals.unknown} unknown · ${totals.manual} by hand · ${totals.waived} waived`;
  const plain = pen.options.unicode
    ? `${found}    ${others}`
    : `${found}    ${others}`.replaceAll(' · ', ', ');
  return visibleLength(plain) > pen.options.columns ? plain.replace('    ', '\n') : plain;
}

function printSum(assessment: Assessment, pen: Pen): string {
  const count = assessment.targets.length;
  const missing = assessment.unreachable.length;
  const head = `${count} ${count === 1 ? 'server' : 'servers'}${missing === 0 ? '' : `, ${missing} not assessed`}`;
  return `${pen.paint('bold', head)}\n${printTotals(assessment.totals, pen)}`;
}

function bySeverity(a: Outcome, b: Outcome): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
}

function sign(kind: 'fail' | 'unknown' | 'good' | 'quiet', pen: Pen): string {
  const unicode = { fail: '✗', unknown: '?', good: '✓', quiet: '·' } as const;
  const ascii = { fail: 'x', unknown: '?', good: '+', quiet: '-' } as const;
  return pen.options.unicode ? unicode[kind] : ascii[kind];
}

function bar(passed: number, judged: number, pen: Pen): string {
  const cells = Math.min(judged, 8);
  const full = judged === 0 ? 0 : Math.floor((passed / judged) * cells);
  const [on, off] = pen.options.unicode ? ['█', '░'] : ['#', '.'];
  return on.repeat(full) + off.repeat(cells - full);
}

function fillLines(parts: readonly string[], gap: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + gap.length + part.length <= columns)
      lines[lines.length - 1] = last + gap + part;
    else lines.push(part);
  }
  return lines;
}

function wrap(text: string, pen: Pen, indent: string): readonly string[] {
  return fillLines(text.split(/\s+/), ' ', Math.min(pen.options.columns, 100) - indent.length).map(
    (line) => indent + line,
  );
}

function wrapHead(text: string, pen: Pen): readonly string[] {
  const [first = '', ...others] = fillLines(
    text.split(/ (?=[A-Z]+-\d)/),
    ' ',
    Math.min(pen.options.columns, 100) - 12,
  );
  return [first, ...others.map((line) => ' '.repeat(12) + line)];
}

function cutText(text: string, columns: number, unicode: boolean): string {
  if (visibleLength(text) <= columns) return text;
  const ellipsis = unicode ? '…' : '...';
  let shown = 0;
  let result = '';
  // Colour codes take no room and are kept whole.
  for (const part of text.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b[')) result += part;
    else {
      const room = Math.max(0, columns - ellipsis.length - shown);
      result += part.slice(0, room);
      shown += Math.min(part.length, room);
    }
  }
  return result + ellipsis;
}

function visibleLength(text: string): number {
  return text.replace(/\u001b\[[0-9;]*m/g, '').length;
}
