/**
 * Rules that a server accepts and then suffers from. Seen on real servers: `%` (CVE-2024-51741) and first-argument rules
 * with a blank or a quote abort the server when the user is next displayed (ACL LIST, GETUSER, SAVE); other rules are
 * displayed as a line that no server can load again.
 */
import { toText } from '../bytes.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { DraftSelector, DraftUser } from './draft.ts';
import type { Problem } from '../problem.ts';
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
  const effect = table.dialect.firstArgBlankAborts
    ? 'ends this server at the next ACL LIST, GETUSER or SAVE'
    : 'is shown and saved as a line that cannot be loaded again';
  return firstArgRules(selector, table)
    .filter((rule) => /[\s"']/.test(rule))
    .map((rule) => ({
      code: 'breaks-display',
      message: `A first-argument rule with a blank or a quote (${toText(rule)}) ${effect}.`,
      ...origin(rules, rule.slice(0, rule.indexOf('|') + 1)),
      help: 'First-argument rules cannot hold blanks or quotes: remove the rule.',
    }));
}

/** Those that are displayed: kept rules stay in the text even when a later rule has made them void. */
function firstArgRules(selector: DraftSelector, table: CommandTable): readonly string[] {
  if (table.dialect.display === 'kept-rules') return selector.kept.filter((rule) => rule.includes('|'));
  return [...selector.firstArgs].flatMap(([index, args]) =>
    args.map((arg) => `+${table.byIndex[index]?.fullName ?? ''}|${arg}`),
  );
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
