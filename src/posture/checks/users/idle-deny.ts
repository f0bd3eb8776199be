/** USER-008: a deny that takes nothing away. */

import type { CommandTable } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { commandsAfter, isCategory, isGrant, oncePerRules, readWrittenUsers } from '../../written-rules.ts';

export const idleDeny: Check = {
  id: 'USER-008',
  area: 'users',
  title: 'A rule denies what was never granted',
  goal: 'Every deny of a user line has an effect',
  severity: 'info',
  rationale:
    'In `+@read -flushall` and in `-@dangerous -keys -flushall` the single denies take nothing away. They do no harm, but ' +
    'readers believe that they are what protects, and later grants behind them are not held back.',
  evaluate: (snapshot) =>
    readWrittenUsers(snapshot, (users, table) => {
      const find = oncePerRules((rules) => idleRules(rules, table));
      const idle = users.map((user) => ({ user, rules: find(user) })).filter(({ rules }) => rules.length > 0);
      if (idle.length === 0) return pass(`${users.length} user lines: every deny has an effect`);
      return fail(
        rows(idle, ({ user, rules }) =>
          evidence(`user ${user.name}: ${rules.join(' ')} deny nothing`, user.from),
        ),
        idle
          .slice(0, 20)
          .map(({ user, rules }) => byHand(`Remove ${rules.join(' ')} from the line of user ${user.name}`)),
      );
    }),
  remedy: 'Remove them, or move them behind the grants that they are meant for.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read -flushall -config`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@write -flushall -flushdb`]),
  },
};

/** Single commands only: `-@all` in front and `-@dangerous` as a belt are written on purpose. */
function idleRules(rules: readonly string[], table: CommandTable): readonly string[] {
  if (!rules.some((rule) => !isGrant(rule) && !isCategory(rule))) return [];
  return rules.filter((rule, at) => {
    if (isGrant(rule) || isCategory(rule)) return false;
    const before = commandsAfter(rules.slice(0, at), table);
    return commandsAfter(rules.slice(0, at + 1), table).size === before.size;
  });
}
