/** What a proof shows, in one word each. */
import type { LintShown } from '../rule.ts';

export const accepted: LintShown = { kind: 'accepted' };
export const crashes: LintShown = { kind: 'crashes' };

/** The server refuses it, and says this among other things. */
export function refused(message: string): LintShown {
  return { kind: 'refused', message };
}

/** AUTH of user `u` with this password succeeds. */
export function logsIn(password: string, user = 'u'): LintShown {
  return { kind: 'logs-in', user, password };
}

/** AUTH of user `u` with this password fails. */
export function loginRefused(password: string, user = 'u'): LintShown {
  return { kind: 'login-refused', user, password };
}
