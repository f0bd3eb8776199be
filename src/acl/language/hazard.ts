/**
 * Rules that a server accepts and then suffers from. Seen on real servers: `%` (CVE-2024-51741) and first-argument rules
 * with a blank or a quote abort the server when the user is next displayed (ACL LIST, GETUSER, SAVE); other rules are
 * displayed as a line that no server can load again.
 */
import { toText } from '../bytes.ts';
import type { CommandTable } from '../table/command-table.ts';
import { splitArguments } from './argument-split.ts';
import { keptText, ODD } from './command-text.ts';
import { newSelector, READ, WRITE } from './draft.ts';
import type { DraftSelector, DraftUser, RuleContext } from './draft.ts';
import { applySelectorRule } from './rule.ts';
import type { Problem } from '../problem.ts';
import { hideSecrets } from './rule-error.ts';
import type { MergedRule } from './selector-merge.ts';

type Rules = readonly MergedRule[];

/** Hazards of a user whose rules were all accepted. */
export function findHazards(rules: Rules, user: DraftUser, table: CommandTable): readonly Problem[] {
  return [user.root, ...user.others].flatMap((selector) => [
    ...findEmptyPermissions(rules, selector),
    ...findFirstArgs(rules, selector, table),
    ...findStarPattern(rules, selector),
    ...(selector === user.root ? [] : findUnreadable(rules, selector, table)),
  ]);
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
  const odd = firstArgRules(selector, table).find((rule) => /[\s"']/.test(rule));
  const aborts = table.dialect.firstArgBlankAborts && !canShow(selector, table);
  if (odd === undefined && !aborts) return [];
  const effect = aborts
    ? 'ends this server at the next ACL LIST, GETUSER or SAVE'
    : 'is shown and saved as a line that cannot be loaded again, or means something else';
  const shown = odd ?? keptText(selector.kept);
  return [
    {
      code: 'breaks-display',
      message: `A first-argument rule with a blank or a quote (${toText(shown)}) ${effect}.`,
      ...origin(rules, shown.slice(0, shown.indexOf('|') + 1)),
      help: 'First-argument rules cannot hold blanks or quotes: remove the rule.',
    },
  ];
}

/** Those that are displayed: kept rules stay in the text even when a later rule has made them void. */
function firstArgRules(selector: DraftSelector, table: CommandTable): readonly string[] {
  if (table.dialect.display === 'kept-rules')
    return selector.kept[0]?.startsWith(ODD) ? [keptText(selector.kept)] : [];
  return [...selector.firstArgs].flatMap(([index, args]) =>
    args.map((arg) => `+${table.byIndex[index]?.fullName ?? ''}|${arg}`),
  );
}

/**
 * Before it shows a selector, the server splits the kept text again, applies it to a selector without commands, and ends itself
 * when a rule is refused or other commands come out (ACLDescribeSelectorCommandRules, 7.2 and later).
 */
function canShow(selector: DraftSelector, table: CommandTable): boolean {
  if (selector.kept[0]?.startsWith(ODD) !== true) return true;
  const words = splitArguments(keptText(selector.kept), table.dialect.argumentSplit);
  if (words === undefined) return false;
  const context: RuleContext = { table, pubsubDefault: 'resetchannels' };
  // It has every key and channel: key and channel rules are refused.
  const again = { ...newSelector(context), allKeys: true, allChannels: true };
  const start = selector.future ? '+@all' : '-@all';
  for (const word of [start, ...words]) {
    if (applySelectorRule(again, word, context) !== undefined) return false;
  }
  return again.bits.every((word, i) => word === selector.bits[i]);
}

/**
 * The text between parentheses is split by quotes, and ends at the first word that ends in ")". Valkey from 8.1 on loses
 * the byte FF in it.
 */
function findUnreadable(rules: Rules, selector: DraftSelector, table: CommandTable): readonly Problem[] {
  const patterns = [...selector.keys.map((key) => key.pattern), ...selector.channels];
  const lost = table.dialect.argumentSplit === 'strict' ? /["']|\)$/ : /["'\xff]|\)$/;
  const words = keptText(selector.kept).split(' ').slice(0, -1);
  const bad = patterns.find((pattern) => lost.test(pattern)) ?? words.find((word) => word.endsWith(')'));
  if (bad === undefined) return [];
  return [
    {
      code: 'breaks-display',
      message: `A selector with ${toText(bad)} is shown and saved as a line that cannot be loaded again, or means something else.`,
      ...origin(rules, bad.toLowerCase()),
      help: 'Put ? in place of the quote, parenthesis or byte FF of a pattern, or move the rule out of the selector.',
    },
  ];
}

/** `%RW~*` is a pattern, but shown as `~*`, which is every key and takes no pattern beside it. */
function findStarPattern(rules: Rules, selector: DraftSelector): readonly Problem[] {
  if (!selector.keys.some((key) => key.pattern === '*' && key.bits === (READ | WRITE))) return [];
  return [
    {
      code: 'breaks-display',
      message:
        'The pattern * with both rights is shown and saved as ~*, which is another rule: loaded again it is every key, the empty one included, and refuses the patterns behind it.',
      ...origin(rules, '~*'),
      help: 'Write ~* for every key, before any other pattern.',
    },
  ];
}

function origin(rules: Rules, part: string): Pick<Problem, 'token' | 'index'> {
  const rule = rules.find(({ token }) => token.toLowerCase().includes(part));
  return rule === undefined ? {} : { token: hideSecrets(toText(rule.token)), index: rule.index };
}
