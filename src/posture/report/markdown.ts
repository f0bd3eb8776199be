/** Markdown for a CI summary: the verdict and totals first, then findings by severity, long lists folded. */

import { printChange } from '../../policy/index.ts';
import { SEVERITIES } from '../check.ts';
import type { Assessment, Outcome, TargetAssessment, Totals } from '../outcome.ts';
import { countAreas, sortFindings } from './area-count.ts';
import { codeInTable, codeSpan, plainText } from './markdown-text.ts';
import type { ReportOptions } from './report.ts';
import { printVerdict } from './verdict-text.ts';
import { printWaiver } from './waiver-text.ts';

/** A summary on GitHub may hold 1 MiB; servers beyond this are named only. */
const SUMMARY_CHARS_MAX = 900_000;
const ITEMS_MAX = 4;

export function printMarkdown(assessment: Assessment, options: ReportOptions): string {
  const sections: string[] = [];
  const left: string[] = [];
  let chars = 0;
  for (const target of assessment.targets) {
    const section = printTarget(target, options);
    chars += section.length;
    if (chars <= SUMMARY_CHARS_MAX) sections.push(section);
    else left.push(`- ${codeSpan(target.subject)}: ${target.totals.fail} findings`);
  }
  const unreachable = assessment.unreachable.map(
    ({ subject, code, message, next }) =>
      `- **not assessed** ${codeSpan(subject)}: ${plainText(`${code} ${message}`)}. Next: ${codeSpan(next)}`,
  );
  const notes = assessment.notes.map((note) => `- ${plainText(note)}`);
  return `${[
    '# Redis and Valkey posture',
    plainText(printVerdict(assessment)),
    ...(assessment.targets.length > 1 ? [printFleet(assessment)] : []),
    ...(unreachable.length === 0 ? [] : ['## Not assessed', unreachable.join('\n')]),
    ...(notes.length === 0 ? [] : ['## Notes', notes.join('\n')]),
    ...sections,
    ...(left.length === 0 ? [] : ['## Left out, for the summary would be too long', left.join('\n')]),
    `Advisories as of ${assessment.advisoriesAsOf}. wardis ${plainText(assessment.tool.version)}, ${assessment.generatedAt}.`,
  ].join('\n\n')}\n`;
}

function printTarget(target: TargetAssessment, options: ReportOptions): string {
  const findings = sortFindings(target.outcomes);
  const of = (status: Outcome['status']) => target.outcomes.filter((outcome) => outcome.status === status);
  const { level, exposure, frameworks } = target.request;
  const fixed = target.fixed.map((gone) => `- ${gone.checkId} ${plainText(gone.title)}`);
  return [
    `## ${codeSpan(target.subject)}`,
    plainText(
      [
        target.server,
        target.mode,
        target.login,
        `judged as ${[level, exposure, ...frameworks].join(', ')}`,
      ].join(', '),
    ),
    `${COUNT_HEAD}\n| ${printCounts(target.totals)} |`,
    ...printAreas(target.outcomes),
    ...(findings.length === 0 ? ['No findings.'] : [printFindings(findings)]),
    ...fold('Not answered', [...of('unknown'), ...of('manual')], (outcome) =>
      [outcome.why, outcome.look].filter(Boolean).join('; '),
    ),
    ...fold('Waived', of('waived'), (outcome) =>
      outcome.waiver === undefined ? '' : printWaiver(outcome.waiver),
    ),
    ...(fixed.length === 0 ? [] : [`Fixed since the baseline: ${fixed.length}`, fixed.join('\n')]),
    ...(options.detail === 'all'
      ? [
          ...fold('Passed', of('pass'), (outcome) => outcome.evidence[0]?.text ?? ''),
          ...fold('Not applicable', of('not-applicable'), (outcome) => outcome.why ?? ''),
        ]
      : []),
  ].join('\n\n');
}

const COUNT_HEAD =
  '| critical | high | medium | low | info | pass | not applicable | unknown | by hand | waived |\n|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|';

function printCounts(totals: Totals): string {
  return [
    ...SEVERITIES.map((severity) => totals.failBySeverity[severity]),
    totals.pass,
    totals.notApplicable,
    totals.unknown,
    totals.manual,
    totals.waived,
  ].join(' | ');
}

function printFleet(assessment: Assessment): string {
  const rows = assessment.targets.map(
    (target) => `| ${codeInTable(target.subject)} | ${printCounts(target.totals)} |`,
  );
  const [head = '', line = ''] = COUNT_HEAD.split('\n');
  return `| server ${head}\n|--${line}\n${rows.join('\n')}\n| **all** | ${printCounts(assessment.totals)} |`;
}

function printAreas(outcomes: readonly Outcome[]): readonly string[] {
  const rows = countAreas(outcomes).map(
    (row) => `| ${row.area} | ${row.pass} of ${row.pass + row.fail} | ${row.open} | ${row.waived} |`,
  );
  if (rows.length === 0) return [];
  const table = `| area | passed of judged | not answered | waived |\n|--|--:|--:|--:|\n${rows.join('\n')}`;
  return [`<details><summary>By area</summary>\n\n${table}\n\n</details>`];
}

function printFindings(findings: readonly Outcome[]): string {
  const rows = findings.map((outcome) => {
    const seen = list(outcome.evidence.map((item) => item.text));
    const fix = list(outcome.fix.map(printChange));
    const mark = outcome.baseline === 'new' ? ' (new)' : '';
    return `| ${outcome.severity} | ${outcome.checkId} | ${plainText(outcome.title)}${mark} | ${seen} | ${fix} |`;
  });
  return `| severity | check | finding | seen | fix |\n|--|--|--|--|--|\n${rows.join('\n')}`;
}

function list(texts: readonly string[]): string {
  const shown = texts.slice(0, ITEMS_MAX).map(codeInTable);
  const more = texts.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>');
}

function fold(
  title: string,
  outcomes: readonly Outcome[],
  why: (outcome: Outcome) => string,
): readonly string[] {
  if (outcomes.length === 0) return [];
  const lines = outcomes.map(
    (outcome) => `- ${outcome.checkId} ${plainText(outcome.title)}: ${plainText(why(outcome))}`,
  );
  return [`<details><summary>${title}: ${outcomes.length}</summary>\n\n${lines.join('\n')}\n\n</details>`];
}
