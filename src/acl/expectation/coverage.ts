/**
 * Which rules the expectations look at. A rule is exercised when some expectation would be answered otherwise without
 * it: the rules are read once more with each left out. Passwords and `on` decide who logs in, not what a command may
 * do, and are not counted.
 */
import { splitArguments } from '../language/argument-split.ts';
import { toBytes, toText } from '../bytes.ts';
import { decide } from '../decision/decide.ts';
import { parseUser } from '../language/user.ts';
import { hideSecrets } from '../language/rule-error.ts';
import { mergeSelectors } from '../language/selector-merge.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { User } from '../selector.ts';
import type { Expectation } from './expectation.ts';

/** Rules times expectations that are tried for one user; beyond it coverage is unknown. */
export const COVERAGE_DECISIONS_MAX = 5_000_000;

/** One rule of a user. */
export interface RuleCoverage {
  readonly token: string;
  /** Position in the user's rules, parentheses counted as one. */
  readonly index: number;
  /** Inside parentheses: position there. */
  readonly inner?: number;
  readonly exercised: boolean;
}

export interface UserCoverage {
  readonly user: string;
  /** Undefined: too many to try. */
  readonly rules: readonly RuleCoverage[] | undefined;
}

/** The coverage of one user by the expectations about it. */
export function measureCoverage(
  name: string,
  tokens: readonly string[],
  expectations: readonly Expectation[],
  table: CommandTable,
): UserCoverage {
  const merged = mergeSelectors(tokens.map(toBytes), table.dialect).rules.map(({ token }) => toText(token));
  const own = expectations.filter(({ user }) => user === name);
  const variants = listVariants(merged, table);
  if (variants.length * own.length > COVERAGE_DECISIONS_MAX) return { user: name, rules: undefined };
  const whole = answersOf(parseUser(name, merged, table).user, own);
  const rules = variants.map(({ index, inner, token, without }) => ({
    token: hideSecrets(token),
    index,
    ...(inner !== undefined && { inner }),
    // Rules that no longer stand without this one need it.
    exercised: own.length > 0 && answersOf(parseUser(name, without, table).user, own) !== whole,
  }));
  return { user: name, rules };
}

interface Variant {
  readonly index: number;
  readonly inner?: number;
  readonly token: string;
  readonly without: readonly string[];
}

function listVariants(tokens: readonly string[], table: CommandTable): readonly Variant[] {
  return tokens.flatMap((token, index): readonly Variant[] => {
    if (!bearsOnCommands(token)) return [];
    const inside = /^\(.*\)$/s.test(token)
      ? splitArguments(toBytes(token.slice(1, -1)), table.dialect.argumentSplit)
      : undefined;
    if (inside === undefined || inside.length === 0)
      return [{ index, token, without: tokens.toSpliced(index, 1) }];
    const rules = inside.map(toText);
    return rules.map((rule, inner) => ({
      index,
      inner,
      token: rule,
      without: tokens.with(index, `(${rules.toSpliced(inner, 1).map(quote).join(' ')})`),
    }));
  });
}

function bearsOnCommands(token: string): boolean {
  if (/^[><#!]/.test(token)) return false;
  return !/^(?:|on|off|nopass|resetpass|(?:skip-)?sanitize-payload)$/i.test(token);
}

/** As it must stand inside parentheses to be read as one rule. */
function quote(rule: string): string {
  return /[\s"'\\]/.test(rule) ? `"${rule.replace(/[\\"]/g, '\\$&')}"` : rule;
}

function answersOf(user: User | undefined, expectations: readonly Expectation[]): string {
  if (user === undefined) return 'refused';
  return expectations
    .map(({ argv, db }) => {
      const decision = decide(user, argv, user.table, db === undefined ? {} : { db });
      return decision.allowed ? '+' : decision.denied;
    })
    .join(' ');
}
