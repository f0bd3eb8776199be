/** Read and write permissions of keys. */
import type { LintRule } from '../rule.ts';

export const ACCESS_RULES: readonly LintRule[] = [];
