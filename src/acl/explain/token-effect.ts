/**
 * What each rule of a user contributed, and which of it still stands at the end: the rules are applied one by one as
 * ACL SETUSER does (acl.c ACLSetUser, Redis 7.2), and the states before and after each are compared.
 */
import { toBytes, toText } from '../bytes.ts';
import { splitArguments } from '../language/argument-split.ts';
import { newSelector, newUser, reopenUser } from '../language/draft.ts';
import type { RuleContext } from '../language/draft.ts';
import { hideSecrets, setUserMessage } from '../language/rule-error.ts';
import type { RuleError } from '../language/rule-error.ts';
import { mergeSelectors } from '../language/selector-merge.ts';
import type { MergedRule } from '../language/selector-merge.ts';
import { ruleContext } from '../language/user.ts';
import type { ParseUserOptions } from '../language/user.ts';
import type { CommandTable } from '../table/command-table.ts';
import { aspectsSpokenOf, restatesNewUser } from './convention.ts';
import type { TokenEffect } from './effect.ts';
import { judgeRules } from './effect-status.ts';
import type { AppliedRule } from './effect-status.ts';
import { enterChanges, openLedger, ownersOf } from './ledger.ts';
import { commandWrites, factsNamed, selectorScene, userScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { commandOf } from './fact.ts';

/**
 * Every rule of a user, left to right, with what it contributed. Takes the name and the rules that `parseUser` takes, on a new user
 * or on `base`. One pass: the work grows with the rules and with what they change. Refused rules are reported and
 * passed over.
 */
export function explainTokens(
  _name: string,
  tokens: readonly string[],
  table: CommandTable,
  options: Pick<ParseUserOptions, 'base' | 'pubsubDefault'> = {},
): readonly TokenEffect[] {
  const context = ruleContext(table, options.pubsubDefault);
  const isNew = options.base === undefined;
  const user = options.base === undefined ? newUser(context) : reopenUser(options.base);
  const bytes = tokens.map(toBytes);
  const { rules, open } = mergeSelectors(bytes, table.dialect);
  return walk(coverAll(rules, bytes, open), userScene(user, context), context, isNew);
}

/** A rule, or tokens that never became one. */
interface Piece extends MergedRule {
  readonly fault?: 'dropped' | 'unmatched-parenthesis';
}

/** The tokens that are in no rule, as pieces of their own. */
function coverAll(rules: readonly MergedRule[], tokens: readonly string[], open?: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let next = 0;
  const fill = (end: number, fault: Piece['fault'] & string): void => {
    if (next < end)
      pieces.push({ token: tokens.slice(next, end).join(' '), index: next, last: end - 1, fault });
    next = end;
  };
  for (const rule of rules) {
    if (open !== undefined && rule.index > open) break;
    fill(rule.index, 'dropped');
    pieces.push(rule);
    next = rule.last + 1;
  }
  if (open !== undefined) {
    fill(open, 'dropped');
    fill(tokens.length, 'unmatched-parenthesis');
  }
  return pieces;
}

function walk(
  pieces: readonly Piece[],
  scene: Scene,
  context: RuleContext,
  isNew: boolean,
): readonly TokenEffect[] {
  const ledger = openLedger();
  // Aspects that some rule has spoken of: until then a rule may restate what a new user is.
  const spoken = new Set<string>();
  const applied = pieces.map((piece): AppliedRule => {
    const { token } = piece;
    const children = isSelector(piece, context.table) ? explainSelector(token, context) : [];
    if (piece.fault !== undefined) {
      return {
        ...piece,
        fault: piece.fault,
        children,
        conventional: false,
        by: [],
        account: enterChanges(ledger, []),
      };
    }
    const error = scene.apply(token);
    if (error !== undefined) {
      const account = enterChanges(ledger, []);
      return { ...piece, ...refusal(token, error), children, conventional: false, by: [], account };
    }
    const account = enterChanges(ledger, scene.changes(token));
    const idle = account.given.length === 0 && account.taken.length === 0;
    const aspects = aspectsSpokenOf(token);
    const first = aspects.every((aspect) => !spoken.has(aspect));
    const conventional = isNew && idle && first && restatesNewUser(token);
    if (!conventional) for (const aspect of aspects) spoken.add(aspect);
    const writes = commandWrites(token, context);
    const named = idle || /^[~%]/.test(token) ? factsNamed(token, context) : [];
    const by = idle ? ownersOf(ledger, [...named, ...named.map(commandOf)]) : [];
    return { ...piece, children, account, conventional, named, by, ...(writes !== undefined && { writes }) };
  });
  return judgeRules(applied, ledger, context.table);
}

function refusal(token: string, error: RuleError): Pick<AppliedRule, 'fault' | 'message'> {
  return { fault: error, message: setUserMessage(toBytes(hideSecrets(toText(token))), error) };
}

function isSelector({ token, fault }: Piece, table: CommandTable): boolean {
  return fault === undefined && table.dialect.selectors && token.startsWith('(') && token.endsWith(')');
}

/** The rules inside parentheses, on a selector of their own. */
function explainSelector(token: string, context: RuleContext): readonly TokenEffect[] {
  const rules = splitArguments(token.slice(1, -1), context.table.dialect.argumentSplit) ?? [];
  const pieces = rules.map((rule, index) => ({ token: rule, index, last: index }));
  return walk(pieces, selectorScene(newSelector(context), context), context, true);
}
