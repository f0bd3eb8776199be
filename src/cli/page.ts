/** The generated pages in Markdown: checks, error codes, myths and frameworks. */

import type { LintRule } from '../acl/index.ts';
import {
  ATTACK_PATHS,
  CATALOGUE,
  findAttackPath,
  FRAMEWORKS,
  MYTHS,
  type Check,
  type Example,
} from '../posture/index.ts';
import { exampleLines, proofLines } from './acl/lint-explanation.ts';
import type { ErrorCodePage } from './error-code.ts';

const GENERATED = '<!-- Generated from the source by npm run docs; do not edit. -->';

/** One check. */
export function printCheckPage(check: Check): string {
  const clauses = FRAMEWORKS.flatMap((framework) =>
    framework.clauses
      .filter((clause) => clause.checks.includes(check.id))
      .map(
        (clause) =>
          `| ${framework.title} | ${clause.clause} | ${clause.relation} | ${text(clause.paraphrase)} |`,
      ),
  );
  return lines([
    GENERATED,
    `# ${check.id}: ${text(check.title)}`,
    `**${check.severity}** · ${check.area}${check.aliases === undefined ? '' : ` · also ${check.aliases.join(', ')}`}`,
    `Wanted: ${text(check.goal)}`,
    '## Why',
    text(check.rationale),
    '## How to mend it',
    text(check.remedy),
    '## Fails on',
    printExample(check.examples.bad),
    '## Passes on',
    printExample(check.examples.good),
    ...(clauses.length === 0
      ? []
      : [
          '## Frameworks',
          `| framework | clause | relation | in our words |\n|---|---|---|---|\n${clauses.join('\n')}`,
        ]),
    ...(check.attackPaths === undefined
      ? []
      : [`Attack paths: ${check.attackPaths.map(linkPath).join(', ')}.`]),
    ...(check.references.length === 0
      ? []
      : ['## References', check.references.map(({ title, url }) => `- [${title}](${url})`).join('\n')]),
  ]);
}

function linkPath(id: string): string {
  const title = findAttackPath(id)?.title ?? '';
  return `[${id} ${text(title)}](../attack-paths.md)`;
}

/** Every attack path with the checks that close it. */
export function printAttackPathPage(): string {
  const entries = ATTACK_PATHS.map((path) => {
    const checks = CATALOGUE.filter((check) => check.attackPaths?.includes(path.id) === true);
    const links = checks.map(({ id }) => `[${id}](checks/${id}.md)`).join(' ');
    return `## ${path.id}: ${text(path.title)}\n\n${text(path.how)}\n\nWhat ends it: ${text(path.end)}\n\n${links}`;
  });
  return lines([
    GENERATED,
    '# Attack paths',
    'Known ways in, and the checks that look for each.',
    ...entries,
  ]);
}

/** All checks, by area. */
export function printCheckIndex(checks: readonly Check[]): string {
  const rows = checks.map(
    (check) => `| [${check.id}](${check.id}.md) | ${check.severity} | ${check.area} | ${text(check.title)} |`,
  );
  return lines([
    GENERATED,
    '# Checks',
    `${checks.length} checks. Each page has the reason, the fix, and an example that fails and one that passes; both run as tests.`,
    `| check | severity | area | finding |\n|---|---|---|---|\n${rows.join('\n')}`,
  ]);
}

/** One rule of the lint. */
export function printLintPage(rule: LintRule): string {
  const { bad, good } = rule.examples;
  const example = (shown: typeof bad) => fence(exampleLines(shown).join('\n'));
  return lines([
    GENERATED,
    `# ${rule.id}: ${text(rule.title)}`,
    `**${rule.severity}** · found by \`wardis acl lint\``,
    '## Why',
    text(rule.rationale),
    '## How to mend it',
    text(rule.fix),
    '## Found in',
    example(bad),
    '## Not found in',
    example(good),
    '## Shown by',
    'What real servers do; the tests replay it.',
    fence(rule.proof.flatMap(proofLines).join('\n')),
  ]);
}

/** Every rule of the lint. */
export function printLintIndex(rules: readonly LintRule[]): string {
  const rows = rules.map(
    (rule) => `| [${rule.id}](${rule.id}.md) | ${rule.severity} | ${text(rule.title)} |`,
  );
  return lines([
    GENERATED,
    '# Rules of the ACL lint',
    `${rules.length} rules, found by \`wardis acl lint\`. Each page has the reason, the fix, an example with and without the finding, and what real servers do; all of it runs as tests.`,
    `| rule | severity | finding |\n|---|---|---|\n${rows.join('\n')}`,
  ]);
}

/** One error code. */
export function printErrorPage(page: ErrorCodePage): string {
  return lines([
    GENERATED,
    `# ${page.code} ${page.name}: ${text(page.title)}`,
    ...(page.says.length === 0 ? [] : ['## What is said', fence(page.says.join('\n'))]),
    '## What it means',
    text(page.meaning),
    '## What to do',
    page.steps.map((step) => `- ${text(step)}`).join('\n'),
  ]);
}

export function printErrorIndex(pages: readonly ErrorCodePage[]): string {
  const rows = pages.map(
    (page) => `| [${page.code}](${page.code}.md) | ${page.name} | ${text(page.title)} |`,
  );
  return lines([GENERATED, '# Error codes', `| code | name | meaning |\n|---|---|---|\n${rows.join('\n')}`]);
}

/** Every myth with what really happens. */
export function printMythPage(): string {
  const entries = MYTHS.map(
    (myth) =>
      `## ${myth.id}: ${text(myth.claim)}\n\n**${myth.verdict}**. ${text(myth.truth)}\n\nShown by: ${text(myth.shown)}`,
  );
  return lines([
    GENERATED,
    '# Myths',
    'Statements that articles repeat, and what servers do: Redis 6.0.16, 6.2.16, 7.0.15, 7.2.6, 7.4.1, 8.0.6 and Valkey 7.2.7, 8.0.1, 8.1.1, 9.1.2.',
    ...entries,
  ]);
}

/** Frameworks with their clauses. */
export function printFrameworkPage(): string {
  const entries = FRAMEWORKS.map((framework) => {
    const rows = framework.clauses.map(
      (clause) =>
        `| ${clause.clause} | ${text(clause.paraphrase)} | ${clause.relation} | ${clause.checks.join(' ')} | ${text(clause.note ?? '')} |`,
    );
    return `## ${framework.title}\n\n${framework.cautions.map((caution) => `- ${text(caution)}`).join('\n')}\n\n| clause | in our words | relation | checks | note |\n|---|---|---|---|---|\n${rows.join('\n')}`;
  });
  return lines([
    GENERATED,
    '# Frameworks',
    'What the checks give evidence for. A tool shows technical evidence; it cannot declare compliance.',
    ...entries,
  ]);
}

function printExample(example: Example): string {
  const files = [
    fence(`# ${example.server}\n${example.conf.trim()}`.trim()),
    ...(example.acl === undefined ? [] : ['`users.acl`:', fence(example.acl.trim())]),
    ...(example.facts === undefined ? [] : ['And what only a live server or its host shows.']),
  ];
  return files.join('\n\n');
}

function fence(content: string): string {
  return `\`\`\`text\n${content}\n\`\`\``;
}

/** Prose may hold rules such as `~*`, which Markdown would read. */
function text(prose: string): string {
  return prose
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replace(/[\\*_<>|~#[\]]/g, '\\$&')))
    .join('');
}

function lines(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
