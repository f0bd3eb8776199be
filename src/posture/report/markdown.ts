/** Markdown for a CI summary: totals first, then findings by severity, long lists folded. */

import { printChange } from '../../policy/index.ts';
import { SEVERITIES } from '../check.ts';
import type { Assessment, Outcome, TargetAssessment } from '../outcome.ts';
import type { ReportOptions } from './report.ts';
import { safeText } from './safe-text.ts';

export function printMarkdown(assessment: Assessment, options: ReportOptions): string {
  const targets = assessment.targets.map((target) => printTarget(target, options));
  const unreachable = assessment.unreachable.map(
    ({ subject, code, message }) => `- **not assessed** ${inline(subject)}: ${escape(`${code} ${message}`)}`,
  );
  const notes = assessment.notes.map((note) => `- ${escape(note)}`);
  return `${[
    '# Redis and Valkey posture',
    ...targets,
    ...(unreachable.length === 0 ? [] : ['## Not assessed', unreachable.join('\n')]),
    ...(notes.length === 0 ? [] : ['## Notes', notes.join('\n')]),
    `Advisories as of ${assessment.advisoriesAsOf}. wardis ${assessment.tool.version}, ${assessment.generatedAt}.`,
  ].join('\n\n')}\n`;
}

function printTarget(target: TargetAssessment, options: ReportOptions): string {
  const { totals } = target;
  const counts = SEVERITIES.map((severity) => totals.failBySeverity[severity]).join(' | ');
  const findings = target.outcomes
    .filter((outcome) => outcome.status === 'fail')
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const open = target.outcomes.filter(
    (outcome) => outcome.status === 'unknown' || outcome.status === 'manual',
  );
  const waived = target.outcomes.filter((outcome) => outcome.status === 'waived');
  const passed =
    options.detail === 'all' ? target.outcomes.filter((outcome) => outcome.status === 'pass') : [];
  return [
    `## ${inline(target.subject)}`,
    `${escape(target.server)}, ${escape(target.mode)}, judged as ${[target.request.level, target.request.exposure, ...target.request.frameworks].join(', ')}`,
    `| critical | high | medium | low | info | pass | not applicable | unknown | by hand | waived |\n|--|--|--|--|--|--|--|--|--|--|\n| ${counts} | ${totals.pass} | ${totals.notApplicable} | ${totals.unknown} | ${totals.manual} | ${totals.waived} |`,
    ...(findings.length === 0 ? ['No findings.'] : [table(findings)]),
    ...fold('Not answered', open, (outcome) => [outcome.why, outcome.look].filter(Boolean).join('; ')),
    ...fold('Waived', waived, (outcome) =>
      outcome.waiver === undefined
        ? ''
        : `${outcome.waiver.reason} (${outcome.waiver.owner}, until ${outcome.waiver.expires})`,
    ),
    ...fold('Passed', passed, (outcome) => outcome.evidence[0]?.text ?? ''),
  ].join('\n\n');
}

function table(findings: readonly Outcome[]): string {
  const rows = findings.map((outcome) => {
    const seen = outcome.evidence.map((item) => inline(item.text)).join('<br>');
    const fix = outcome.fix.map((change) => inline(printChange(change))).join('<br>');
    const mark = outcome.baseline === 'new' ? ' (new)' : '';
    return `| ${outcome.severity} | ${outcome.checkId} | ${escape(outcome.title)}${mark} | ${seen} | ${fix} |`;
  });
  return `| severity | check | finding | seen | fix |\n|--|--|--|--|--|\n${rows.join('\n')}`;
}

function fold(
  title: string,
  outcomes: readonly Outcome[],
  why: (outcome: Outcome) => string,
): readonly string[] {
  if (outcomes.length === 0) return [];
  const lines = outcomes.map(
    (outcome) => `- ${outcome.checkId} ${escape(outcome.title)}: ${escape(why(outcome))}`,
  );
  return [`<details><summary>${title}: ${outcomes.length}</summary>\n\n${lines.join('\n')}\n\n</details>`];
}

/** As code, so that rules keep their signs; a backtick inside lengthens the fence. */
function inline(text: string): string {
  const safe = safeText(text).replaceAll('|', '\\|');
  const fence = safe.includes('`') ? '``' : '`';
  const pad = fence === '``' ? ' ' : '';
  return `${fence}${pad}${safe}${pad}${fence}`;
}

function escape(text: string): string {
  return safeText(text).replace(/[\\`*_{}[\]<>|#]/g, '\\$&');
}
