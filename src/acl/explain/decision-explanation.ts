/** A decision with its reasons: for every selector, which rules gave what the command asks for, or where it failed. */
import { decide } from '../decision/decide.ts';
import type { DecideOptions, Decision, Denial } from '../decision/decide.ts';
import { parseUser } from '../language/user.ts';
import type { ParseUserOptions } from '../language/user.ts';
import type { User } from '../selector.ts';
import type { CommandTable } from '../table/command-table.ts';
import { findPlan } from '../decision/command-plan.ts';
import { explainSteps } from './decision-step.ts';
import type { DecisionStep } from './decision-step.ts';
import type { TokenEffect } from './effect.ts';
import { explainTokens } from './token-effect.ts';

export interface DecisionExplanation {
  /** What {@link decide} answers. */
  readonly decision: Decision;
  /** The steps of the selector that allows it, or of the one whose refusal is reported. */
  readonly steps: readonly DecisionStep[];
  /** Every selector on its own, the root first; empty when the command is unknown or its arity wrong. */
  readonly selectors: readonly SelectorVerdict[];
}

export interface SelectorVerdict {
  /** 0 is the root. */
  readonly selector: number;
  /** The parenthesised rule, as written. */
  readonly token?: string;
  readonly allowed: boolean;
  readonly denied?: Denial;
  readonly steps: readonly DecisionStep[];
}

/** Undefined when the server refuses the rules: `parseUser` says why. */
export function explainDecision(
  name: string,
  tokens: readonly string[],
  argv: readonly string[],
  table: CommandTable,
  options: DecideOptions & Pick<ParseUserOptions, 'base' | 'pubsubDefault'> = {},
): DecisionExplanation | undefined {
  const { user } = parseUser(name, tokens, table, options);
  if (user === undefined) return undefined;
  const decision = decide(user, argv, table, options);
  const plan = findPlan(table, argv);
  if (plan === undefined || (!decision.allowed && decision.denied === 'error'))
    return { decision, steps: [], selectors: [] };
  const effects = explainTokens(name, tokens, table, options);
  const makers = selectorRules(user, effects);
  const selectors = user.selectors.map((selector, i): SelectorVerdict => {
    const alone = decide({ ...user, selectors: [selector] }, argv, table, options);
    const whole = makers[i];
    const rules = i === 0 ? effects.filter(({ token }) => !token.startsWith('(')) : (whole?.children ?? []);
    const steps = explainSteps({
      selector,
      effects: rules,
      plan,
      argv,
      table,
      db: options.db ?? 0,
      ...(whole !== undefined && { whole }),
    });
    return {
      selector: i,
      ...(whole !== undefined && { token: whole.token }),
      allowed: alone.allowed,
      ...(!alone.allowed && { denied: alone.denied }),
      steps,
    };
  });
  const deciding = decision.allowed
    ? selectors[decision.selector]
    : selectors.find(({ denied, steps }) => denied === decision.denied && names(steps, decision.object));
  return { decision, steps: (deciding ?? selectors[0])?.steps ?? [], selectors };
}

/** The parenthesised rule of each selector; the root and selectors of a base have none. */
export function selectorRules(
  user: User,
  effects: readonly TokenEffect[],
): readonly (TokenEffect | undefined)[] {
  const made = effects.filter(({ token, status, reason }) => {
    return token.startsWith('(') && status !== 'refused' && reason !== 'dropped';
  });
  // Whatever clears selectors clears all of them: those that are left are the last ones.
  const others = user.selectors.length - 1;
  return user.selectors.map((_, i) => (i === 0 ? undefined : made[made.length - others + i - 1]));
}

/** Does the refusal at the end speak of this object? A database is named by argument or by the command word. */
function names(steps: readonly DecisionStep[], object: string): boolean {
  const last = steps.at(-1);
  return last?.outcome === 'refused' && (last.object === object || last.about === 'database');
}
