/** Rights that lead to other rights. */
import type { LintRule } from '../rule.ts';

export const ESCALATION_RULES: readonly LintRule[] = [];
