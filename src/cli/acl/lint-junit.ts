/** JUnit XML of `wardis acl lint`: a suite for every file and server, a failing case for every finding that counts. */

import { LINT_SEVERITIES, type LintSeverity } from '../../acl/index.ts';
import type { LintResult } from './lint-result.ts';
import { escapeXml } from '../../text/index.ts';

export function printLintJunit(results: readonly LintResult[], failOn: LintSeverity | undefined): string {
  const suites = results.map((result) => printSuite(result, failOn));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="wardis acl lint">\n${suites.join('')}</testsuites>\n`;
}

function printSuite(result: LintResult, failOn: LintSeverity | undefined): string {
  const { path, server, version, verdict, findings } = result;
  const least = failOn === undefined ? -1 : LINT_SEVERITIES.indexOf(failOn);
  const starts =
    verdict === undefined
      ? []
      : [{ name: 'the server starts', fails: !verdict.starts, text: verdict.refusal ?? 'it crashes' }];
  const cases = [
    ...starts,
    ...findings.map(({ rule, user, line, message, severity }) => ({
      name: [rule, user, line === undefined ? undefined : `line ${line}`]
        .filter((part) => part !== undefined)
        .join(' '),
      fails: LINT_SEVERITIES.indexOf(severity) <= least,
      text: message,
    })),
  ];
  const failures = cases.filter(({ fails }) => fails).length;
  const printed = cases.map(({ name, fails, text }) => {
    const open = `    <testcase classname="${escapeXml(path)}" name="${escapeXml(name)}"`;
    return fails
      ? `${open}>\n      <failure message="${escapeXml(text)}"/>\n    </testcase>\n`
      : `${open}>\n      <system-out>${escapeXml(text)}</system-out>\n    </testcase>\n`;
  });
  return `  <testsuite name="${escapeXml(`${path} on ${server} (${version})`)}" tests="${cases.length}" failures="${failures}">\n${printed.join('')}  </testsuite>\n`;
}
