/** The findings of a file in the order of a terminal: what stops the server, users one by one, what many share. */

import { FORM_LINT_RULES, LINT_SEVERITIES } from '../../acl/index.ts';
import type { MergedFile, MergedFinding } from './lint-merge.ts';

export interface FindingGroup {
  readonly heading: string;
  readonly findings: readonly FoldedFinding[];
}

/** A finding, or the first of many alike. */
export interface FoldedFinding {
  readonly finding: MergedFinding;
  /** All users that it holds for, when there are many. */
  readonly users?: readonly string[];
}

/** Users from whom on equal small findings are one line. */
const USERS_FOLDED_MIN = 4;

/** Groups in the order in which they are shown. */
export function groupFindings(file: MergedFile): readonly FindingGroup[] {
  const refused = file.verdicts.some(({ verdict }) => !verdict.starts);
  const stopping = refused ? file.findings.filter(isStopping) : [];
  const rest = file.findings.filter((finding) => !stopping.includes(finding));
  const { folded, single } = foldShared(rest);
  const groups: FindingGroup[] = [];
  if (stopping.length > 0)
    groups.push({
      heading: 'what the server refuses',
      findings: stopping.toSorted(byPlace).map((finding) => ({ finding })),
    });
  const owners = new Map<string, MergedFinding[]>();
  for (const finding of single) {
    const heading = finding.user === undefined ? 'file' : `user ${finding.user}`;
    const group = owners.get(heading);
    if (group === undefined) owners.set(heading, [finding]);
    else group.push(finding);
  }
  for (const [heading, findings] of owners)
    groups.push({ heading, findings: findings.map((finding) => ({ finding })) });
  if (folded.length > 0) groups.push({ heading: 'several users', findings: folded });
  return groups;
}

const FORM_IDS: ReadonlySet<string> = new Set(
  FORM_LINT_RULES.map(({ id }) => id).filter((id) => id !== 'user-too-long'),
);

/** Rules about the form speak of what servers refuse; those below high of what they misread. */
function isStopping({ rule, severity }: MergedFinding): boolean {
  return FORM_IDS.has(rule) && LINT_SEVERITIES.indexOf(severity) <= LINT_SEVERITIES.indexOf('high');
}

function byPlace(a: MergedFinding, b: MergedFinding): number {
  return (a.line ?? 0) - (b.line ?? 0);
}

function foldShared(findings: readonly MergedFinding[]): {
  readonly folded: readonly FoldedFinding[];
  readonly single: readonly MergedFinding[];
} {
  const alike = new Map<string, MergedFinding[]>();
  for (const finding of findings) {
    const key = keyOf(finding);
    if (key === undefined) continue;
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [finding]);
    else group.push(finding);
  }
  const gone = new Set<MergedFinding>();
  const folded: FoldedFinding[] = [];
  for (const group of alike.values()) {
    const users = [...new Set(group.flatMap(({ user }) => user ?? []))];
    const [finding] = group;
    if (finding === undefined || users.length < USERS_FOLDED_MIN) continue;
    for (const each of group) gone.add(each);
    folded.push({ finding, users });
  }
  return { folded, single: findings.filter((finding) => !gone.has(finding)) };
}

/** Equal for findings that differ in nothing but the user; only small ones are folded. */
function keyOf({ rule, severity, user, message, evidence, servers }: MergedFinding): string | undefined {
  if (user === undefined || (severity !== 'info' && severity !== 'low')) return undefined;
  const said = message.replaceAll(`ser ${user} `, 'ser ');
  return JSON.stringify([rule, severity, said, evidence, servers]);
}
