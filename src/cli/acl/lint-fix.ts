/**
 * `wardis acl lint --fix`: writes exact replacements that the engine proves to mend the form only. One is taken when the
 * server refuses less than before, or when nothing was refused, and every user that was read in full stays as it was.
 */

import { statSync } from 'node:fs';
import {
  FORM_LINT_RULES,
  lint,
  printUser,
  readLintFile,
  type CommandTable,
  type LintFinding,
  type LintRange,
  type LintRule,
  type LintSubject,
} from '../../acl/index.ts';
import { encodeConf } from '../../conf/index.ts';
import { CommandFailure } from '../failure.ts';
import { writeWhole } from '../file-output.ts';
import type { Terminal } from '../terminal.ts';
import { editsOf } from './lint-result.ts';
import type { LintText } from './lint-source.ts';

/** Fixes tried on one file; each is a reading of the whole file. */
const FIXES_MAX = 500;

/** Mends the ACL files in place, the old ones kept as `.bak`, and returns what they are now. */
export function fixFiles(
  texts: readonly LintText[],
  table: CommandTable | undefined,
  rules: readonly LintRule[],
  terminal: Terminal,
): readonly LintText[] {
  return texts.map((source) => {
    if (table === undefined || source.kind !== 'acl-file') return source;
    if (source.path === 'standard input') {
      throw new CommandFailure({
        code: 'E_USAGE',
        what: 'standard input cannot be mended in place',
        next: 'name a file, or leave --fix out',
      });
    }
    const { text, fixed } = mendText(source.text, table, rules);
    if (fixed === 0) {
      terminal.err(`${source.path}: nothing that --fix may mend\n`);
      return source;
    }
    const mode = statSync(source.path).mode & 0o777;
    writeWhole(`${source.path}.bak`, encodeConf(source.text), mode);
    writeWhole(source.path, encodeConf(text), mode);
    terminal.err(
      `${source.path}: ${fixed} fix${fixed === 1 ? '' : 'es'} written, the old file is ${source.path}.bak\n`,
    );
    return { ...source, text };
  });
}

/** Findings tried by {@link countFixable}, and the longest text: each is a reading of the whole. */
const FIXABLE_TRIED_MAX = 20;
const FIXABLE_CHARS_MAX = 50_000;

/** How many of the findings `--fix` mends, each for itself; none are counted in a long file. */
export function countFixable(text: string, table: CommandTable, findings: readonly LintFinding[]): number {
  if (text.length > FIXABLE_CHARS_MAX) return 0;
  return findings
    .filter(({ fix }) => editsOf(fix).length > 0)
    .slice(0, FIXABLE_TRIED_MAX)
    .filter(({ fix }) => isMended(text, applyEdits(text, editsOf(fix)), table)).length;
}

/** Takes one fix after the other, each on the text that the last one left. */
export function mendText(
  original: string,
  table: CommandTable,
  rules: readonly LintRule[],
): { readonly text: string; readonly fixed: number } {
  let text = original;
  let fixed = 0;
  const refused = new Set<string>();
  for (let tries = 0; tries < FIXES_MAX; tries++) {
    const next = lint(readLintFile(text, table), rules).find(
      (finding) => editsOf(finding.fix).length > 0 && !refused.has(keyOf(finding, text)),
    );
    if (next === undefined) break;
    const mended = applyEdits(text, editsOf(next.fix));
    if (isMended(text, mended, table)) {
      text = mended;
      fixed++;
      // What could not be told to help before may help now.
      refused.clear();
    } else {
      refused.add(keyOf(next, text));
    }
  }
  return { text, fixed };
}

/** Replaces ranges that do not overlap. */
export function applyEdits(
  text: string,
  edits: readonly { readonly range: LintRange; readonly text: string }[],
): string {
  let mended = text;
  for (const edit of edits.toSorted((a, b) => b.range[0] - a.range[0])) {
    mended = mended.slice(0, edit.range[0]) + edit.text + mended.slice(edit.range[1]);
  }
  return mended;
}

/** The server refuses less, and whoever was read in full is exactly who he was. */
function isMended(before: string, after: string, table: CommandTable): boolean {
  if (before === after) return false;
  const [a, b] = [readLintFile(before, table), readLintFile(after, table)];
  if (a.problems.length > 0 && countRefusals(b) >= countRefusals(a)) return false;
  if (a.problems.length === 0 && (b.problems.length > 0 || a.users.length !== b.users.length)) return false;
  const users = new Set(b.users.map(({ user }) => printUser(user, table)));
  return a.users.every(({ user, complete }) => !complete || users.has(printUser(user, table)));
}

/** Of a line with several errors servers report some only, so that their causes are counted too. */
function countRefusals(subject: LintSubject): number {
  const { problems, users } = subject;
  const causes = lint(subject, FORM_LINT_RULES).length;
  return users.reduce((sum, { refused }) => sum + refused.length, problems.length + causes);
}

function keyOf(
  finding: { readonly rule: string; readonly user?: string; readonly range?: LintRange },
  text: string,
): string {
  const words = finding.range === undefined ? '' : text.slice(...finding.range);
  return JSON.stringify([finding.rule, finding.user, words]);
}
