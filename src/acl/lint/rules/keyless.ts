/** Commands that ignore key patterns and databases. */
import type { LintRule } from '../rule.ts';

export const KEYLESS_RULES: readonly LintRule[] = [];
