/** SARIF 2.1.0 of `wardis acl lint`, for code scanning: a result for every finding, exact fixes as replacements. */

import type { LintRule, LintSeverity } from '../../acl/index.ts';
import { readVersion } from '../version.ts';
import { mergeServers, type MergedFile, type MergedFinding } from './lint-merge.ts';
import type { LintResult, PlacedFix } from './lint-result.ts';
import { safeText } from '../../text/index.ts';

/** Code scanning refuses more than 25,000 results of a run. */
const RESULTS_MAX = 25_000;

const LEVEL: Readonly<Record<LintSeverity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** Scores that code scanning sorts by. */
const SCORE: Readonly<Record<LintSeverity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.5',
};

export function printLintSarif(
  results: readonly LintResult[],
  options: { readonly rules: readonly LintRule[]; readonly baseDirectory: string },
): string {
  const version = readVersion();
  const index = new Map(options.rules.map((rule, i) => [rule.id, i]));
  const files = mergeServers(results);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'wardis', semanticVersion: version, version, rules: options.rules.map(printRule) },
        },
        automationDetails: { id: 'wardis/acl-lint/' },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: files.flatMap(notStarting) }],
        results: files
          .flatMap((file) =>
            file.findings.map((finding) => printResult(finding, file, index, options.baseDirectory)),
          )
          .slice(0, RESULTS_MAX),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function printRule(rule: LintRule): object {
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|[-.])(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.rationale },
    help: {
      text: `${rule.rationale}\n\nHow to mend it: ${rule.fix}`,
      markdown: `${rule.rationale}\n\n**How to mend it.** ${rule.fix}`,
    },
    defaultConfiguration: { level: LEVEL[rule.severity] },
    properties: { tags: ['security', 'acl'], 'security-severity': SCORE[rule.severity], precision: 'high' },
  };
}

function printResult(
  finding: MergedFinding,
  file: MergedFile,
  index: ReadonlyMap<string, number>,
  baseDirectory: string,
): object {
  const uri = uriOf(file, baseDirectory);
  const ruleIndex = index.get(finding.rule);
  const lines = [
    finding.message,
    ...(finding.evidence === undefined ? [] : [finding.evidence]),
    ...(finding.fix === undefined ? [] : [`fix: ${finding.fix.words}`]),
    ...(finding.servers.length === file.servers.length ? [] : [`on ${finding.servers.join(', ')}`]),
  ];
  const { region } = finding;
  const owner = finding.user === undefined ? file.path : `${file.path}/${finding.user}`;
  return {
    ruleId: finding.rule,
    ...(ruleIndex !== undefined && { ruleIndex }),
    level: LEVEL[finding.severity],
    message: { text: lines.map((line) => escape(safeText(line))).join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          region:
            region === undefined
              ? { startLine: Math.max(1, finding.line ?? 1) }
              : {
                  startLine: region.line,
                  startColumn: region.column,
                  endLine: region.endLine,
                  endColumn: region.endColumn,
                },
        },
        logicalLocations: [{ fullyQualifiedName: safeText(owner), kind: 'resource' }],
      },
    ],
    // The place moves with every edit; the rule, the user and the word do not.
    partialFingerprints: {
      'wardis/acl/v1': safeText([finding.rule, finding.user ?? '', finding.token ?? ''].join('/')),
    },
    ...fixes(finding.fix, uri),
    properties: { 'security-severity': SCORE[finding.severity], servers: finding.servers },
  };
}

function fixes(fix: PlacedFix | undefined, uri: string): object {
  if (fix === undefined || fix.edits.length === 0) return {};
  return {
    fixes: [
      {
        description: { text: escape(safeText(fix.words)) },
        artifactChanges: [
          {
            artifactLocation: { uri },
            replacements: fix.edits.map(({ line, column, endLine, endColumn, text }) => ({
              deletedRegion: { startLine: line, startColumn: column, endLine, endColumn },
              insertedContent: { text },
            })),
          },
        ],
      },
    ],
  };
}

function notStarting(file: MergedFile): readonly object[] {
  return file.verdicts
    .filter(({ verdict }) => !verdict.starts)
    .map(({ servers, verdict }) => ({
      level: 'error',
      message: {
        text: escape(
          safeText(
            `${file.path} does not start ${servers.join(', ')}: ${verdict.refusal ?? 'the server crashes'}`,
          ),
        ),
      },
    }));
}

/** Relative to the base directory where it is inside of it, as code scanning needs. */
function uriOf(file: MergedFile, baseDirectory: string): string {
  const { path, kind } = file;
  if (kind === 'live' || kind === 'rules') return `servers/${encodeURIComponent(path)}`;
  const inside = path.startsWith(`${baseDirectory}/`) ? path.slice(baseDirectory.length + 1) : path;
  const encoded = inside
    .replace(/\p{Cs}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return encoded.startsWith('/') ? `file://${encoded}` : encoded.replace(/^(?:\.\/)+/, '');
}

/** In a message `{0}` is a placeholder and `[text](1)` a link; rules may look like both. */
function escape(text: string): string {
  return text.replace(/\{(\d+)\}/g, '{{$1}}').replace(/\[(?=[^\]]*\]\()/g, '\\[');
}
