/**
 * SARIF 2.1.0 for code scanning. Rules and fingerprints are stable, waivers are suppressions and never dropped
 * results, the baseline is `baselineState`, and what could not be answered is a notification, not a result.
 */

import { printChange } from '../../policy/index.ts';
import type { Check, Severity } from '../check.ts';
import { SEVERITIES } from '../check.ts';
import type { Assessment, Outcome } from '../outcome.ts';
import type { ReportOptions } from './report.ts';
import { indented } from './json.ts';
import { locateOutcome } from './sarif-location.ts';
import { printWaiver } from './waiver-text.ts';
import { printSafeJson, safeText } from '../../text/index.ts';

/** Code scanning shows the first 5,000 results of a run and refuses more than 25,000. */
const RESULTS_MAX = 25_000;
/** Code scanning refuses more. */
const TAGS_MAX = 20;
/** Code scanning cuts the title of a rule here. */
const TITLE_CHARS_MAX = 255;

const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** Scores that code scanning sorts by: over 9 critical, 7 high, 4 medium, below that low. */
const SCORE: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.5',
};

/** In parts, a part a result, so that a large fleet never stands in memory as one text. */
export function* sarifParts(assessment: Assessment, options: ReportOptions): Generator<string> {
  const findings = assessment.targets
    .flatMap((target) => target.outcomes)
    .filter((outcome) => (outcome.underlying ?? outcome.status) === 'fail')
    .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const results = findings.slice(0, RESULTS_MAX);
  const ruleIndex = new Map(options.checks.map((check, index) => [check.id, index]));
  const { version } = assessment.tool;
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'wardis',
            semanticVersion: version,
            version,
            rules: options.checks.map(printRule),
          },
        },
        automationDetails: { id: `wardis/${safeText(nameRun(assessment))}/` },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: assessment.unreachable.length === 0,
            endTimeUtc: assessment.generatedAt,
            toolExecutionNotifications: [],
          },
        ],
        results: [],
        properties: { advisoriesAsOf: assessment.advisoriesAsOf, totals: assessment.totals },
      },
    ],
  };
  const text = `${printSafeJson(log, 2)}\n`;
  // Inside of strings the quotes would be escaped, so each of these stands in the text once.
  const [head = '', rest = ''] = text.split('"toolExecutionNotifications": []');
  const [middle = '', tail = ''] = rest.split('"results": []');
  yield `${head}"toolExecutionNotifications": [`;
  yield* listParts(listNotifications(assessment, findings.length - results.length), 12);
  yield `]${middle}"results": [`;
  yield* listParts(eachResult(results, ruleIndex, options), 8);
  yield `]${tail}`;
}

function* eachResult(
  results: readonly Outcome[],
  ruleIndex: ReadonlyMap<string, number>,
  options: ReportOptions,
): Generator<object> {
  for (const outcome of results) yield printResult(outcome, ruleIndex, options);
}

/** The items of a list whose key stands at `depth` blanks. */
function* listParts(items: Iterable<object>, depth: number): Generator<string> {
  const indent = ' '.repeat(depth + 2);
  let before = '';
  for (const item of items) {
    yield `${before}\n${indent}${indented(item, indent)}`;
    before = ',';
  }
  if (before !== '') yield `\n${' '.repeat(depth)}`;
}

function nameRun(assessment: Assessment): string {
  const [first] = assessment.targets;
  if (first === undefined) return 'nothing';
  return assessment.targets.length === 1 ? first.subject : `fleet of ${assessment.targets.length}`;
}

function printRule(check: Check): object {
  const help = `${check.rationale}\n\nHow to mend it: ${check.remedy}`;
  const references = check.references.map((reference) => `- [${reference.title}](${reference.url})`);
  const markdown = [check.rationale, `**How to mend it.** ${check.remedy}`, references.join('\n')];
  return {
    id: check.id,
    name: check.id.replace('-', ''),
    shortDescription: { text: check.title.slice(0, TITLE_CHARS_MAX) },
    fullDescription: { text: check.goal },
    help: { text: help, markdown: markdown.filter((part) => part !== '').join('\n\n') },
    ...(check.references[0] === undefined ? {} : { helpUri: check.references[0].url }),
    defaultConfiguration: { level: LEVEL[check.severity] },
    properties: {
      tags: [...new Set(['security', check.area, ...(check.attackPaths ?? [])])].slice(0, TAGS_MAX),
      'security-severity': SCORE[check.severity],
      precision: 'high',
    },
  };
}

function printResult(
  outcome: Outcome,
  ruleIndex: ReadonlyMap<string, number>,
  options: ReportOptions,
): object {
  const lines = [
    `${outcome.title} on ${safeText(outcome.subject)}`,
    ...outcome.evidence.map((item) => safeText(item.text)),
    ...(outcome.risk === undefined ? [] : [safeText(outcome.risk)]),
    ...outcome.fix.map((change) => `fix: ${safeText(printChange(change))}`),
  ];
  const index = ruleIndex.get(outcome.checkId);
  const waiver = outcome.waiver;
  return {
    ruleId: outcome.checkId,
    ...(index === undefined ? {} : { ruleIndex: index }),
    level: LEVEL[outcome.severity],
    message: { text: lines.map(escapePlaceholders).join('\n') },
    locations: [locateOutcome(outcome, options)],
    // Code scanning matches alerts by the first; ours does not move with the line.
    partialFingerprints: {
      primaryLocationLineHash: `${outcome.fingerprint}:1`,
      'wardis/v1': outcome.fingerprint,
    },
    ...(outcome.baseline === undefined ? {} : { baselineState: outcome.baseline }),
    suppressions:
      waiver === undefined
        ? []
        : [{ kind: 'external', status: 'accepted', justification: safeText(printWaiver(waiver)) }],
    properties: { 'security-severity': SCORE[outcome.severity], area: outcome.area },
  };
}

function* listNotifications(assessment: Assessment, left: number): Generator<object> {
  for (const status of ['unknown', 'manual'] as const) {
    for (const { outcomes } of assessment.targets) {
      for (const outcome of outcomes) {
        if (outcome.status === status) yield printOpen(outcome, status === 'unknown' ? 'warning' : 'note');
      }
    }
  }
  for (const { subject, code, message, next } of assessment.unreachable)
    yield notification('error', `${subject}: ${code} ${message}; ${next}`);
  for (const note of assessment.notes) yield notification('note', note);
  for (const { subject, fixed } of assessment.targets) {
    for (const gone of fixed)
      yield notification('note', `fixed since the baseline on ${subject}: ${gone.checkId} ${gone.title}`);
  }
  if (left > 0)
    yield notification('note', `${left} lesser findings are left out: code scanning takes ${RESULTS_MAX}`);
}

function notification(level: 'error' | 'note', text: string): object {
  return { level, message: { text: escapePlaceholders(safeText(text)) } };
}

function printOpen(outcome: Outcome, level: 'warning' | 'note'): object {
  const reason = [outcome.why, outcome.look].filter((part) => part !== undefined && part !== '').join('; ');
  const what = outcome.status === 'manual' ? 'needs a person' : 'could not be answered';
  const text = safeText(`${outcome.checkId} ${outcome.title} on ${outcome.subject} ${what}: ${reason}`);
  return {
    level,
    message: { text: escapePlaceholders(text) },
    associatedRule: { id: outcome.checkId },
  };
}

/** In a message `{0}` is a placeholder and `[text](1)` a link; user names and rules may look like both. */
function escapePlaceholders(text: string): string {
  return text.replace(/\{(\d+)\}/g, '{{$1}}').replace(/\[(?=[^\]]*\]\()/g, '\\[');
}
