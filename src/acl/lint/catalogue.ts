/** Every lint rule, by class. A class is a file of `rules/`. */
import type { LintRule } from './rule.ts';
import { ACL_FILE_RULES } from './rules/acl-file.ts';
import { CLIENT_RULES } from './rules/client.ts';
import { CONF_FILE_RULES } from './rules/conf-file.ts';
import { DENY_LIST_RULES } from './rules/deny-list.ts';
import { DISPLAY_RULES } from './rules/display.ts';
import { ENCODING_RULES } from './rules/encoding.ts';
import { FILE_FORM_RULES } from './rules/file-form.ts';
import { LOGIN_RULES } from './rules/login.ts';
import { NO_EFFECT_RULES } from './rules/no-effect.ts';
import { PASSWORD_RULES } from './rules/password.ts';
import { PLACEHOLDER_RULES } from './rules/placeholder.ts';
import { REFUSED_FORM_RULES } from './rules/refused-form.ts';
import { REFUSED_NAME_RULES } from './rules/refused-name.ts';
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
import { USER_LENGTH_RULES } from './rules/user-length.ts';

/** Why a server refuses a file, or reads it differently than was meant. */
export const FORM_LINT_RULES: readonly LintRule[] = [
  ...ACL_FILE_RULES,
  ...ENCODING_RULES,
  ...FILE_FORM_RULES,
  ...REFUSED_NAME_RULES,
  ...REFUSED_FORM_RULES,
  ...USER_LENGTH_RULES,
];

export const LINT_RULES: readonly LintRule[] = [
  ...FORM_LINT_RULES,
  ...CONF_FILE_RULES,
  ...DISPLAY_RULES,
  ...PLACEHOLDER_RULES,
  ...PASSWORD_RULES,
  ...LOGIN_RULES,
  ...CLIENT_RULES,
  ...DENY_LIST_RULES,
  ...NO_EFFECT_RULES,
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
