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

/** The dates and the name of one certificate, as it is: an entry of the inventory, or what the certificate says itself. */
export interface IssuedLife {
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Lower-case hex. */
  readonly fingerprintSha256: string;
}

/**
 * When a certificate is due: past two thirds of the life that it was really issued with, a little earlier by a part that
 * its fingerprint decides, so that a fleet that was issued in one hour is not renewed in one. The same whoever asks.
 */
export function dueAt(life: IssuedLife): Date {
  const { notBefore, notAfter } = life;
  const start = Date.parse(notBefore);
  const span = Math.max(0, Date.parse(notAfter) - start);
  return new Date(start + span * (DUE_PART - SPREAD_PART * shareOf(life)));
}

const DUE_PART = 2 / 3;
/** Of the whole life, before two thirds. */
const SPREAD_PART = 1 / 20;
const SHARE_DIGITS = 8;

/** From 0 up to, not including, 1; the same at every call and on every machine. */
function shareOf({ fingerprintSha256 }: IssuedLife): number {
  const digits = Number.parseInt(fingerprintSha256.slice(0, SHARE_DIGITS), 16);
  return Number.isNaN(digits) ? 0 : digits / 16 ** SHARE_DIGITS;
}
