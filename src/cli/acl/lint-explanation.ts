/** A rule of the lint in full, for `wardis explain` and the pages of docs/lint. */

import type { LintExample, LintProof, LintRule, LintShown } from '../../acl/index.ts';
import { foldText, safeText } from '../../text/index.ts';

/** The page as plain text. */
export function explainLintRule(rule: LintRule, columns: number): string {
  const fold = (text: string) => foldText(text, columns, '  ');
  return [
    `${rule.id}  ${rule.title}`,
    `${rule.severity} · found by wardis acl lint`,
    '',
    'Why',
    fold(rule.rationale),
    '',
    'How to mend it',
    fold(rule.fix),
    '',
    'Found in',
    printExample(rule.examples.bad),
    '',
    'Not found in',
    printExample(rule.examples.good),
    '',
    'Shown by (on real servers; replayed by the tests)',
    ...rule.proof.flatMap(proofLines).map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** What is known about a rule, without the function that judges. */
export function lintRuleData(rule: LintRule): object {
  const { id, title, severity, rationale, fix, proof, examples } = rule;
  return { id, title, severity, rationale, fix, proof, examples };
}

/** A proof: the servers, what was given, what was seen. */
export function proofLines(proof: LintProof): readonly string[] {
  const given =
    proof.given.kind === 'rules'
      ? [`ACL SETUSER u ${proof.given.text}`]
      : proof.given.text.trimEnd().split('\n');
  return [
    `# ${proof.servers.join(' ')}`,
    ...given.map((line) => safeText(line)),
    ...proof.shows.map((shown) => `  -> ${describe(shown)}`),
  ];
}

function describe(shown: LintShown): string {
  switch (shown.kind) {
    case 'accepted':
      return 'accepted';
    case 'refused':
      return `refused: ${shown.message}`;
    case 'crashes':
      return 'the server crashes';
    case 'logs-in':
      return `${login(shown)}: OK`;
    case 'login-refused':
      return `${login(shown)}: refused`;
    case 'allowed':
      return `${asUser(shown.user)}${command(shown.argv)}: allowed`;
    case 'denied':
      return `${asUser(shown.user)}${command(shown.argv)}: ${shown.message ?? 'NOPERM'}`;
  }
}

function login(shown: { readonly user?: string; readonly password: string }): string {
  return `AUTH ${safeText(shown.user ?? 'u')} ${JSON.stringify(shown.password)}`;
}

function asUser(user: string | undefined): string {
  return user === undefined || user === 'u' ? '' : `as ${user}: `;
}

function command(argv: readonly string[]): string {
  return safeText(argv.map((word) => (/^$|\s/.test(word) ? JSON.stringify(word) : word)).join(' '));
}

function printExample(example: LintExample): string {
  return exampleLines(example)
    .map((line) => `  ${line}`)
    .join('\n');
}

/** A longer line is an example of length, not to be read. */
const LINE_CHARACTERS_MAX = 400;

/** The example as it can be shown: the server, then its lines without anything that acts or floods. */
export function exampleLines({ server = 'redis-7.2', text }: LintExample): readonly string[] {
  const lines = text.trimEnd().split('\n');
  return [
    `# ${server}`,
    ...lines.map((line) =>
      line.length > LINE_CHARACTERS_MAX
        ? `${safeText(line.slice(0, LINE_CHARACTERS_MAX))} … (${line.length} characters)`
        : safeText(line),
    ),
  ];
}
