/**
 * A `user` line of a configuration file: acl.c ACLAppendUserForLoading and ACLLoadConfiguredUsers, Redis 7.2. The line is
 * checked when it is read, unknown commands only after the modules are loaded.
 */
import type { AclFileOptions, ParsedUserLine } from './aclfile.ts';
import { hasSpaces, toBytes, toText } from '../bytes.ts';
import type { CommandTable } from '../table/command-table.ts';
import { finishUser, newUser } from './draft.ts';
import { findHazards } from './hazard.ts';
import { adviseRule } from './help.ts';
import type { Problem } from '../problem.ts';
import { applyRule } from './rule.ts';
import { hideSecrets, REASONS } from './rule-error.ts';
import type { RuleError } from './rule-error.ts';
import { mergeSelectors } from './selector-merge.ts';
import { ruleContext } from './user.ts';

/**
 * A `user` directive: the name and the rules, split as configuration files are. The server stops at the first error,
 * or at the first unknown command; both are reported here.
 */
export function parseUserDirective(
  args: readonly string[],
  table: CommandTable,
  options: Pick<AclFileOptions, 'pubsubDefault'> = {},
): ParsedUserLine {
  const [name, ...tokens] = args;
  if (name === undefined) {
    return refuse(undefined, {
      code: 'user-keyword-missing',
      message: 'Bad directive or wrong number of arguments',
    });
  }
  if (hasSpaces(name)) {
    return refuse(name, {
      code: 'bad-user-name',
      message: 'Spaces not allowed in ACL usernames',
      token: name,
    });
  }
  const merged = mergeSelectors(tokens.map(toBytes), table.dialect);
  if (merged.open !== undefined) {
    const token = hideSecrets(tokens[merged.open] ?? '');
    const shown = ['user', name, ...tokens.map(hideSecrets)][merged.open];
    // 7.0 words an error that is left over from before: this one was seen on a fresh start.
    const reason = table.dialect.reopensSelector ? REASONS['unknown-command'] : 'Wrong format';
    const message = `Error in user declaration '${shown}': ${reason}`;
    const help = 'Close the selector with a ")" at the end of one of its rules.';
    return refuse(name, { code: 'unmatched-parenthesis', message, token, index: merged.open, help });
  }
  const context = ruleContext(table, options.pubsubDefault);
  const draft = newUser(context);
  // `default` exists already: it is reset, and shows the flag that a reset leaves.
  if (name === 'default') applyRule(draft, 'reset', context);
  const problems: Problem[] = [];
  for (const [position, { token, index }] of merged.rules.entries()) {
    const code = applyRule(draft, token, context);
    if (code === undefined || problems.some((problem) => problem.code !== 'unknown-command')) continue;
    const help = adviseRule(token, code, table);
    problems.push({
      code,
      message: describe(code, position, name, merged.rules, table),
      token: hideSecrets(toText(token)),
      index,
      ...(help !== undefined && { help }),
    });
  }
  if (problems.length > 0) return { name, user: undefined, problems, hazards: [] };
  const user = finishUser(toBytes(name), draft, table);
  return { name, user, problems, hazards: findHazards(merged.rules, draft, table) };
}

function describe(
  code: RuleError,
  position: number,
  name: string,
  rules: readonly { readonly token: string }[],
  table: CommandTable,
): string {
  const written = rules.map(({ token }) => hideSecrets(toText(token)));
  if (code === 'unknown-command') {
    return `Error loading ACL rule '${written[position]}' for the user named '${name}': ${REASONS[code]}`;
  }
  // 7.0 and later count from the keyword and print the word two places too early.
  const line = table.dialect.selectors ? ['user', name, ...written] : written;
  return `Error in user declaration '${line[position]}': ${REASONS[code]}`;
}

function refuse(name: string | undefined, problem: Problem): ParsedUserLine {
  return { name, user: undefined, problems: [problem], hazards: [] };
}
