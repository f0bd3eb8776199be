/** Rules whose order takes away what was meant. */
import type { LintRule } from '../rule.ts';

export const ORDER_RULES: readonly LintRule[] = [];
