/** USER-007: a later category gives back what an earlier rule took away. */

import type { CommandTable } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { printCommands, rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import {
  commandsAfter,
  commandsNamed,
  isCategory,
  isDenyAll,
  isGrant,
  oncePerRules,
  readWrittenUsers,
} from '../../written-rules.ts';

/** Commands shown for one rule; the rest is counted. */
const COMMANDS_SHOWN_MAX = 6;

export const undoneDeny: Check = {
  id: 'USER-007',
  area: 'users',
  title: 'A later rule gives back what was denied',
  goal: 'Every command that a user line denies stays denied',
  severity: 'high',
  rationale:
    'A deny acts on what stands before it. `-@dangerous +@all` denies nothing, `+@all -flushall +@write` allows FLUSHALL ' +
    'again, `-client|kill +client` allows CLIENT KILL.',
  evaluate: (snapshot) =>
    readWrittenUsers(snapshot, (users, table) => {
      const find = oncePerRules((rules) => undoneRules(rules, table));
      const found = users.flatMap((user) => find(user).map((undone) => ({ user, ...undone })));
      if (found.length === 0) return pass(`${users.length} user lines: every deny holds to the end`);
      return fail(
        rows(found, ({ user, deny, grant, back }) =>
          evidence(
            `user ${user.name}: ${grant} gives back ${shown(back)}, which ${deny} took away`,
            user.from,
          ),
        ),
        [...new Set(found)]
          .slice(0, 20)
          .map(({ user, deny }) => byHand(`In the line of user ${user.name} move ${deny} behind the grants`)),
      );
    }),
  remedy: 'Write the denies last.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-03'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@all -flushall +@write`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read +@write -@dangerous`]),
  },
};

function undoneRules(rules: readonly string[], table: CommandTable) {
  const found: { readonly deny: string; readonly grant: string; readonly back: readonly string[] }[] = [];
  if (!rules.some((rule, at) => !isGrant(rule) && !isDenyAll(rule) && rules.slice(at + 1).some(isGrant)))
    return found;
  const kept = commandsAfter(rules, table);
  rules.forEach((deny, at) => {
    if (isGrant(deny) || isDenyAll(deny)) return;
    // Rules before a later -@all are taken back as a whole; that is another question.
    if (rules.slice(at + 1).some(isDenyAll)) return;
    const denied = commandsNamed(deny, table);
    for (const grant of rules.slice(at + 1).filter(isGrant)) {
      const named = commandsNamed(grant, table);
      const back = [...named].filter((name) => denied.has(name) && kept.has(name));
      // `-@dangerous +info` is an exception that somebody meant; a wider grant is not.
      if (back.length > 0 && (isCategory(grant) || back.length < named.size))
        found.push({ deny, grant, back });
    }
  });
  return found;
}

function shown(names: readonly string[]): string {
  const rest = names.length - COMMANDS_SHOWN_MAX;
  return `${printCommands(names.slice(0, COMMANDS_SHOWN_MAX))}${rest > 0 ? ` and ${rest} more` : ''}`;
}
