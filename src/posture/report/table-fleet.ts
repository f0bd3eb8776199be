/**
 * Many servers in a terminal: each finding once, with the servers that have it, then the servers that are worst off.
 * Nobody reads a thousand reports one after the other; `--show-all` still prints them.
 */

import { printChange } from '../../policy/index.ts';
import { SEVERITIES, type Severity } from '../check.ts';
import type { Assessment, Outcome, TargetAssessment } from '../outcome.ts';
import { printFrom } from './provenance.ts';
import { printHeadLine, wrapLines, wrapWithRemark, type Pen } from './table-pen.ts';
import { cutTo, padTo, safeText, widthOf } from '../../text/index.ts';

/** Servers named beside a finding; the rest is counted. */
const NAMES_MAX = 4;
const SERVERS_MAX = 20;
const INDENT = 12;
const NAME_COLUMNS_MAX = 40;

/** Blocks of lines: findings, what was not answered, then the servers. */
export function printFleet(assessment: Assessment, pen: Pen): readonly (readonly string[])[] {
  const outcomes = assessment.targets.flatMap((target) => target.outcomes);
  const count = assessment.targets.length;
  const findings = [...groupBy(outcomes.filter((outcome) => outcome.status === 'fail')).values()].toSorted(
    (a, b) => rankOf(a) - rankOf(b) || b.length - a.length,
  );
  const open = outcomes.filter((outcome) => outcome.status === 'unknown' || outcome.status === 'manual');
  const waived = outcomes.filter((outcome) => outcome.status === 'waived');
  return [
    ...findings.map((group) => printFinding(group, count, pen)),
    ...[...groupBy(open).values()].map((group) => printOpen(group, count, pen)),
    ...[...groupBy(waived).values()].map((group) => printWaived(group, count, pen)),
    printFixed(assessment, pen),
    printServers(assessment.targets, pen),
  ].filter((block) => block.length > 0);
}

function printFinding(group: readonly Outcome[], count: number, pen: Pen): readonly string[] {
  const worst = group.find((outcome) => rankOf([outcome]) === rankOf(group));
  if (worst === undefined) return [];
  const [item] = worst.evidence;
  const [change] = worst.fix;
  const word = worst.severity.toUpperCase();
  return [
    ...printHeadLine('fail', word, worst.severity, worst.checkId, worst.title, pen),
    ...(item === undefined
      ? []
      : wrapWithRemark(
          safeText(item.text),
          item.from === undefined ? '' : safeText(printFrom(item.from)),
          INDENT,
          pen,
        )),
    ...printWhere(group, count, pen),
    ...(change === undefined ? [] : wrapLines(`fix: ${safeText(printChange(change))}`, INDENT, pen, 5)),
  ];
}

function printOpen(group: readonly Outcome[], count: number, pen: Pen): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const reason = [first.why, first.look].filter((part) => part !== undefined && part !== '').join('; ');
  const word = first.status === 'manual' ? 'BY HAND' : 'UNKNOWN';
  return [
    ...printHeadLine('open', word, 'open', first.checkId, first.title, pen),
    ...wrapLines(safeText(reason), INDENT, pen),
    ...printWhere(group, count, pen),
  ];
}

function printWaived(group: readonly Outcome[], count: number, pen: Pen): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  return [
    ...printHeadLine('quiet', 'WAIVED', 'dim', first.checkId, first.title, pen),
    ...printWhere(group, count, pen),
  ];
}

function printFixed(assessment: Assessment, pen: Pen): readonly string[] {
  const fixed = assessment.targets.reduce((sum, target) => sum + target.fixed.length, 0);
  if (fixed === 0) return [];
  const title = `${fixed} findings of the baseline are gone: -o json shows them`;
  return printHeadLine('good', 'FIXED', 'good', '', title, pen);
}

/** `on 998 of 1000 servers: cache-1, cache-2 and 996 more`. */
function printWhere(group: readonly Outcome[], count: number, pen: Pen): readonly string[] {
  const names = group.slice(0, NAMES_MAX).map((outcome) => safeText(outcome.subject));
  const more = group.length - names.length;
  const tail = more > 0 ? ` and ${more} more` : '';
  return wrapLines(`on ${group.length} of ${count} servers: ${names.join(', ')}${tail}`, INDENT, pen);
}

function printServers(targets: readonly TargetAssessment[], pen: Pen): readonly string[] {
  const worst = targets.toSorted((a, b) => compareCounts(a, b)).slice(0, SERVERS_MAX);
  const names = worst.map(
    (target) => wrapLines(cutTo(safeText(target.subject), NAME_COLUMNS_MAX, '...'), 0, pen)[0] ?? '',
  );
  const columns = Math.min(NAME_COLUMNS_MAX, Math.max(6, ...names.map(widthOf)));
  const head = `${'server'.padEnd(columns)}  crit  high  med  low  passed/judged`;
  const rows = worst.map((target, index) => {
    const { failBySeverity: by, pass, fail } = target.totals;
    const cell = (severity: Severity, width: number) =>
      by[severity] === 0 ? '-'.padStart(width) : pen.paint(severity, String(by[severity]).padStart(width));
    const name = padTo(cutTo(names[index] ?? '', columns, '...'), columns);
    return `${name}  ${cell('critical', 4)}  ${cell('high', 4)}  ${cell('medium', 3)}  ${cell('low', 3)}  ${pass}/${pass + fail}`;
  });
  const more = targets.length - worst.length;
  return [
    pen.paint('bold', head),
    ...rows,
    ...(more > 0 ? [`and ${more} more: -o csv or -o html show all`] : []),
  ];
}

function groupBy(outcomes: readonly Outcome[]): ReadonlyMap<string, readonly Outcome[]> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const key = `${outcome.checkId} ${outcome.status}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [outcome]);
    else group.push(outcome);
  }
  return groups;
}

function rankOf(group: readonly Outcome[]): number {
  let rank: number = SEVERITIES.length;
  for (const outcome of group) rank = Math.min(rank, SEVERITIES.indexOf(outcome.severity));
  return rank;
}

function compareCounts(a: TargetAssessment, b: TargetAssessment): number {
  for (const severity of SEVERITIES) {
    const difference = b.totals.failBySeverity[severity] - a.totals.failBySeverity[severity];
    if (difference !== 0) return difference;
  }
  return 0;
}
