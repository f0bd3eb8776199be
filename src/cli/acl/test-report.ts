/** Results of expectations: as text, as JSON, and as JUnit XML for CI. */

import type { ExpectationResult, UserCoverage } from '../../acl/index.ts';
import type { Look } from '../terminal.ts';
import type { TestCase } from './test-file.ts';
import { escapeXml, foldText, printSafeJson, safeText } from '../../text/index.ts';

/** One file for one server version. */
export interface TestRun {
  readonly path: string;
  readonly server: string;
  /** Whose rules: `users.acl`. */
  readonly from: string;
  readonly notes: readonly string[];
  readonly results: readonly ExpectationResult<TestCase>[];
  readonly coverage: readonly UserCoverage[];
}

export interface TableStyle {
  readonly all: 'shown' | 'failures';
  readonly look: Look;
}

export function printTestTable(runs: readonly TestRun[], style: TableStyle): string {
  const blocks = runs.map((run, at) => {
    const next = runs[at + 1];
    // What no server exercises is said once, below the last of them.
    const isSaidBelow = next?.path === run.path && missedOf(next).join('\n') === missedOf(run).join('\n');
    return printRun(run, style, isSaidBelow ? [] : missedOf(run));
  });
  return `${blocks.join('\n\n')}\n`;
}

export function printTestJson(runs: readonly TestRun[]): string {
  const data = runs.map((run) => ({
    file: run.path,
    server: run.server,
    from: run.from,
    notes: run.notes,
    ...countsOf(run),
    results: run.results.map(({ expectation, outcome, decision, why }) => ({
      line: expectation.line,
      ...(expectation.name !== undefined && { name: expectation.name }),
      user: expectation.user,
      expect: expectation.expect,
      command: expectation.text,
      outcome,
      ...(decision !== undefined && { decision }),
      ...(why !== undefined && { why }),
    })),
    coverage: run.coverage,
  }));
  return `${printSafeJson({ schemaVersion: '1', runs: data }, 2)}\n`;
}

/** JUnit as Jenkins, GitLab and GitHub read it: a suite for each file and server version. */
export function printTestJunit(runs: readonly TestRun[]): string {
  const suites = runs.map((run) => {
    const { passed, failed, errors } = countsOf(run);
    const cases = run.results.map((result) => {
      const { expectation, outcome, why = '' } = result;
      const open = `    <testcase classname="${escapeXml(`${run.path}.${expectation.user}`)}" name="${escapeXml(titleOf(expectation))}" file="${escapeXml(run.path)}" line="${expectation.line}"`;
      if (outcome === 'pass') return `${open}/>`;
      const tag = outcome === 'fail' ? 'failure' : 'error';
      return `${open}><${tag} message="${escapeXml(why)}"/></testcase>`;
    });
    return `  <testsuite name="${escapeXml(`${run.path} ${run.server}`)}" tests="${passed + failed + errors}" failures="${failed}" errors="${errors}">\n${cases.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="wardis acl test">\n${suites.join('\n')}\n</testsuites>\n`;
}

/** A line a user: the rules that no expectation depends on. */
function missedOf({ coverage }: TestRun): readonly string[] {
  return coverage.flatMap(({ user, rules = [] }) => {
    const tokens = rules.filter(({ exercised }) => !exercised).map(({ token }) => token);
    return tokens.length === 0 ? [] : [`${user}: ${tokens.join(' ')}`];
  });
}

function printRun(run: TestRun, { all, look }: TableStyle, missed: readonly string[]): string {
  const { passed, failed, errors } = countsOf(run);
  const shown = run.results.filter(({ outcome }) => all === 'shown' || outcome !== 'pass');
  const rows = shown.map(({ expectation, outcome, why }) => {
    const { line, name, user, expect, text } = expectation;
    const mark = outcome === 'pass' ? 'ok   ' : outcome === 'fail' ? 'FAIL ' : 'ERROR';
    const head = `  ${mark}  ${run.path}:${line}  ${safeText(user)} ${expect} ${safeText(text)}`;
    const because = [name, why].filter((part) => part !== undefined).map((part) => safeText(part));
    return because.length === 0 ? head : `${head}\n         ${because.join(': ')}`;
  });
  const rules = run.coverage.flatMap((each) => each.rules ?? []);
  const unknown = run.coverage.some((each) => each.rules === undefined);
  const coverage = unknown
    ? 'coverage unknown: too many rules and expectations'
    : `${rules.filter(({ exercised }) => exercised).length} of ${rules.length} rules exercised`;
  return [
    `${run.path}  ${run.server}  ${run.from}`,
    ...rows,
    ...(missed.length === 0
      ? []
      : ['  never exercised', ...missed.map((text) => foldText(safeText(text), look.columns, '    '))]),
    ...run.notes.map((note) => `  note: ${note}`),
    `  ${passed} passed, ${failed} failed${errors === 0 ? '' : `, ${errors} in error`}  ${coverage}`,
  ].join('\n');
}

function titleOf({ name, expect, text }: TestCase): string {
  return `${name === undefined ? '' : `${name}: `}${expect} ${text}`;
}

function countsOf({ results }: TestRun) {
  const count = (wanted: string): number => results.filter(({ outcome }) => outcome === wanted).length;
  return { passed: count('pass'), failed: count('fail'), errors: count('error') };
}
