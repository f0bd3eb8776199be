/** Two assessments side by side: what was wrong, what is gone, what is left, by area and by finding. */

import { AREAS, SEVERITIES, type Outcome, type TargetAssessment } from '../../posture/index.ts';
import type { Look } from '../terminal.ts';

/** Findings listed by name; the rest is counted. */
const FINDINGS_MAX = 14;
const BAR_CELLS = 10;

/** The comparison as lines for a terminal of 80 columns. */
export function printComparison(before: TargetAssessment, after: TargetAssessment, look: Look): string {
  const paint = (code: string, text: string) => (look.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const heads = ['area', 'before', 'after'];
  const rows = AREAS.map((area) => {
    const left = countOf(before.outcomes, area);
    const right = countOf(after.outcomes, area);
    if (left.judged + right.judged === 0) return '';
    return `  ${area.padEnd(16)}${cell(left, look)}   ${cell(right, look)}`;
  }).filter((row) => row !== '');
  const failed = before.outcomes.filter((outcome) => outcome.status === 'fail').sort(bySeverity);
  const now = new Map(after.outcomes.map((outcome) => [outcome.checkId, outcome]));
  const list = failed.slice(0, FINDINGS_MAX).map((outcome) => {
    const { status, severity } = now.get(outcome.checkId) ?? {
      status: 'not-applicable',
      severity: outcome.severity,
    };
    const word =
      status === 'fail'
        ? paint('31', severity === outcome.severity ? 'still there' : `now ${severity}`)
        : paint('32', status === 'pass' ? 'gone' : status.replace('-', ' '));
    return `  ${outcome.severity.toUpperCase().padEnd(9)}${outcome.checkId.padEnd(9)}${cut(outcome.title, 46).padEnd(47)}${word}`;
  });
  const more = failed.length - list.length;
  const fresh = after.outcomes.filter(
    (outcome) => outcome.status === 'fail' && !failed.some((old) => old.checkId === outcome.checkId),
  );
  return [
    paint('1', `  ${heads[0]?.padEnd(16)}${heads[1]?.padEnd(27)}${heads[2]}`),
    ...rows,
    '',
    paint('1', '  what was found, and what became of it'),
    ...list,
    ...(more > 0 ? [`  … and ${more} more`] : []),
    ...fresh.map(
      (outcome) =>
        `  ${outcome.severity.toUpperCase().padEnd(9)}${outcome.checkId.padEnd(9)}${cut(outcome.title, 46).padEnd(47)}${paint('31', 'new')}`,
    ),
    ...(after.outcomes.some((outcome) => outcome.area === 'version' && outcome.status === 'fail')
      ? ['', '  what stays in the area version is mended by an upgrade, by no configuration']
      : []),
    '',
    `  before  ${sum(before)}`,
    `  after   ${sum(after)}`,
  ].join('\n');
}

/** Findings shown with their evidence before the hardening; the comparison lists the others. */
const WORST_MAX = 4;

/** The worst findings of the first audit, each with what was seen, and the sum. */
export function printWorst(target: TargetAssessment, look: Look): string {
  const paint = (code: string, text: string) => (look.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const failed = target.outcomes.filter((outcome) => outcome.status === 'fail').sort(bySeverity);
  const sign = look.unicode ? '✗' : 'x';
  const lines = failed
    .slice(0, WORST_MAX)
    .flatMap((outcome) => [
      `   ${paint('31', `${sign} ${outcome.severity.toUpperCase().padEnd(8)}`)}  ${outcome.checkId.padEnd(9)}${outcome.title}`,
      ...outcome.evidence.slice(0, 1).map((item) => `               ${cut(item.text, 64)}`),
    ]);
  return [...lines, `   ${sum(target)}`].join('\n');
}

interface AreaCount {
  readonly passed: number;
  readonly judged: number;
}

function countOf(outcomes: readonly Outcome[], area: string): AreaCount {
  const own = outcomes.filter((outcome) => outcome.area === area);
  const passed = own.filter((outcome) => outcome.status === 'pass').length;
  return { passed, judged: passed + own.filter((outcome) => outcome.status === 'fail').length };
}

function cell({ passed, judged }: AreaCount, look: Look): string {
  if (judged === 0) return 'nothing to judge'.padEnd(24);
  const [on, off] = look.unicode ? ['█', '░'] : ['#', '.'];
  const full = Math.floor((passed / judged) * BAR_CELLS);
  return `${on.repeat(full)}${off.repeat(BAR_CELLS - full)} ${`${passed}/${judged} pass`.padEnd(13)}`;
}

function sum(target: TargetAssessment): string {
  const { totals } = target;
  const findings = SEVERITIES.filter((severity) => totals.failBySeverity[severity] > 0)
    .map((severity) => `${totals.failBySeverity[severity]} ${severity}`)
    .join(', ');
  return `${findings === '' ? 'no findings' : findings}; ${totals.pass} pass, ${totals.unknown} unknown, ${totals.manual} by hand`;
}

function bySeverity(a: Outcome, b: Outcome): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
