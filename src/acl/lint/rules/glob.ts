/** Key patterns that match other keys than was meant. */
import type { LintRule } from '../rule.ts';

export const GLOB_RULES: readonly LintRule[] = [];
