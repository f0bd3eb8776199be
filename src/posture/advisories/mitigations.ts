/** Conditions that several advisories share. */

import type { Condition } from './condition.ts';

export function denied(...commands: readonly string[]): readonly Condition[] {
  return [{ kind: 'denied', commands }];
}

/** -@dangerous does not take scripting away; -@scripting does. */
export const NO_SCRIPTING = denied('@scripting');
export const NO_RESTORE = denied('restore', 'restore-asking', 'migrate');
export const NO_CONFIG_SET = denied('config|set');
export const CERTIFICATES_ONLY: readonly Condition[] = [{ kind: 'client-certificates' }];
export const NO_CLIENT_EVICTION: readonly Condition[] = [
  { kind: 'setting', name: 'maxmemory-clients', in: ['0'] },
];
