/** Checks, error codes and myths in full, as text or JSON. */

import { findLintRule, LINT_RULES } from '../acl/index.ts';
import {
  ATTACK_PATHS,
  CATALOGUE,
  findAttackPath,
  findCheck,
  findFramework,
  FRAMEWORKS,
  MYTHS,
  selectChecks,
  type AttackPath,
  type Check,
  type Example,
  type Framework,
  type Myth,
} from '../posture/index.ts';
import { explainLintRule, lintRuleData } from './acl/lint-explanation.ts';
import { COMMAND_CODES } from './command-code.ts';
import { ERROR_CODES, type ErrorCodePage } from './error-code.ts';
import { CommandFailure } from './failure.ts';
import { REFUSAL_PAGES } from './refusal-page.ts';
import { foldText } from '../text/index.ts';

const CODES: readonly ErrorCodePage[] = [...ERROR_CODES, ...COMMAND_CODES, ...REFUSAL_PAGES];

export interface ExplainStyle {
  readonly json: boolean;
  readonly columns: number;
}

/** The page on a subject; without one, the list of subjects. */
export function explain(subject: string | undefined, style: ExplainStyle): string {
  if (subject === undefined) return listSubjects();
  const check = findCheck(subject);
  if (check !== undefined) return style.json ? json(dataOfCheck(check)) : explainCheck(check, style.columns);
  if (subject.toLowerCase() === 'myths')
    return style.json ? json(MYTHS) : MYTHS.map((myth) => explainMyth(myth, style.columns)).join('\n');
  if (subject.toLowerCase() === 'frameworks') return style.json ? json(FRAMEWORKS) : listFrameworks();
  const path = findAttackPath(subject);
  if (path !== undefined) return style.json ? json(path) : explainAttackPath(path, style.columns);
  const myth = MYTHS.find((known) => known.id === subject.toUpperCase());
  if (myth !== undefined) return style.json ? json(myth) : explainMyth(myth, style.columns);
  const refusal = REFUSAL_PAGES.find((known) => known.code === subject);
  if (refusal !== undefined) return style.json ? json(refusal) : explainCode(refusal, style.columns);
  const code = CODES.find(
    (known) => known.code === subject.toUpperCase() || known.name === subject.toUpperCase(),
  );
  if (code !== undefined) return style.json ? json(code) : explainCode(code, style.columns);
  const rule = findLintRule(subject);
  if (rule !== undefined) return style.json ? json(lintRuleData(rule)) : explainLintRule(rule, style.columns);
  const framework = findFramework(subject);
  if (framework !== undefined)
    return style.json ? json(framework) : explainFramework(framework, style.columns);
  const group = selectChecks(CATALOGUE, {
    only: [subject.includes('*') ? subject : `${subject}*`, subject],
    skip: [],
  });
  if (group.checks.length > 0)
    return style.json ? json(group.checks.map(dataOfCheck)) : listChecks(group.checks);
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `nothing is known about ${JSON.stringify(subject)}`,
    next: 'wardis explain   lists every check, attack path, error code and myth',
  });
}

/** One check as a page of plain text. */
export function explainCheck(check: Check, columns: number): string {
  const fold = (text: string) => foldText(text, columns, '  ');
  const clauses = FRAMEWORKS.flatMap((framework) =>
    framework.clauses
      .filter((clause) => clause.checks.includes(check.id))
      .map((clause) => `  ${framework.title} ${clause.clause} (${clause.relation})`),
  );
  return [
    `${check.id}  ${check.title}`,
    `${check.severity} · ${check.area}${check.aliases === undefined ? '' : ` · also ${check.aliases.join(', ')}`}`,
    '',
    'Wanted',
    fold(check.goal),
    '',
    'Why',
    fold(check.rationale),
    '',
    'How to mend it',
    fold(check.remedy),
    '',
    'Fails on',
    printExample(check.examples.bad),
    '',
    'Passes on',
    printExample(check.examples.good),
    ...(clauses.length === 0 ? [] : ['', 'Frameworks', ...clauses]),
    ...(check.attackPaths === undefined
      ? []
      : ['', 'Attack paths', ...check.attackPaths.map((id) => `  ${namePath(id)}`)]),
    ...(check.references.length === 0
      ? []
      : ['', 'References', ...check.references.map(({ title, url }) => `  ${title}: ${url}`)]),
    '',
  ].join('\n');
}

/** `AP-01 write files by CONFIG SET dir` */
function namePath(id: string): string {
  return [id, findAttackPath(id)?.title].join(' ').trim();
}

function explainAttackPath(path: AttackPath, columns: number): string {
  const checks = CATALOGUE.filter((check) => check.attackPaths?.includes(path.id) === true);
  return [
    `${path.id}  ${path.title}`,
    '',
    'How',
    foldText(path.how, columns, '  '),
    '',
    'What ends it',
    foldText(path.end, columns, '  '),
    '',
    'Checks',
    foldText(checks.map(({ id }) => id).join(' '), columns, '  '),
    '',
  ].join('\n');
}

function listChecks(checks: readonly Check[]): string {
  return checks.map((check) => `${check.id.padEnd(9)} ${check.severity.padEnd(9)} ${check.title}\n`).join('');
}

function explainFramework(framework: Framework, columns: number): string {
  const clauses = framework.clauses.flatMap((clause) => [
    `${clause.clause}  (${clause.relation})`,
    foldText(clause.paraphrase, columns, '  '),
    ...(clause.note === undefined ? [] : [foldText(clause.note, columns, '  ')]),
    ...(clause.checks.length === 0 ? [] : [foldText(clause.checks.join(' '), columns, '  ')]),
  ]);
  const cautions = framework.cautions.map((caution) => foldText(caution, columns, '  '));
  return [framework.title, ...cautions, '', ...clauses, ''].join('\n');
}

function listSubjects(): string {
  const checks = CATALOGUE.map(
    (check) => `  ${check.id.padEnd(9)} ${check.severity.padEnd(9)} ${check.title}`,
  );
  const codes = CODES.map((page) => `  ${page.code.padEnd(9)} ${page.name.padEnd(24)} ${page.title}`);
  const myths = MYTHS.map((myth) => `  ${myth.id.padEnd(9)} ${myth.claim}`);
  return [
    'Checks',
    ...checks,
    '',
    'Attack paths',
    ...ATTACK_PATHS.map((path) => `  ${path.id.padEnd(9)} ${path.title}`),
    '',
    'Error codes',
    ...codes,
    '',
    'Myths',
    ...myths,
    '',
    `Lint rules: ${LINT_RULES.length}, listed by wardis acl lint --list`,
    '',
    'wardis explain SUBJECT',
    '',
  ].join('\n');
}

function listFrameworks(): string {
  return FRAMEWORKS.map(
    (framework) => `${framework.id.padEnd(20)} ${framework.title}, ${framework.clauses.length} clauses\n`,
  ).join('');
}

function explainMyth(myth: Myth, columns: number): string {
  return [
    `${myth.id}  ${myth.claim}`,
    `  ${myth.verdict.toUpperCase()}`,
    foldText(myth.truth, columns, '  '),
    foldText(`Shown by: ${myth.shown}`, columns, '  '),
    '',
  ].join('\n');
}

function explainCode(page: ErrorCodePage, columns: number): string {
  const fold = (text: string) => foldText(text, columns, '  ');
  return [
    `${page.code}  ${page.name}: ${page.title}`,
    '',
    ...(page.says.length === 0 ? [] : ['What the server says', ...page.says.map((line) => `  ${line}`), '']),
    'What it means',
    fold(page.meaning),
    '',
    'What to do',
    ...page.steps.map((step) => fold(`- ${step}`)),
    '',
  ].join('\n');
}

function printExample(example: Example): string {
  const lines = [`# ${example.server}`, ...example.conf.split('\n').filter((line) => line !== '')];
  const acl =
    example.acl === undefined
      ? []
      : ['# users.acl', ...example.acl.split('\n').filter((line) => line !== '')];
  const live = example.facts === undefined ? [] : ['# and what only a live server or its host shows'];
  return [...lines, ...acl, ...live].map((line) => `  ${line}`).join('\n');
}

function dataOfCheck(check: Check): object {
  const { id, aliases, area, title, goal, severity, rationale, remedy, references, attackPaths } = check;
  return { id, aliases, area, title, goal, severity, rationale, remedy, references, attackPaths };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
