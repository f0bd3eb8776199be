/** Users of replicas, Sentinels, exporters and backups. */
import type { LintRule } from '../rule.ts';

export const ROLE_RULES: readonly LintRule[] = [];
