/** USER-006: a later rule takes back everything that an earlier one granted. */

import { canRun, type CommandTable } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import {
  commandsAfter,
  isCategory,
  isGrant,
  oncePerRules,
  readWrittenUsers,
  userAfter,
} from '../../written-rules.ts';

export const wipedGrant: Check = {
  id: 'USER-006',
  area: 'users',
  title: 'A later rule takes back what an earlier one granted',
  goal: 'Every grant of a user line has an effect',
  severity: 'medium',
  rationale:
    'Rules apply left to right and the last one wins: in `+get +set ~* -@all +@write` the -@all wipes +get, and the user ' +
    'may FLUSHALL but not GET. `+info -@dangerous` is a monitor without INFO, `+psync +replconf -@all` a replica that ' +
    'cannot replicate.',
  evaluate: (snapshot) =>
    readWrittenUsers(snapshot, (users, table) => {
      const find = oncePerRules((rules) => wipedRules(rules, table));
      const lost = users.map((user) => ({ user, rules: find(user) })).filter(({ rules }) => rules.length > 0);
      if (lost.length === 0) return pass(`${users.length} user lines: every grant has an effect`);
      return fail(
        rows(lost, ({ user, rules }) =>
          evidence(`user ${user.name}: ${rules.join(' ')} taken back by a later rule`, user.from),
        ),
        lost
          .slice(0, 20)
          .map(({ user, rules }) =>
            byHand(`In the line of user ${user.name} move ${rules.join(' ')} to the end`),
          ),
      );
    }),
  remedy: 'Begin with -@all, then the grants, then the exceptions; wardis explains a line rule by rule.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} +get +set ~* -@all +@write`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* -@all +get +set`]),
  },
};

function wipedRules(rules: readonly string[], table: CommandTable): readonly string[] {
  const lastDeny = rules.findLastIndex((rule) => !isGrant(rule));
  if (rules.findIndex(isGrant) > lastDeny || lastDeny < 0) return [];
  const end = userAfter(rules, table);
  if (end === undefined) return [];
  const kept = commandsAfter(rules, table);
  return rules.filter((rule, at) => {
    if (!isGrant(rule) || at > lastDeny) return false;
    if (!isCategory(rule)) {
      const name = rule.slice(1);
      const then = userAfter(rules.slice(0, at + 1), table);
      return then !== undefined && canRun(then, name, table) !== 'no' && canRun(end, name, table) === 'no';
    }
    const before = commandsAfter(rules.slice(0, at), table);
    const gained = [...commandsAfter(rules.slice(0, at + 1), table)].filter((name) => !before.has(name));
    return gained.length > 0 && gained.every((name) => !kept.has(name));
  });
}
