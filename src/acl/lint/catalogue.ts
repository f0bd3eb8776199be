/** Every lint rule, by class. A class is a file of `rules/`. */
import type { LintRule } from './rule.ts';
import { ACCESS_RULES } from './rules/access.ts';
import { CATEGORY_RULES } from './rules/category.ts';
import { CHANNEL_RULES } from './rules/channel.ts';
import { ESCALATION_RULES } from './rules/escalation.ts';
import { GLOB_RULES } from './rules/glob.ts';
import { KEY_HOLE_RULES } from './rules/key-hole.ts';
import { KEYLESS_RULES } from './rules/keyless.ts';
import { OBSERVER_RULES } from './rules/observer.ts';
import { ORDER_RULES } from './rules/order.ts';
import { ROLE_RULES } from './rules/role.ts';

export const LINT_RULES: readonly LintRule[] = [
  ...ORDER_RULES,
  ...KEYLESS_RULES,
  ...ACCESS_RULES,
  ...KEY_HOLE_RULES,
  ...GLOB_RULES,
  ...CHANNEL_RULES,
  ...OBSERVER_RULES,
  ...CATEGORY_RULES,
  ...ROLE_RULES,
  ...ESCALATION_RULES,
];

const BY_ID: ReadonlyMap<string, LintRule> = new Map(LINT_RULES.map((rule) => [rule.id, rule]));

/** The rule of an id, whatever its letter case. */
export function findLintRule(id: string): LintRule | undefined {
  return BY_ID.get(id.toLowerCase());
}
