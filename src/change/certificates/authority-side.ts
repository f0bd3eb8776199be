/**
 * On which side of a change of authority a certificate is: whether it leads to the old one, to the new one, or to one
 * that stays. Built as OpenSSL builds it for a server (`verifyChain`); dates are not looked at, because what has expired
 * under the old authority is under the old authority.
 */

import { readCertificates, verifyChain, type CertificateFact } from '../../tls/index.ts';

/** From an authority to the next one. PEM texts; each may hold several certificates. */
export interface AuthorityChange {
  readonly old: readonly string[];
  readonly next: readonly string[];
  /** Trusted before, and to stay. */
  readonly others?: readonly string[];
  /** Issuers between roots and leaves, to complete what a server or an inventory shows. */
  readonly intermediates?: readonly string[];
}

/** `next` also where both lead to it (cross-signed): the old one can go. `unknown`: leads nowhere that is known. */
export type AuthoritySide = 'old' | 'next' | 'other' | 'unknown';

/** `chain`: the certificate first, then what was shown with it. */
export function sideOf(chain: readonly string[], change: AuthorityChange, at: Date): AuthoritySide {
  const { old, next, others = [], intermediates = [] } = change;
  const shown = [...chain, ...intermediates, ...issuersAmong(next), ...issuersAmong(old)];
  const leadsTo = (anchors: readonly string[]): boolean =>
    anchors.length > 0 && verifyChain(shown, anchors, at).anchored;
  if (leadsTo(next)) return 'next';
  if (leadsTo(old)) return 'old';
  return leadsTo(others) ? 'other' : 'unknown';
}

/** Certificates of PEM texts; what cannot be read is left out. */
export function certificatesOf(pems: readonly string[]): readonly CertificateFact[] {
  return pems.flatMap((pem) => readCertificates(pem).certificates);
}

/** What an authority's file holds beside its root. */
function issuersAmong(pems: readonly string[]): readonly string[] {
  return certificatesOf(pems).flatMap(({ selfSigned, pem }) => (selfSigned ? [] : [pem]));
}
