/**
 * Which authority a certificate comes from: by what is recorded, else by name, key identifier and signature (RFC 5280,
 * 4.2.1.1 and 6.1.3), never by who made the request: a certificate that openssl made with our issuer's key is ours. Pure.
 */

import { X509Certificate } from 'node:crypto';
import type { InventoryEntry } from './inventory.ts';
import type { TrustReading } from './trust.ts';

/**
 * `trusted`: its chain ends in a root that servers are to trust now. `dropped`: in one that they are to trust no more.
 * `unknown`: an authority on the way is not known here, or which roots are trusted is not.
 */
export type Descent = 'trusted' | 'dropped' | 'unknown';

type Descending = Pick<InventoryEntry, 'fingerprintSha256' | 'issuer' | 'issuerFingerprintSha256' | 'pem'>;

/** More steps than this between leaf and root are not followed. */
const STEPS_MAX = 10;

/** Tells each certificate's {@link Descent}; `entries` hold the authorities between it and the roots. */
export function readDescent(
  entries: readonly InventoryEntry[],
  trust: TrustReading,
): (entry: InventoryEntry) => Descent {
  if (trust.state !== 'read') return () => 'unknown';
  const roots = new Set(trust.roots.map(({ fact }) => fact.fingerprintSha256));
  const authorities = [...trust.roots.map(({ fact }) => fact), ...entries.filter(isAuthority)];
  const ends = (entry: Descending, steps: number): readonly string[] => {
    if (steps > STEPS_MAX) return [];
    return issuersOf(entry, authorities).flatMap((issuer) =>
      issuer.subject === issuer.issuer ? [issuer.fingerprintSha256] : ends(issuer, steps + 1),
    );
  };
  return (entry) => {
    const found = ends(entry, 0);
    if (found.length === 0) return 'unknown';
    return found.some((fingerprint) => roots.has(fingerprint)) ? 'trusted' : 'dropped';
  };
}

/** Whether an authority of ours signed it: one of the inventory that we made, or one of `own` (PEM). */
export function isOurs(
  entry: Descending & Pick<InventoryEntry, 'origin'>,
  entries: readonly InventoryEntry[],
  own: readonly string[],
): boolean {
  if (entry.origin.kind === 'issued') return true;
  const ours = entries.filter((each) => isAuthority(each) && each.origin.kind === 'issued');
  if (issuersOf(entry, ours).length > 0) return true;
  return own.some((pem) => isSignedBy(entry.pem, pem));
}

/** By name, key identifier and signature; both PEM. What cannot be read was signed by nobody. */
export function isSignedBy(pem: string, authorityPem: string): boolean {
  try {
    const [certificate, authority] = [new X509Certificate(pem), new X509Certificate(authorityPem)];
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  } catch {
    return false;
  }
}

function isAuthority({ usage }: InventoryEntry): boolean {
  return usage === 'authority' || usage === 'intermediate';
}

/** One name may belong to several, before and after a rotation. */
function issuersOf<
  T extends { readonly fingerprintSha256: string; readonly subject: string; readonly pem: string },
>(entry: Descending, authorities: readonly T[]): readonly T[] {
  const recorded = authorities.filter(
    ({ fingerprintSha256 }) => fingerprintSha256 === entry.issuerFingerprintSha256,
  );
  if (recorded.length > 0) return recorded;
  return authorities.filter(({ subject, pem }) => subject === entry.issuer && isSignedBy(entry.pem, pem));
}
