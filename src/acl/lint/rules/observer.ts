/** Commands that show what others do. */
import type { LintRule } from '../rule.ts';

export const OBSERVER_RULES: readonly LintRule[] = [];
