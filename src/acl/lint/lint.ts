/** Linting: a text or users are read into a subject, and every rule judges it. */
import { parseAclFile } from '../language/aclfile.ts';
import { splitRules } from '../language/argument-split.ts';
import { parseUser } from '../language/user.ts';
import type { Problem } from '../problem.ts';
import type { CommandTable } from '../table/command-table.ts';
import { FORM_LINT_RULES, LINT_RULES } from './catalogue.ts';
import { LINT_SEVERITIES } from './rule.ts';
import type { LintFinding, LintOptions, LintRule, LintSource, LintSubject, LintToken } from './rule.ts';
import { readUsers } from './user.ts';
import { isUtf16 } from './utf16.ts';
import { leaveLongUsersOut } from './user-length.ts';
import type { WrittenUser } from './user.ts';
import { collectUsers, readFileLines, splitWords } from './written-line.ts';

/** Findings kept of one subject; a file of 50,000 users that all have the same defect says so often enough. */
export const LINT_FINDINGS_MAX = 100_000;

const FORM_RULES: ReadonlySet<LintRule> = new Set(FORM_LINT_RULES);

/** Everything that the rules find, in order of place, the worst first at one place. */
export function lint(subject: LintSubject, rules: readonly LintRule[] = LINT_RULES): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  const judged = leaveLongUsersOut(subject);
  // Of bytes that are no text for the server nothing else can be said.
  const unreadable = subject.source.kind === 'acl-file' && isUtf16(subject.text ?? '');
  for (const rule of unreadable ? rules.filter(({ id }) => id === 'aclfile-utf16') : rules) {
    for (const hit of rule.judge(FORM_RULES.has(rule) ? subject : judged)) {
      if (findings.length >= LINT_FINDINGS_MAX) break;
      findings.push({ ...hit, rule: rule.id, title: rule.title, severity: hit.severity ?? rule.severity });
    }
  }
  return findings.sort(
    (a, b) =>
      placeOf(a) - placeOf(b) || LINT_SEVERITIES.indexOf(a.severity) - LINT_SEVERITIES.indexOf(b.severity),
  );
}

/** An ACL file as a subject. */
export function readLintFile(
  text: string,
  table: CommandTable,
  options: LintOptions & { readonly name?: string } = {},
): LintSubject {
  const name = options.name ?? 'users.acl';
  const pubsub = options.pubsubDefault === undefined ? {} : { pubsubDefault: options.pubsubDefault };
  const file = parseAclFile(text, table, { file: name, ...pubsub });
  const read = new Map(file.users.map((each) => [each.line, each]));
  const written = collectUsers(readFileLines(text)).map((each): WrittenUser => {
    const known = read.get(each.line);
    // The words differ where a tab, which is no separator, stands in an accepted rule.
    const same = known?.tokens.filter((token) => token !== '').length === each.tokens.length;
    return same && known !== undefined ? { ...each, user: known.user } : each;
  });
  return {
    source: { name, kind: 'acl-file' },
    table,
    text,
    users: readUsers(written, table, options),
    problems: file.problems,
    hazards: file.hazards,
    defaultUserDeclared: file.defaultUserDeclared,
    options,
  };
}

/** The rules of one user, in one string, as ACL SETUSER takes them. */
export function readLintRules(
  text: string,
  table: CommandTable,
  options: LintOptions & { readonly user?: string; readonly name?: string } = {},
): LintSubject {
  const name = options.user ?? 'u';
  const words = splitWords({ text, start: 0, number: 1 });
  const split = splitRules(text) ?? words.map((word) => word.text);
  // Quotes move the words: their places are then not known.
  const placed = split.length === words.length && split.every((word, i) => word === words[i]?.text);
  const tokens = split.map((word, index): LintToken => {
    const range = words[index]?.range;
    return { text: word, index, ...(placed && range !== undefined && { range, line: 1 }) };
  });
  const parsed = parseUser(name, split, table, options);
  const written = { name, tokens, ...(parsed.user !== undefined && { user: parsed.user }) };
  return {
    source: { name: options.name ?? '--user-rules', kind: 'rules' },
    table,
    text,
    users: readUsers([written], table, options),
    problems: parsed.problems.map((problem) => place(problem, tokens)),
    hazards: parsed.hazards.map((hazard) => place(hazard, tokens)),
    defaultUserDeclared: true,
    options,
  };
}

/** Users that were read elsewhere: a live server's, or the `user` lines of a configuration file. */
export function readLintUsers(
  source: LintSource,
  written: readonly WrittenUser[],
  table: CommandTable,
  options: LintOptions & {
    readonly text?: string;
    readonly problems?: readonly Problem[];
    readonly hazards?: readonly Problem[];
    readonly defaultUserDeclared?: boolean;
  } = {},
): LintSubject {
  return {
    source,
    table,
    ...(options.text !== undefined && { text: options.text }),
    users: readUsers(written, table, options),
    problems: options.problems ?? [],
    hazards: options.hazards ?? [],
    defaultUserDeclared: options.defaultUserDeclared ?? true,
    options,
  };
}

function place(problem: Problem, tokens: readonly LintToken[]): Problem {
  const range = problem.index === undefined ? undefined : tokens[problem.index]?.range;
  return range === undefined ? problem : { ...problem, range, line: 1 };
}

function placeOf(finding: LintFinding): number {
  return finding.line ?? 0;
}
