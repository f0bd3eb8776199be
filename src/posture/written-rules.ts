/**
 * User lines as somebody wrote them, and what each rule does to the rules before it. A server that is asked shows
 * the outcome only; which rule was taken back by a later one can be seen in the file. Rules apply left to right
 * (acl.c ACLSetUser).
 */

import { grantedCommands, parseUser, type CommandTable, type User } from '../acl/index.ts';
import type { Provenance, Snapshot } from '../fleet/index.ts';
import type { Verdict } from './check.ts';
import { directivesNamed, readConfFiles } from './conf-reading.ts';
import { readFact } from './reading.ts';

/** One user line. The tokens may hold passwords: print only those that {@link isCommandRule} or a key rule accepts. */
export interface WrittenUser {
  readonly name: string;
  readonly tokens: readonly string[];
  readonly from: Provenance;
}

/** Rules after which one more is not looked at: no real line comes near. */
const RULES_MAX = 1000;
/** Different rule lists whose answers are kept. */
const KINDS_MAX = 10_000;

/** Ask with the user lines of the ACL file, or of the conf files where no ACL file is used. */
export function readWrittenUsers(
  snapshot: Snapshot,
  judge: (users: readonly WrittenUser[], table: CommandTable) => Verdict,
): Verdict {
  return readFact(snapshot.commands, 'the command table', (table) => {
    const { aclFile } = snapshot;
    if (!aclFile.known && aclFile.reason === 'missing') {
      return readConfFiles(snapshot, (conf) =>
        judge(
          directivesNamed(conf, 'user').map(({ line, from }) => ({
            name: line.args[0] ?? '',
            tokens: line.args.slice(1, RULES_MAX),
            from,
          })),
          table,
        ),
      );
    }
    return readFact(aclFile, 'the ACL file', ({ path, file }) =>
      judge(
        file.users.flatMap(({ user, line, tokens }) =>
          line === undefined
            ? []
            : [
                {
                  name: user.name,
                  tokens: (tokens[0] === 'user' ? tokens.slice(2) : tokens).slice(0, RULES_MAX),
                  from: { kind: 'file', path, line } as const,
                },
              ],
        ),
        table,
      ),
    );
  });
}

/** The command rules outside parentheses, in order. */
export function commandRules(user: WrittenUser): readonly string[] {
  let depth = 0;
  return user.tokens.filter((token) => {
    const outside = depth === 0 && !token.startsWith('(');
    depth += count(token, '(') - count(token, ')');
    return outside && isCommandRule(token);
  });
}

export function isCommandRule(token: string): boolean {
  return /^[+-]/.test(token) || /^(allcommands|nocommands)$/i.test(token);
}

export function isGrant(token: string): boolean {
  return token.startsWith('+') || token.toLowerCase() === 'allcommands';
}

/** `+@write`, `-@all`, `allcommands`: names many commands. */
export function isCategory(token: string): boolean {
  return /^[+-]@/.test(token) || /^(allcommands|nocommands)$/i.test(token);
}

export function isDenyAll(token: string): boolean {
  return /^(-@all|nocommands)$/i.test(token);
}

/** The user that these command rules alone make; undefined when the server refuses them. */
export function userAfter(rules: readonly string[], table: CommandTable): User | undefined {
  return parseUser('u', rules, table).user;
}

/** What these command rules alone grant. */
export function commandsAfter(rules: readonly string[], table: CommandTable): ReadonlySet<string> {
  const user = userAfter(rules, table);
  return user === undefined ? new Set() : grantedCommands(user, table);
}

/** What one rule names, whatever stands before it: the commands of `+@write`, or of `-@write`. */
export function commandsNamed(rule: string, table: CommandTable): ReadonlySet<string> {
  const free = commandsAfter([], table);
  const grant = /^(nocommands|allcommands)$/i.test(rule) ? '+@all' : `+${rule.slice(1)}`;
  return new Set([...commandsAfter([grant], table)].filter((name) => !free.has(name)));
}

/** Lines of the same command rules get the same answer: fifty thousand tenants of one role are asked about once. */
export function oncePerRules<T>(answer: (rules: readonly string[]) => T): (user: WrittenUser) => T {
  const answers = new Map<string, T>();
  return (user) => {
    const rules = commandRules(user);
    const kind = rules.join(' ');
    const before = answers.get(kind);
    if (before !== undefined) return before;
    const made = answer(rules);
    if (answers.size < KINDS_MAX) answers.set(kind, made);
    return made;
  };
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
