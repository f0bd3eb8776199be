/**
 * SARIF 2.1.0 for code scanning. Rules and fingerprints are stable, waivers are suppressions and never dropped
 * results, the baseline is `baselineState`, and what could not be answered is a notification, not a result.
 */

import { printChange } from '../../policy/index.ts';
import type { Check, Severity } from '../check.ts';
import type { Assessment, Outcome } from '../outcome.ts';
import { printFrom } from './provenance.ts';
import type { ReportOptions } from './report.ts';
import { safeText } from './safe-text.ts';

/** Code scanning shows the first 5,000 results of a run and refuses more than 25,000. */
const RESULTS_MAX = 25_000;

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

export function printSarif(assessment: Assessment, options: ReportOptions): string {
  const outcomes = assessment.targets.flatMap((target) => target.outcomes);
  const results = outcomes
    .filter(
      (outcome) =>
        outcome.status === 'fail' || (outcome.status === 'waived' && outcome.underlying === 'fail'),
    )
    .slice(0, RESULTS_MAX);
  const ruleIndex = new Map(options.checks.map((check, index) => [check.id, index]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'wardis',
            semanticVersion: assessment.tool.version,
            version: assessment.tool.version,
            rules: options.checks.map(printRule),
          },
        },
        automationDetails: {
          id: `wardis/${assessment.targets
            .map((target) => target.subject)
            .join(',')
            .slice(0, 200)}/`,
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: assessment.unreachable.length === 0,
            endTimeUtc: assessment.generatedAt,
            toolExecutionNotifications: [
              ...outcomes.filter((outcome) => outcome.status === 'unknown').map(printUnknown),
              ...assessment.unreachable.map(({ subject, code, message }) => ({
                level: 'error',
                message: { text: safeText(`${subject}: ${code} ${message}`) },
              })),
              ...assessment.notes.map((note) => ({ level: 'note', message: { text: safeText(note) } })),
            ],
          },
        ],
        results: results.map((outcome) => printResult(outcome, ruleIndex, options)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function printRule(check: Check): object {
  const help = `${check.rationale}\n\nHow to mend it: ${check.remedy}`;
  return {
    id: check.id,
    name: check.id.replace('-', ''),
    shortDescription: { text: check.title },
    fullDescription: { text: check.goal },
    help: { text: help, markdown: `${check.rationale}\n\n**How to mend it.** ${check.remedy}` },
    ...(check.references[0] === undefined ? {} : { helpUri: check.references[0].url }),
    defaultConfiguration: { level: LEVEL[check.severity] },
    properties: {
      tags: ['security', check.area],
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
  const seen = outcome.evidence.map((item) => safeText(item.text));
  const fix = outcome.fix.map((change) => `fix: ${safeText(printChange(change))}`);
  const index = ruleIndex.get(outcome.checkId);
  return {
    ruleId: outcome.checkId,
    ...(index === undefined ? {} : { ruleIndex: index }),
    level: LEVEL[outcome.severity],
    message: { text: [`${outcome.title} on ${safeText(outcome.subject)}`, ...seen, ...fix].join('\n') },
    locations: [printLocation(outcome, options)],
    partialFingerprints: { 'wardis/v1': outcome.fingerprint },
    ...(outcome.baseline === undefined ? {} : { baselineState: outcome.baseline }),
    suppressions:
      outcome.waiver === undefined
        ? []
        : [
            {
              kind: 'external',
              status: 'accepted',
              justification: `${outcome.waiver.reason} (${outcome.waiver.owner}, until ${outcome.waiver.expires})`,
            },
          ],
    properties: { 'security-severity': SCORE[outcome.severity], area: outcome.area },
  };
}

/** A line of a file where one is known; else the policy document that declares the server; always the subject. */
function printLocation(outcome: Outcome, options: ReportOptions): object {
  const logicalLocations = [
    { fullyQualifiedName: safeText(`${outcome.subject}/${outcome.checkId}`), kind: 'resource' },
  ];
  const inFile = outcome.evidence.map((item) => item.from).find((from) => from?.kind === 'file');
  const uri = inFile?.kind === 'file' ? inFile.path : options.policyPath;
  if (uri === undefined) return { logicalLocations };
  const startLine = inFile?.kind === 'file' ? (inFile.line ?? 1) : 1;
  return {
    physicalLocation: { artifactLocation: { uri: encodeURI(uri) }, region: { startLine } },
    logicalLocations,
    ...(inFile === undefined ? {} : { message: { text: safeText(printFrom(inFile)) } }),
  };
}

function printUnknown(outcome: Outcome): object {
  return {
    level: 'warning',
    descriptor: { id: outcome.checkId },
    message: {
      text: safeText(
        `${outcome.checkId} ${outcome.title} on ${outcome.subject} could not be answered: ${outcome.why ?? ''}; ${outcome.look ?? ''}`,
      ),
    },
    associatedRule: { id: outcome.checkId },
  };
}
