/**
 * JUnit XML as Jenkins, GitLab and GitHub read it: one suite a server, one case a check. Waived, not applicable and
 * by hand are skipped, unknown is an error: nothing that was not seen counts as passed.
 */

import { printChange } from '../../policy/index.ts';
import type { Assessment, Outcome, TargetAssessment } from '../outcome.ts';
import { safeText } from './safe-text.ts';
import { printWaiver } from './waiver-text.ts';

/** A part a target. */
export function* junitParts(assessment: Assessment): Generator<string> {
  const { totals } = assessment;
  const unreachable = assessment.unreachable.map(
    ({ subject, code, message, next }) =>
      `  <testsuite name="${xml(subject)}" tests="1" failures="0" errors="1" skipped="0" timestamp="${stamp(assessment.generatedAt)}">\n` +
      `    <testcase classname="${xml(subject)}" name="reachable"><error message="${xml(`${code}: ${message}; ${next}`)}"/></testcase>\n  </testsuite>\n`,
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
    `  <testsuite name="${xml(target.subject)}" tests="${totals.all}" failures="${totals.fail}" errors="${totals.unknown}" ` +
    `skipped="${skipped}" time="${(target.durationMs / 1000).toFixed(3)}" timestamp="${stamp(generatedAt)}">\n${cases}\n  </testsuite>`
  );
}

function printCase(outcome: Outcome): string {
  const open = `    <testcase classname="${xml(`${outcome.subject}.${outcome.area}`)}" name="${xml(`${outcome.checkId} ${outcome.title}`)}"`;
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
      return `<failure type="${outcome.severity}" message="${xml(outcome.title)}">${xml(text.join('\n'))}</failure>`;
    }
    case 'unknown':
      return `<error type="unknown" message="${xml([outcome.why, outcome.look].filter(Boolean).join('; '))}"/>`;
    case 'waived':
      return `<skipped message="${xml(`waived: ${outcome.waiver === undefined ? '' : printWaiver(outcome.waiver)}`)}"/>`;
    case 'manual':
      return `<skipped message="${xml(`by hand: ${outcome.why ?? ''}`)}"/>`;
    case 'not-applicable':
      return `<skipped message="${xml(`not applicable: ${outcome.why ?? ''}`)}"/>`;
  }
}

/** JUnit's schema knows no fraction and no zone. */
function stamp(iso: string): string {
  return iso.slice(0, 19);
}

function xml(text: string): string {
  const lines = text.split('\n').map(safeText).join('\n');
  return lines.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
