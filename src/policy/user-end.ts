/**
 * When users of a policy end: `expires` names the last day (UTC), a break-glass administrator ends at a moment. No
 * server ends a user by itself, so that the policy must: from then on the user compiles as `off`.
 */

import type { PolicyUser } from './policy-document.ts';

/** Longer emergencies are not emergencies: beyond this many days ahead a warning is given. */
export const BREAK_GLASS_DAYS_MAX = 7;

const DAY_MS = 86_400_000;

/** Why a user has ended at `now`: `expired on 2026-11-20`; undefined while it may stay. */
export function userEnd(user: Pick<PolicyUser, 'expires' | 'breakGlass'>, now: Date): string | undefined {
  if (user.expires !== undefined && user.expires < now.toISOString().slice(0, 10))
    return `expired on ${user.expires}`;
  const until = user.breakGlass?.until;
  return until !== undefined && Date.parse(until) <= now.getTime()
    ? `break-glass access ended at ${until}`
    : undefined;
}

/** Whole days since a moment; none for one to come, so that a clock that is behind makes nothing older. */
export function daysSince(moment: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(moment)) / DAY_MS));
}

/** Days that an emergency has yet to last where that is too long; undefined where it is not. */
export function longEmergency(user: Pick<PolicyUser, 'breakGlass'>, now: Date): number | undefined {
  if (user.breakGlass === undefined) return undefined;
  const ahead = Date.parse(user.breakGlass.until) - now.getTime();
  return ahead > BREAK_GLASS_DAYS_MAX * DAY_MS ? Math.ceil(ahead / DAY_MS) : undefined;
}
