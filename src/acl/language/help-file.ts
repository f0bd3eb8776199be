/** What to do about a line of an ACL file that the server refuses, in our words. */
import type { CommandTable } from '../table/command-table.ts';
import { adviseRule } from './help.ts';
import type { RuleError } from './rule-error.ts';

/** Advice for a line that does not start with `user NAME`, or whose name is wrong. */
export function adviseLine(tokens: readonly string[]): string {
  const first = tokens[0] ?? '';
  if (/^(?:#|\/\/|;|--)/.test(first)) return 'ACL files know no comments: remove the line.';
  if (first.startsWith('\uFEFF')) return 'The file starts with a byte order mark: save it without.';
  if (tokens.some((token) => token.includes('\t'))) {
    return 'Words are separated by single blanks: a tab is part of the word.';
  }
  if (first.toLowerCase() === 'user' && first !== 'user') return 'The keyword is "user", in lower case.';
  if (first === 'user') return 'A name must follow "user".';
  return 'Every line declares a user: user NAME rule...';
}

/** Advice for a rule that is refused in a file. */
export function adviseFileRule(
  name: string,
  token: string,
  error: RuleError,
  table: CommandTable,
): string | undefined {
  if (name === '') return 'Two blanks after "user" make the user name empty.';
  if (/^(?:\/\/|;)/.test(token) || (token.startsWith('#') && !/^#[0-9a-fA-F]{32,}$/.test(token))) {
    return 'ACL files know no comments: remove it. (A rule that starts with # is a password hash: 64 lower-case hex digits.)';
  }
  if (token.includes('\t')) return 'Words are separated by single blanks: a tab is part of the word.';
  if (/^["']/.test(token)) return 'ACL files know no quotes: write the rule without them.';
  return adviseRule(token, error, table);
}
