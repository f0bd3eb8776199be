// What is wrong with one certificate for one purpose at one moment. Pure: the clock is a parameter.
import type { CertificateFact } from './certificate.ts';

export type CertificateProblemCode =
  | 'expired'
  | 'not-yet-valid'
  | 'expires-soon'
  | 'weak-key'
  | 'weak-signature'
  | 'name-mismatch'
  | 'no-san'
  | 'missing-server-usage'
  | 'missing-client-usage'
  | 'ca-as-leaf'
  | 'not-a-ca'
  | 'self-signed'
  | 'excessive-lifetime';

export interface CertificateProblem {
  readonly code: CertificateProblemCode;
  readonly message: string;
  readonly help?: string;
  /** Whole days until notAfter, negative once expired; with `expired` and `expires-soon`. */
  readonly daysLeft?: number;
  /** The narrowest of 7, 14, 30 that `daysLeft` is inside; with `expires-soon`. */
  readonly withinDays?: number;
}

/** `node`: a replica or cluster node, which is server and client with one certificate. */
export type CertificatePurpose = 'server' | 'client' | 'node' | 'authority';

export interface CertificateCheck {
  readonly at: Date;
  readonly purpose: CertificatePurpose;
  /** Host names or addresses that clients use; each must be covered. */
  readonly names?: readonly string[];
  /** Default 398 for leaves; authorities have no limit unless given. */
  readonly lifetimeDaysMax?: number;
}

/** Every problem at once, in the order of the codes. */
export function checkCertificate(
  fact: CertificateFact,
  check: CertificateCheck,
): readonly CertificateProblem[] {
  throw new Error(`not written: ${fact.subject}${check.purpose}`);
}

/** Whether a client that checks host names accepts this certificate for `name` (RFC 6125: SAN only, one left-most wildcard). */
export function coversName(fact: CertificateFact, name: string): boolean {
  throw new Error(`not written: ${fact.subject}${name}`);
}
