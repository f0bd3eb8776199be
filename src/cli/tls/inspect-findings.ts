/** Findings of an inspection: each check once, with the nodes that have it, worst first, then what was not answered. */

import type { Provenance } from '../../fleet/index.ts';
import { printChange } from '../../policy/index.ts';
import {
  joinParts,
  printFrom,
  printHeadLine,
  SEVERITIES,
  sortFindings,
  wrapLines,
  wrapWithRemark,
  type Assessment,
  type Outcome,
  type Pen,
} from '../../posture/index.ts';
import { safeText } from '../../text/index.ts';
import type { InspectReport } from './inspect-report.ts';
import { counted } from './inspect-words.ts';

const EVIDENCE_MAX = 6;
const FIXES_MAX = 4;
const NAMES_MAX = 4;
const INDENT = 12;

/** Outcomes of one check that ended alike. */
export interface OutcomeGroup {
  readonly first: Outcome;
  readonly outcomes: readonly Outcome[];
}

/** Failed checks, worst first. */
export function groupFindings({ targets }: Assessment): readonly OutcomeGroup[] {
  return groupBy(sortFindings(targets.flatMap(({ outcomes }) => outcomes)), ({ checkId }) => checkId);
}

/** What was not answered: unknown, or for a person; those with one reason together. */
export function groupOpen({ targets }: Assessment): readonly OutcomeGroup[] {
  const open = targets
    .flatMap(({ outcomes }) => outcomes)
    .filter(({ status }) => status === 'unknown' || status === 'manual');
  return groupBy(open, (outcome) => `${outcome.status} ${withoutFact(outcome)}`);
}

/** The reason without the fact that is missing and the node, so that what has one cause is said once. */
function withoutFact(outcome: Outcome): string {
  const { status } = outcome;
  const reason = withoutNode(outcome);
  return status === 'unknown' ? reason.replace(/^[^:]{1,80}: /, '') : reason;
}

/** The node stands below the reason. An address that goes on is another one: `10.0.0.1:6379` in `10.0.0.1:63790`. */
function withoutNode(outcome: Outcome): string {
  return reasonOf(outcome)
    .split(outcome.subject)
    .reduce((text, rest) => text + (/^[\w:]/.test(rest) ? outcome.subject : 'the node') + rest);
}

/** Why a group was not answered, and where to look. */
export function reasonOfGroup(group: OutcomeGroup): string {
  if (idsOf(group).includes(' ')) return withoutFact(group.first);
  const several = new Set(group.outcomes.map(({ subject }) => subject)).size > 1;
  return several ? withoutNode(group.first) : reasonOf(group.first);
}

function reasonOf({ why, look }: Outcome): string {
  return [why, look].filter((part) => part !== undefined && part !== '').join('; ');
}

/** `TLS-018 TLS-019`. */
export function idsOf({ outcomes }: OutcomeGroup): string {
  return [...new Set(outcomes.map(({ checkId }) => checkId))].join(' ');
}

/** Every fix of a group once, as lines to paste or follow. */
export function fixesOf({ outcomes }: OutcomeGroup): readonly string[] {
  return [
    ...new Set(outcomes.flatMap(({ fix }) => fix.filter(({ kind }) => kind !== 'keep').map(printChange))),
  ];
}

export function* printFindings(
  { assessment, nodes, files }: InspectReport,
  detail: 'heads' | 'findings' | 'all',
  pen: Pen,
): Generator<string> {
  const several = nodes.length + files.length > 1;
  for (const { subject, code, message, next } of assessment.unreachable) {
    const lines = [
      ...printHeadLine('open', 'NOT SEEN', 'open', '', safeText(subject), pen),
      ...wrapLines(`${code}: ${safeText(message)}`, INDENT, pen),
      ...wrapLines(`next: ${safeText(next)}`, INDENT, pen, 6),
    ];
    yield `${lines.join('\n')}\n\n`;
  }
  const findings = groupFindings(assessment);
  if (detail === 'heads') {
    for (const group of findings) yield `${printFindingHead(group, pen).join('\n')}\n`;
    yield `${findings.length === 0 ? '' : '\n'}${printTotals(assessment, pen)}\n`;
    return;
  }
  for (const group of findings) yield `${printFinding(group, several, pen).join('\n')}\n\n`;
  for (const group of groupOpen(assessment)) yield `${printOpen(group, several, pen).join('\n')}\n\n`;
  if (detail === 'all') yield* printQuiet(assessment, pen);
  const [worst] = findings;
  if (worst !== undefined)
    yield `${pen.paint('dim', `why and how: wardis explain ${worst.first.checkId}`)}\n`;
  yield `${printTotals(assessment, pen)}\n`;
}

function printFinding(group: OutcomeGroup, several: boolean, pen: Pen): readonly string[] {
  const { first } = group;
  const lines = evidenceOf(group);
  const fixes = fixesOf(group);
  const more = lines.length - EVIDENCE_MAX;
  const moreFixes = fixes.length - FIXES_MAX;
  return [
    ...printFindingHead(group, pen),
    ...lines.slice(0, EVIDENCE_MAX).flatMap(({ text, nodes, from }) => {
      // Most evidence names the place itself.
      const named = !several || nodes.every((node) => text.includes(node));
      if (nodes.length > 1 && !named) {
        return [
          ...wrapLines(safeText(text), INDENT, pen),
          ...wrapLines(`on ${safeText(printNames(nodes))}`, INDENT + 2, pen),
        ];
      }
      const remark = several || from === undefined || from.kind === 'probe' ? '' : printFrom(from);
      const line = named ? text : `${nodes.join(', ')}: ${text}`;
      return wrapWithRemark(safeText(line), text.includes(remark) ? '' : safeText(remark), INDENT, pen);
    }),
    ...(more > 0 ? wrapLines(`and ${more} more: -o json shows all`, INDENT, pen) : []),
    ...(first.risk === undefined ? [] : wrapLines(safeText(first.risk), INDENT, pen)),
    ...fixes.slice(0, FIXES_MAX).flatMap((fix) => wrapLines(`fix: ${safeText(fix)}`, INDENT, pen, 5)),
    ...(moreFixes > 0 ? wrapLines(`and ${moreFixes} more: -o json shows all`, INDENT, pen) : []),
  ];
}

function printFindingHead({ first }: OutcomeGroup, pen: Pen): readonly string[] {
  return printHeadLine('fail', first.severity.toUpperCase(), first.severity, first.checkId, first.title, pen);
}

/** Each thing that was seen once, with the nodes that show it. */
export function evidenceOf({ outcomes }: OutcomeGroup): readonly SeenEvidence[] {
  const seen = new Map<string, SeenEvidence & { readonly nodes: string[] }>();
  for (const { subject, evidence } of outcomes) {
    for (const { text, from } of evidence) {
      const before = seen.get(text);
      if (before === undefined)
        seen.set(text, { text, nodes: [subject], ...(from === undefined ? {} : { from }) });
      else before.nodes.push(subject);
    }
  }
  return [...seen.values()];
}

interface SeenEvidence {
  readonly text: string;
  readonly nodes: readonly string[];
  readonly from?: Provenance;
}

/** Up to four names, and how many more. */
export function printNames(names: readonly string[]): string {
  const rest = names.length - NAMES_MAX;
  return `${names.slice(0, NAMES_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function printOpen(group: OutcomeGroup, several: boolean, pen: Pen): readonly string[] {
  const { first, outcomes } = group;
  const ids = new Set(outcomes.map(({ checkId }) => checkId));
  const word = first.status === 'manual' ? 'BY HAND' : 'UNKNOWN';
  return [
    ...(ids.size === 1
      ? printHeadLine('open', word, 'open', first.checkId, first.title, pen)
      : printHeadLine('open', word, 'open', '', idsOf(group), pen)),
    ...wrapLines(safeText(reasonOfGroup(group)), INDENT, pen),
    ...(several ? wrapLines(`on ${safeText(printNames(nodesOf(group)))}`, INDENT, pen) : []),
  ];
}

/** The nodes of a group, each once. */
export function nodesOf({ outcomes }: OutcomeGroup): readonly string[] {
  return [...new Set(outcomes.map(({ subject }) => subject))];
}

function* printQuiet({ targets }: Assessment, pen: Pen): Generator<string> {
  const passed = targets.flatMap(({ outcomes }) => outcomes).filter(({ status }) => status === 'pass');
  for (const { first, outcomes } of groupBy(passed, ({ checkId }) => checkId)) {
    const seen =
      outcomes.length === 1 ? (first.evidence[0]?.text ?? '') : `on ${counted(outcomes.length, 'node')}`;
    const lines = [
      ...printHeadLine('good', 'PASS', 'good', first.checkId, first.title, pen),
      ...(seen === '' ? [] : wrapLines(safeText(seen), INDENT, pen)),
    ];
    yield `${lines.join('\n')}\n`;
  }
  if (passed.length > 0) yield '\n';
}

function printTotals({ totals, unreachable }: Assessment, pen: Pen): string {
  const found = SEVERITIES.filter((severity) => totals.failBySeverity[severity] > 0).map((severity) =>
    pen.paint(severity, `${totals.failBySeverity[severity]} ${severity}`),
  );
  const rest = joinParts(
    [
      `${totals.pass} pass`,
      `${totals.notApplicable} not applicable`,
      `${totals.unknown} unknown`,
      `${totals.manual} by hand`,
      ...(totals.waived === 0 ? [] : [`${totals.waived} waived`]),
      ...(unreachable.length === 0 ? [] : [`${counted(unreachable.length, 'node')} not seen`]),
    ],
    pen,
  );
  return `${found.length === 0 ? pen.paint('good', 'no findings') : joinParts(found, pen)}    ${rest}`;
}

function groupBy(outcomes: readonly Outcome[], keyOf: (outcome: Outcome) => string): readonly OutcomeGroup[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const key = keyOf(outcome);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [outcome]);
    else group.push(outcome);
  }
  return [...groups.values()].flatMap((group) =>
    group[0] === undefined ? [] : [{ first: group[0], outcomes: group }],
  );
}
