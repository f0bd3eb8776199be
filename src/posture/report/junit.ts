/**
 * JUnit XML as Jenkins, GitLab and GitHub read it: one suite a server, one case a check. Waived, not applicable and
 * by hand are skipped, unknown is an error: nothing that was not seen counts as passed.
 */

import { printChange } from '../../policy/index.ts';
import type { Assessment, Outcome, TargetAssessment } from '../outcome.ts';
import { printWaiver } from './waiver-text.ts';
import { escapeXml } from '../../text/index.ts';

/** A part a target. */
export function* junitParts(assessment: Assessment): Generator<string> {
  const { totals } = assessment;
  const unreachable = assessment.unreachable.map(
    ({ subject, code, message, next }) =>
      `  <testsuite name="${escapeXml(subject)}" tests="1" failures="0" errors="1" skipped="0" timestamp="${stamp(assessment.generatedAt)}">\n` +
      `    <testcase classname="${escapeXml(subject)}" name="reachable"><error message="${escapeXml(`${code}: ${message}; ${next}`)}"/></testcase>\n  </testsuite>\n`,
  );
  const tests = totals.all + unreachable.length;
  const errors = totals.unknown + unreachable.length;
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites name="wardis audit" tests="${tests}" failures="${totals.fail}" errors="${errors}">\n`;
  for (const target of assessment.targets) yield `${printSuite(target, assessment.generatedAt)}\n`;
  yield `${unreachable.join('')}</testsuites>\n`;
}

function printSuite(target: TargetAssessment, generatedAt: string): string {
  const { totals } = target;
  const skipped = totals.waived + totals.notApplicable + totals.manual;
  const cases = target.outcomes.map((outcome) => printCase(outcome)).join('\n');
  return (
    `  <testsuite name="${escapeXml(target.subject)}" tests="${totals.all}" failures="${totals.fail}" errors="${totals.unknown}" ` +
    `skipped="${skipped}" time="${(target.durationMs / 1000).toFixed(3)}" timestamp="${stamp(generatedAt)}">\n${cases}\n  </testsuite>`
  );
}

function printCase(outcome: Outcome): string {
  const open = `    <testcase classname="${escapeXml(`${outcome.subject}.${outcome.area}`)}" name="${escapeXml(`${outcome.checkId} ${outcome.title}`)}"`;
  const body = printBody(outcome);
  return body === '' ? `${open}/>` : `${open}>${body}</testcase>`;
}

function printBody(outcome: Outcome): string {
  switch (outcome.status) {
    case 'pass':
      return '';
    case 'fail': {
      const text = [
        ...outcome.evidence.map((item) => item.text),
        ...(outcome.risk === undefined ? [] : [outcome.risk]),
        ...outcome.fix.map((change) => `fix: ${printChange(change)}`),
      ];
      return `<failure type="${outcome.severity}" message="${escapeXml(outcome.title)}">${escapeXml(text.join('\n'))}</failure>`;
    }
    case 'unknown':
      return `<error type="unknown" message="${escapeXml([outcome.why, outcome.look].filter(Boolean).join('; '))}"/>`;
    case 'waived':
      return `<skipped message="${escapeXml(`waived: ${outcome.waiver === undefined ? '' : printWaiver(outcome.waiver)}`)}"/>`;
    case 'manual':
      return `<skipped message="${escapeXml(`by hand: ${outcome.why ?? ''}`)}"/>`;
    case 'not-applicable':
      return `<skipped message="${escapeXml(`not applicable: ${outcome.why ?? ''}`)}"/>`;
  }
}

/** JUnit's schema knows no fraction and no zone. */
function stamp(iso: string): string {
  return iso.slice(0, 19);
}
