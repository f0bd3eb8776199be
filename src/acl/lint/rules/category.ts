/** Categories that hold more, or less, than their names say. */
import type { LintRule } from '../rule.ts';

export const CATEGORY_RULES: readonly LintRule[] = [];
