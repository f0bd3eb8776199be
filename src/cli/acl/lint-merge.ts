/** The results of one file for several servers as one: what holds for all of them is said once. */

import { LINT_SEVERITIES } from '../../acl/index.ts';
import type { LintResult, PlacedFinding } from './lint-result.ts';
import type { LintVerdict } from './lint-verdict.ts';

export interface MergedFinding extends PlacedFinding {
  /** For which servers it was found. */
  readonly servers: readonly string[];
}

export interface MergedFile {
  readonly path: string;
  readonly kind: LintResult['kind'];
  readonly users: number;
  readonly servers: readonly string[];
  /** Tables that stand in for others. */
  readonly notes: readonly string[];
  /** Verdicts that differ, each with its servers. */
  readonly verdicts: readonly { readonly verdict: LintVerdict; readonly servers: readonly string[] }[];
  /** Findings that `--fix` mends. */
  readonly fixable: number;
  /** By user and place. */
  readonly findings: readonly MergedFinding[];
}

/** One entry a file, in the order given. */
export function mergeServers(results: readonly LintResult[]): readonly MergedFile[] {
  const files = new Map<string, LintResult[]>();
  for (const result of results) {
    const key = `${result.kind} ${result.path}`;
    const known = files.get(key);
    if (known === undefined) files.set(key, [result]);
    else known.push(result);
  }
  return [...files.values()].map(mergeFile);
}

function mergeFile(results: readonly LintResult[]): MergedFile {
  const [first] = results;
  const findings = new Map<string, PlacedFinding & { readonly servers: string[] }>();
  const verdicts = new Map<string, { readonly verdict: LintVerdict; readonly servers: string[] }>();
  const labels = results.map((result) => labelOf(result, results));
  for (const [i, { verdict, findings: found }] of results.entries()) {
    const server = labels[i] ?? '';
    if (verdict !== undefined) {
      const key = verdict.starts ? 'starts' : verdict.crash === true ? 'crash' : 'refused';
      const known = verdicts.get(key);
      if (known === undefined) verdicts.set(key, { verdict, servers: [server] });
      else known.servers.push(server);
    }
    for (const finding of found) {
      const { rule, user, line, region, token } = finding;
      const key = JSON.stringify([rule, user, line, region?.column, token, finding.severity]);
      const known = findings.get(key);
      if (known === undefined) findings.set(key, { ...finding, servers: [server] });
      else if (!known.servers.includes(server)) known.servers.push(server);
    }
  }
  return {
    path: first?.path ?? '',
    kind: first?.kind ?? 'acl-file',
    users: first?.users ?? 0,
    servers: labels,
    notes: [...new Set(results.flatMap(({ note }) => note ?? []))],
    verdicts: [...verdicts.values()],
    fixable: first?.fixable ?? 0,
    findings: groupByUser([...findings.values()]),
  };
}

/** The branch, or the build where several of one branch are compared. */
function labelOf({ server, version }: LintResult, all: readonly LintResult[]): string {
  const alone = all.every((other) => other.server !== server || other.version === version);
  return alone ? server : `${server.replace(/-.*/, '')}-${version}`;
}

/** Findings of nobody first, then user by user in the order in which they appear, the worst of each first. */
function groupByUser(findings: readonly MergedFinding[]): readonly MergedFinding[] {
  const groups = new Map<string | undefined, MergedFinding[]>([[undefined, []]]);
  for (const finding of findings) {
    const group = groups.get(finding.user);
    if (group === undefined) groups.set(finding.user, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].flatMap((group) => group.toSorted((a, b) => rank(a) - rank(b)));
}

function rank({ severity }: PlacedFinding): number {
  return LINT_SEVERITIES.indexOf(severity);
}
