/** Rights that lead to other rights: a limited user that can become more than its rules say. */
import type { LintRule } from '../rule.ts';
import { CONTROL_WAYS } from './escalation-control.ts';
import { DAMAGE_WAYS } from './escalation-damage.ts';
import { wayRules } from './escalation-way.ts';

export const ESCALATION_RULES: readonly LintRule[] = wayRules([...CONTROL_WAYS, ...DAMAGE_WAYS]);
