/** The report for a terminal: readable at 80 columns, worst first, and always a summary line at the end. */

import { printChange } from '../../policy/index.ts';
import { SEVERITIES, type Evidence } from '../check.ts';
import type { Assessment, Outcome, TargetAssessment, Totals } from '../outcome.ts';
import { sortFindings } from './area-count.ts';
import { printFrom } from './provenance.ts';
import type { ReportOptions } from './report.ts';
import { printAreas } from './table-areas.ts';
import { printFleet } from './table-fleet.ts';
import {
  joinParts,
  makePen,
  printHeadLine,
  wrapLines,
  wrapWithRemark,
  type Pen,
  type Sign,
} from './table-pen.ts';
import { printWaiver } from './waiver-text.ts';
import { safeText, widthOf } from '../../text/index.ts';

/** Evidence shown for one finding; the rest is counted. */
const EVIDENCE_MAX = 4;
const FIXES_MAX = 3;
/** Fleets over this are shown finding by finding. */
const WHOLE_SERVERS_MAX = 8;
/** Column where the text of an outcome begins, after sign and word. */
const INDENT = 12;

/** All targets, one after another, then the sum. */
export function printTable(assessment: Assessment, options: ReportOptions): string {
  const pen = makePen(options);
  const blocks =
    assessment.targets.length > WHOLE_SERVERS_MAX && options.detail === 'findings'
      ? printFleet(assessment, pen).map((block) => block.join('\n'))
      : assessment.targets.map((target) => printTarget(target, options, pen));
  const unreachable = assessment.unreachable.map(({ subject, code, message, next }) =>
    [
      ...printHeadLine('open', 'NOT ASSESSED', 'open', '', safeText(subject), pen),
      ...wrapLines(`${code}: ${safeText(message)}`, INDENT, pen),
      ...wrapLines(`next: ${safeText(next)}`, INDENT, pen, 6),
    ].join('\n'),
  );
  const notes = assessment.notes.map((note) => wrapLines(`note: ${safeText(note)}`, 0, pen, 6).join('\n'));
  const alone = assessment.targets.length === 1 && unreachable.length === 0;
  const sum = alone ? [] : [printSum(assessment, pen)];
  return `${[...unreachable, ...(notes.length === 0 ? [] : [notes.join('\n')]), ...blocks, ...sum].join('\n\n')}\n`;
}

function printTarget(target: TargetAssessment, options: ReportOptions, pen: Pen): string {
  const of = (status: Outcome['status']) => target.outcomes.filter((outcome) => outcome.status === status);
  const findings = sortFindings(target.outcomes);
  const all = options.detail === 'all';
  const blocks = [
    ...findings.map((outcome) => printFinding(outcome, pen)),
    ...printOpen(of('unknown'), 'UNKNOWN', pen),
    ...printOpen(of('manual'), 'BY HAND', pen),
    of('waived').flatMap((outcome) => printQuiet(outcome, 'WAIVED', 'quiet', pen)),
    target.fixed.flatMap((gone) => printHeadLine('good', 'FIXED', 'good', gone.checkId, gone.title, pen)),
    all ? of('pass').flatMap((outcome) => printQuiet(outcome, 'PASS', 'good', pen)) : [],
    all ? of('not-applicable').flatMap((outcome) => printQuiet(outcome, 'N/A', 'quiet', pen)) : [],
  ].filter((block) => block.length > 0);
  const first = findings[0];
  const hint = first === undefined ? [] : [pen.paint('dim', `why and how: wardis explain ${first.checkId}`)];
  const foot = [
    ...printAreas(target.outcomes, pen),
    ...printKeep(findings, pen),
    ...hint,
    '',
    ...printTotals(target.totals, pen),
  ];
  return [printHead(target, pen), ...blocks, foot].map((block) => block.join('\n')).join('\n\n');
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
    .map(safeText);
  const subject = safeText(target.subject);
  const line = `${subject}  ${joinParts(facts, pen)}`;
  const head =
    widthOf(line) <= pen.columns
      ? [pen.paint('bold', subject) + line.slice(subject.length)]
      : [
          ...wrapLines(subject, 0, pen).map((part) => pen.paint('bold', part)),
          ...wrapLines(joinParts(facts, pen), 2, pen),
        ];
  const took = `${target.outcomes.length} checks in ${(target.durationMs / 1000).toFixed(2)} s`;
  return [
    ...head,
    ...wrapWithRemark(`judged as ${joinParts([level, exposure, ...frameworks], pen)}`, took, 0, pen),
  ];
}

function printFinding(outcome: Outcome, pen: Pen): readonly string[] {
  const mark = outcome.baseline === 'new' ? ' (new)' : '';
  const shown = outcome.evidence.slice(0, EVIDENCE_MAX);
  const steps = outcome.fix.filter(({ kind }) => kind !== 'keep');
  const fixes = steps.slice(0, FIXES_MAX);
  const more = outcome.evidence.length - shown.length;
  const moreFixes = steps.length - fixes.length;
  return [
    ...printHeadLine(
      'fail',
      outcome.severity.toUpperCase(),
      outcome.severity,
      outcome.checkId,
      outcome.title + mark,
      pen,
    ),
    ...shown.flatMap((item, index) =>
      wrapWithRemark(safeText(item.text), printNewFrom(item, shown[index - 1]), INDENT, pen),
    ),
    ...(more > 0 ? wrapLines(`and ${more} more: -o json shows all`, INDENT, pen) : []),
    ...(outcome.risk === undefined ? [] : wrapLines(safeText(outcome.risk), INDENT, pen)),
    ...(outcome.severityBecause === undefined
      ? []
      : wrapLines(`${outcome.severity} because ${safeText(outcome.severityBecause)}`, INDENT, pen)),
    ...fixes.flatMap((change) => wrapLines(`fix: ${safeText(printChange(change))}`, INDENT, pen, 5)),
    ...(moreFixes > 0 ? wrapLines(`and ${moreFixes} more steps: -o json shows all`, INDENT, pen) : []),
  ];
}

/** What makes the fixes last is the same for all of them: said once, below. */
function printKeep(findings: readonly Outcome[], pen: Pen): readonly string[] {
  const kept = findings.flatMap((outcome) => outcome.fix.filter(({ kind }) => kind === 'keep'));
  return [...new Set(kept.map(printChange))].flatMap((line) =>
    wrapLines(`after the fixes above: ${safeText(line)}`, 0, pen, 2),
  );
}

/** Where it was seen, unless the line before says the same. */
function printNewFrom(item: Evidence, before: Evidence | undefined): string {
  const from = item.from === undefined ? '' : safeText(printFrom(item.from));
  return before?.from !== undefined && safeText(printFrom(before.from)) === from ? '' : from;
}

/** Outcomes with the same reason are one block, so that an audit of files does not drown in what only a live server shows. */
function printOpen(outcomes: readonly Outcome[], word: string, pen: Pen): readonly (readonly string[])[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const reason = [outcome.why, outcome.look].filter((part) => part !== undefined && part !== '').join('; ');
    const group = groups.get(reason);
    if (group === undefined) groups.set(reason, [outcome]);
    else group.push(outcome);
  }
  return [...groups].map(([reason, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    const head =
      group.length === 1
        ? printHeadLine('open', word, 'open', first.checkId, first.title, pen)
        : printHeadLine('open', word, 'open', '', group.map((outcome) => outcome.checkId).join(' '), pen);
    return [...head, ...wrapLines(safeText(reason), INDENT, pen)];
  });
}

function printQuiet(outcome: Outcome, word: string, kind: Sign, pen: Pen): readonly string[] {
  const why =
    outcome.waiver === undefined
      ? (outcome.why ?? outcome.evidence[0]?.text ?? '')
      : printWaiver(outcome.waiver);
  const style = kind === 'good' ? 'good' : 'dim';
  return [
    ...printHeadLine(kind, word, style, outcome.checkId, outcome.title, pen),
    ...(why === '' ? [] : wrapLines(safeText(why), INDENT, pen)),
  ];
}

function printTotals(totals: Totals, pen: Pen): readonly string[] {
  const counted = SEVERITIES.filter((severity) => totals.failBySeverity[severity] > 0);
  const findings = counted.map((severity) =>
    pen.paint(severity, `${totals.failBySeverity[severity]} ${severity}`),
  );
  const found = findings.length === 0 ? pen.paint('good', 'no findings') : joinParts(findings, pen);
  const others = joinParts(
    [
      `${totals.pass} pass`,
      `${totals.notApplicable} not applicable`,
      `${totals.unknown} unknown`,
      `${totals.manual} by hand`,
      `${totals.waived} waived`,
    ],
    pen,
  );
  const line = `${found}    ${others}`;
  return widthOf(line) <= pen.columns ? [line] : [found, ...wrapLines(others, 0, pen)];
}

function printSum(assessment: Assessment, pen: Pen): string {
  const count = assessment.targets.length;
  const missing = assessment.unreachable.length;
  const head = `${count} ${count === 1 ? 'server' : 'servers'}${missing === 0 ? '' : `, ${missing} not assessed`}`;
  const sum = assessment.totals.all === 0 ? ['nothing was assessed'] : printTotals(assessment.totals, pen);
  return [pen.paint('bold', head), ...sum].join('\n');
}
