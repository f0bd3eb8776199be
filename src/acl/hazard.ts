/**
 * Rules that a server accepts and then suffers from. Seen on real servers: `%` (CVE-2024-51741) and first-argument rules
 * with a blank or a quote abort the server when the user is next displayed (ACL LIST, GETUSER, SAVE); other rules are
 * displayed as a line that no server can load again.
 */
import { toText } from './bytes.ts';
import type { CommandTable } from './command-table.ts';
import type { DraftSelector, DraftUser } from './draft.ts';
import type { Problem } from './problem.ts';
import { hideSecrets } from './rule-error.ts';
import type { MergedRule } from './selector-merge.ts';

type Rules = readonly MergedRule[];

/** Hazards of a user whose rules were all accepted. */
export function findHazards(rules: Rules, user: DraftUser, table: CommandTable): readonly Problem[] {
  const root = [...findEmptyPermissions(rules, user.root), ...findFirstArgs(rules, user.root, table)];
  return [
    ...root,
    ...user.others.flatMap((selector) => [
      ...findEmptyPermissions(rules, selector),
      ...findFirstArgs(rules, selector, table),
      ...findUnreadable(rules, selector),
    ]),
  ];
}

function findEmptyPermissions(rules: Rules, selector: DraftSelector): readonly Problem[] {
  if (!selector.keys.some((key) => key.bits === 0)) return [];
  return [
    {
      code: 'breaks-display',
      message: 'A key rule with "%" and no letter ends this server at the next ACL LIST, GETUSER or SAVE.',
      ...origin(rules, '%'),
      help: 'Write %R~pattern, %W~pattern or ~pattern, and update the server (CVE-2024-51741).',
    },
  ];
}

function findFirstArgs(rules: Rules, selector: DraftSelector, table: CommandTable): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [index, args] of selector.firstArgs) {
    const bad = args.find((arg) => /[\s"']/.test(arg));
    if (bad === undefined) continue;
    const name = table.byIndex[index]?.fullName ?? '';
    const effect = table.dialect.firstArgBlankAborts
      ? 'ends this server at the next ACL LIST, GETUSER or SAVE'
      : 'is shown and saved as a line that cannot be loaded again';
    problems.push({
      code: 'breaks-display',
      message: `A first-argument rule with a blank or a quote (+${name}|${toText(bad)}) ${effect}.`,
      ...origin(rules, `+${name}|`),
      help: 'First-argument rules cannot hold blanks or quotes: remove the rule.',
    });
  }
  return problems;
}

/** Inside parentheses the text is split by quotes and ends at a ")". */
function findUnreadable(rules: Rules, selector: DraftSelector): readonly Problem[] {
  const bad = [...selector.keys.map((key) => key.pattern), ...selector.channels].find((p) =>
    /["']|\)$/.test(p),
  );
  if (bad === undefined) return [];
  return [
    {
      code: 'breaks-display',
      message: `A selector with the pattern ${toText(bad)} is shown and saved as a line that cannot be loaded again.`,
      ...origin(rules, bad.toLowerCase()),
      help: 'Put ? in place of the quote or parenthesis, or move the pattern out of the selector.',
    },
  ];
}

function origin(rules: Rules, part: string): Pick<Problem, 'token' | 'index'> {
  const rule = rules.find(({ token }) => token.toLowerCase().includes(part));
  return rule === undefined ? {} : { token: hideSecrets(toText(rule.token)), index: rule.index };
}
