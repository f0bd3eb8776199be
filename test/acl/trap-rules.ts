/** The lint's rules about traps of the language. */
import type { LintRule } from '../../src/acl/lint/rule.ts';
import { ACCESS_RULES } from '../../src/acl/lint/rules/access.ts';
import { CATEGORY_RULES } from '../../src/acl/lint/rules/category.ts';
import { CHANNEL_RULES } from '../../src/acl/lint/rules/channel.ts';
import { GLOB_RULES } from '../../src/acl/lint/rules/glob.ts';
import { KEY_HOLE_RULES } from '../../src/acl/lint/rules/key-hole.ts';
import { KEYLESS_RULES } from '../../src/acl/lint/rules/keyless.ts';
import { OBSERVER_RULES } from '../../src/acl/lint/rules/observer.ts';
import { ORDER_RULES } from '../../src/acl/lint/rules/order.ts';

export const TRAP_RULES: readonly LintRule[] = [
  ...ORDER_RULES,
  ...KEYLESS_RULES,
  ...ACCESS_RULES,
  ...KEY_HOLE_RULES,
  ...GLOB_RULES,
  ...CHANNEL_RULES,
  ...OBSERVER_RULES,
  ...CATEGORY_RULES,
];
