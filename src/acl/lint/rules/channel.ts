/** Channels of pub/sub. */
import type { LintRule } from '../rule.ts';

export const CHANNEL_RULES: readonly LintRule[] = [];
