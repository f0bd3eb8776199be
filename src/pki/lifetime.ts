/** How long certificates live. A short life is the only revocation that Redis and Valkey honour, so leaves have a limit. */

/** Whole days, as the CA/Browser Forum had it from 2020 to 2026 for public certificates; clients refuse longer ones. */
export const LEAF_DAYS_MAX = 398;
export const LEAF_DAYS_DEFAULT = 90;
export const INTERMEDIATE_DAYS_DEFAULT = 1825;
export const ROOT_DAYS_DEFAULT = 3650;
export const ROOT_DAYS_MAX = 9125;
/** When the next revocation list is due, days from the last. */
export const REVOCATION_LIST_DAYS = 30;

export const DAY_MS = 86_400_000;

/** Clocks that are a little slow accept it too. */
const BACKDATE_MS = 5 * 60_000;

/** When a certificate begins that is made now. */
export function startOf(now: Date): Date {
  return new Date(now.getTime() - BACKDATE_MS);
}

/** When a certificate is due: two thirds of the life that it was really given are over. */
export function dueAt({
  notBefore,
  notAfter,
}: {
  readonly notBefore: string;
  readonly notAfter: string;
}): Date {
  const start = Date.parse(notBefore);
  return new Date(start + ((Date.parse(notAfter) - start) * 2) / 3);
}
