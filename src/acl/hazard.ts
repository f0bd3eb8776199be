/**
 * Rules that a server accepts and then dies of. Seen on real servers: `%` (CVE-2024-51741) and first-argument rules
 * with a blank or a quote abort the server when the user is next displayed (ACL LIST, GETUSER, SAVE).
 */
import { toText } from './bytes.ts';
import type { CommandTable } from './command-table.ts';
import type { DraftUser } from './draft.ts';
import type { Problem } from './problem.ts';
import type { MergedRule } from './selector-merge.ts';

type Rules = readonly MergedRule[];

/** Hazards of a user whose rules were all accepted. */
export function findHazards(rules: Rules, user: DraftUser, table: CommandTable): readonly Problem[] {
  const hazards: Problem[] = [];
  for (const selector of [user.root, ...user.others]) {
    if (selector.keys.some((key) => key.bits === 0)) {
      hazards.push({
        code: 'breaks-display',
        message: 'A key rule with "%" and no letter ends this server at the next ACL LIST, GETUSER or SAVE.',
        ...origin(rules, '%'),
        help: 'Write %R~pattern, %W~pattern or ~pattern, and update the server (CVE-2024-51741).',
      });
    }
    for (const [index, args] of table.dialect.firstArgBlankAborts ? selector.firstArgs : []) {
      const bad = args.find((arg) => /[\s"']/.test(arg));
      if (bad === undefined) continue;
      const name = table.byIndex[index]?.fullName ?? '';
      hazards.push({
        code: 'breaks-display',
        message: `A first-argument rule with a blank or a quote (+${name}|${toText(bad)}) ends this server at the next ACL LIST, GETUSER or SAVE.`,
        ...origin(rules, `+${name}|`),
        help: 'First-argument rules cannot hold blanks or quotes: remove the rule.',
      });
    }
  }
  return hazards;
}

function origin(rules: Rules, start: string): Pick<Problem, 'token' | 'index'> {
  const rule = rules.find(({ token }) => token.toLowerCase().includes(start));
  return rule === undefined ? {} : { token: toText(rule.token), index: rule.index };
}
