/** Commands whose keys a build does not check. */
import type { LintRule } from '../rule.ts';

export const KEY_HOLE_RULES: readonly LintRule[] = [];
