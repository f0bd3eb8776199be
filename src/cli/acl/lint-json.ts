/** The JSON of `wardis acl lint`: an entry for every file and server. */

import { LINT_SEVERITIES } from '../../acl/index.ts';
import { printSafeJson } from '../../text/index.ts';
import type { LintResult, PlacedFinding } from './lint-result.ts';

export function printLintJson(results: readonly LintResult[]): string {
  const all = results.flatMap(({ findings }) => findings);
  const files = results.map(({ path, kind, server, version, note, users, unjudged, verdict, findings }) => ({
    path,
    kind,
    server,
    version,
    ...(note !== undefined && { note }),
    users,
    ...(unjudged.length > 0 && { unjudged }),
    ...(verdict === undefined
      ? {}
      : {
          starts: verdict.starts,
          ...(verdict.refusal !== undefined && { refusal: verdict.refusal }),
          ...(verdict.crash === true && { crash: true }),
        }),
    findings: findings.map(findingData),
  }));
  const summary = {
    files: new Set(results.map(({ path }) => path)).size,
    servers: [...new Set(results.map(({ server }) => server))],
    findings: all.length,
    bySeverity: Object.fromEntries(
      LINT_SEVERITIES.map((severity) => [
        severity,
        all.filter((finding) => finding.severity === severity).length,
      ]),
    ),
    notStarting: results.filter(({ verdict }) => verdict?.starts === false).length,
  };
  return `${printSafeJson({ schemaVersion: '1', files, summary }, 2)}\n`;
}

function findingData(finding: PlacedFinding): object {
  const { rule, severity, title, user, line, region, token, message, evidence, fix, proofCommand } = finding;
  return {
    rule,
    severity,
    title,
    ...(user !== undefined && { user }),
    ...(line !== undefined && { line }),
    ...(region !== undefined && {
      column: region.column,
      endLine: region.endLine,
      endColumn: region.endColumn,
    }),
    ...(token !== undefined && { token }),
    message,
    ...(evidence !== undefined && { evidence }),
    ...(fix !== undefined && { fix }),
    ...(proofCommand !== undefined && { proofCommand }),
  };
}
