/** The answers of `wardis acl lint` in every format, and the one for a terminal. */

import { LINT_SEVERITIES, type LintRule, type LintSeverity } from '../../acl/index.ts';
import type { Look } from '../terminal.ts';
import { printLintJson } from './lint-json.ts';
import { printLintJunit } from './lint-junit.ts';
import { printLintMarkdown } from './lint-markdown.ts';
import { groupFindings, type FoldedFinding } from './lint-fold.ts';
import { mergeServers, type MergedFile } from './lint-merge.ts';
import type { LintResult } from './lint-result.ts';
import { printLintSarif } from './lint-sarif.ts';
import { foldText, safeText } from '../../text/index.ts';

export const LINT_FORMATS = ['table', 'json', 'sarif', 'junit', 'markdown'] as const;
export type LintFormat = (typeof LINT_FORMATS)[number];

export interface LintReportOptions {
  readonly rules: readonly LintRule[];
  /** What the terminal shows; absent for a file. */
  readonly look: Look | undefined;
  readonly failOn: LintSeverity | undefined;
  readonly baseDirectory: string;
}

/** All results in one format. */
export function renderLint(
  format: LintFormat,
  results: readonly LintResult[],
  options: LintReportOptions,
): string {
  switch (format) {
    case 'table':
      return printTable(results, options);
    case 'json':
      return printLintJson(results);
    case 'sarif':
      return printLintSarif(results, options);
    case 'junit':
      return printLintJunit(results, options.failOn);
    case 'markdown':
      return printLintMarkdown(mergeServers(results));
  }
}

/** `2 high · 1 info`, worst first. */
function countSeverities(findings: readonly { readonly severity: LintSeverity }[]): readonly string[] {
  return LINT_SEVERITIES.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? '' : `${count} ${severity}`;
  }).filter((part) => part !== '');
}

/** Findings of one file that are shown; the rest is counted. */
const FINDINGS_SHOWN_MAX = 500;
/** Users of a folded finding that are named. */
const USERS_NAMED_MAX = 5;
const REFUSAL_CHARS_MAX = 300;
/** Sign, word and place before the id of a finding. */
const INDENT = 12;

const CODES: Readonly<Record<LintSeverity | 'bold' | 'dim' | 'good', string>> = {
  critical: '1;31',
  high: '31',
  medium: '33',
  low: '36',
  info: '34',
  bold: '1',
  dim: '2',
  good: '32',
};

interface Pen {
  readonly columns: number;
  readonly unicode: boolean;
  readonly paint: (style: keyof typeof CODES, text: string) => string;
}

function printTable(results: readonly LintResult[], options: LintReportOptions): string {
  const { look } = options;
  const pen: Pen = {
    columns: look?.columns ?? Number.POSITIVE_INFINITY,
    unicode: look?.unicode ?? true,
    paint: (style, text) => (look?.colour === true ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text),
  };
  const files = mergeServers(results);
  const blocks = files.map((file) => printFile(file, pen));
  const all = files.flatMap(({ findings }) => findings);
  const sum = countSeverities(all);
  const first = all.toSorted((a, b) => rank(a) - rank(b))[0];
  const fixable = files.reduce((total, file) => total + file.fixable, 0);
  const foot = [
    sum.length === 0 ? pen.paint('good', 'nothing found') : sum.join(pen.unicode ? ' · ' : ', '),
    ...(fixable === 0 ? [] : [`${fixable} fixable by --fix`]),
    ...(first === undefined ? [] : [pen.paint('dim', `why: wardis explain ${first.rule}`)]),
  ].join('    ');
  return `${[...blocks, foot].join('\n\n')}\n`;
}

function printFile(file: MergedFile, pen: Pen): string {
  const facts = [
    file.kind === 'rules' ? '' : `${file.users} user${file.users === 1 ? '' : 's'}`,
    ...(file.kind === 'live' ? file.servers : []),
  ];
  const head = [pen.paint('bold', safeText(file.path)), ...facts.filter((fact) => fact !== '')].join('  ');
  const verdicts = printVerdicts(file, pen);
  const lines = [head, ...verdicts, ...file.notes.map((note) => pen.paint('dim', `note: ${note}`))];
  let left = FINDINGS_SHOWN_MAX;
  let more = 0;
  for (const { heading, findings } of groupFindings(file)) {
    const shown = findings.slice(0, left);
    left -= shown.length;
    more += findings.length - shown.length;
    if (shown.length > 0) lines.push('', pen.paint('bold', safeText(heading)));
    for (const each of shown) lines.push(...printFinding(each, file, pen));
  }
  if (more > 0) lines.push('', `and ${more} more: -o json shows all`);
  return lines.join('\n');
}

function printVerdicts(file: MergedFile, pen: Pen): readonly string[] {
  const [good, bad] = pen.unicode ? ['✓', '✗'] : ['+', 'x'];
  const takes = file.kind === 'rules' || file.kind === 'script';
  return file.verdicts.flatMap(({ verdict, servers }) => {
    const where = servers.join(', ');
    if (verdict.starts) {
      return [`${pen.paint('good', good)} ${takes ? 'accepted by' : 'starts on'} ${where}`];
    }
    const what = verdict.crash === true ? 'crashes' : takes ? 'refused by' : 'does not start on';
    const said = safeText(verdict.refusal ?? '');
    const cut = said.length > REFUSAL_CHARS_MAX ? `${said.slice(0, REFUSAL_CHARS_MAX)}…` : said;
    return [
      `${pen.paint('critical', `${bad} ${what}`)} ${where}`,
      ...(cut === '' ? [] : [pen.paint('dim', foldText(cut, pen.columns, '  '))]),
    ];
  });
}

function printFinding({ finding, users }: FoldedFinding, file: MergedFile, pen: Pen): readonly string[] {
  const { severity } = finding;
  const sign = rank(finding) < 2 ? (pen.unicode ? '✗' : 'x') : pen.unicode ? '·' : '-';
  const label = `${sign} ${severity.toUpperCase()}`.padEnd(INDENT - 1);
  const place =
    users !== undefined
      ? `${users.length} users`
      : finding.region === undefined
        ? finding.line === undefined
          ? ''
          : `${finding.line}`
        : `${finding.region.line}:${finding.region.column}`;
  const only =
    finding.servers.length === file.servers.length
      ? ''
      : `  ${pen.paint('dim', `(${finding.servers.join(', ')})`)}`;
  const text = (prose: string): string => foldText(safeText(prose), pen.columns, ' '.repeat(INDENT));
  // What is worth knowing only needs no advice, unless it is exact.
  const advised = severity !== 'info' || (finding.fix?.edits.length ?? 0) > 0;
  const fix = finding.fix === undefined || !advised ? [] : [text(`fix: ${finding.fix.words}`)];
  const whose =
    users === undefined
      ? []
      : [
          text(
            `${users.slice(0, USERS_NAMED_MAX).join(', ')}${users.length > USERS_NAMED_MAX ? ` and ${users.length - USERS_NAMED_MAX} more` : ''}; the first of them:`,
          ),
        ];
  const seen = finding.evidence === undefined ? [] : [text(finding.evidence)];
  return [
    `${pen.paint(severity, label)} ${place === '' ? '' : `${place.padEnd(7)} `}${pen.paint('bold', finding.rule)}${only}`,
    ...whose,
    text(finding.message),
    ...seen,
    ...fix,
  ];
}

function rank({ severity }: { readonly severity: LintSeverity }): number {
  return LINT_SEVERITIES.indexOf(severity);
}
