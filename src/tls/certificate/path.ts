// The path from a leaf to a root as OpenSSL 3.0 builds it (x509_vfy.c build_chain): an issuer is chosen by its name and
// the key identifiers, from the trust file before the chain that was sent, and never by trying signatures.
import type { CertificateFact } from './certificate.ts';
import { readConstraints } from './constraint.ts';
import type { Constraints } from './constraint.ts';

/** One certificate of a path, with what it says about how it is checked. */
export interface PathStep {
  readonly fact: CertificateFact;
  readonly constraints: Constraints;
}

/** `rooted`: it ends in a self-signed certificate of the trust file. */
export type PathEnd = 'rooted' | 'untrusted-root' | 'partial' | 'no-issuer' | 'too-long';

/** More steps than this between leaf and root are not followed. */
export const CHAIN_CERTIFICATES_MAX = 10;

/** From the leaf as far up as it goes. */
export function buildPath(
  leaf: CertificateFact,
  intermediates: readonly CertificateFact[],
  trusted: readonly CertificateFact[],
  at: Date,
): { readonly path: readonly PathStep[]; readonly end: PathEnd } {
  const isTrusted = ({ fingerprintSha256 }: CertificateFact): boolean =>
    trusted.some((candidate) => candidate.fingerprintSha256 === fingerprintSha256);
  const path = [stepOf(leaf)];
  let others = intermediates;
  for (let last = path[0]; last !== undefined && path.length <= CHAIN_CERTIFICATES_MAX; last = path.at(-1)) {
    if (mayHaveIssued(last, last)) return { path, end: isTrusted(last.fact) ? 'rooted' : 'untrusted-root' };
    const anchor = findIssuer(last, trusted, at);
    const issuer = anchor ?? findIssuer(last, others, at);
    if (issuer === undefined) return { path, end: isTrusted(last.fact) ? 'partial' : 'no-issuer' };
    // From the trust file on, nothing of what was sent is looked at.
    if (anchor !== undefined) others = [];
    path.push(issuer);
  }
  path.pop();
  return { path, end: 'too-long' };
}

/** It names itself as its issuer. */
export function isSelfIssued({ subject, issuer }: CertificateFact): boolean {
  return sameName(subject, issuer);
}

export function isValidAt({ notBefore, notAfter }: CertificateFact, at: Date): boolean {
  return at.getTime() >= Date.parse(notBefore) && at.getTime() <= Date.parse(notAfter);
}

/** As X509_NAME_cmp: neither case nor blanks count. */
export function sameName(one: string, other: string): boolean {
  return one === other || foldName(one) === foldName(other);
}

function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/ +/g, ' ');
}

function stepOf(fact: CertificateFact): PathStep {
  return { fact, constraints: readConstraints(fact) };
}

/** The first that is valid now; else the one that ended last. */
function findIssuer(
  { fact, constraints }: PathStep,
  candidates: readonly CertificateFact[],
  at: Date,
): PathStep | undefined {
  const issuers = candidates
    .filter(({ subject }) => sameName(subject, fact.issuer))
    .map(stepOf)
    .filter((candidate) => mayHaveIssued(candidate, { fact, constraints }));
  const latest = issuers.toSorted((a, b) => Date.parse(b.fact.notAfter) - Date.parse(a.fact.notAfter));
  return issuers.find((issuer) => isValidAt(issuer.fact, at)) ?? latest[0];
}

/** Names, key identifiers where both state one, and the kind of key: ossl_x509_likely_issued. */
function mayHaveIssued(issuer: PathStep, { fact, constraints }: PathStep): boolean {
  if (!sameName(issuer.fact.subject, fact.issuer)) return false;
  const { keyId, serial, issuer: named } = constraints.authorityKeyId ?? {};
  const { subjectKeyId } = issuer.constraints;
  if (keyId !== undefined && subjectKeyId !== undefined && keyId !== subjectKeyId) return false;
  if (serial !== undefined && serial !== issuer.fact.serial.toLowerCase().replace(/^0+/, '')) return false;
  if (named !== undefined && named.join() !== issuer.constraints.issuer.join()) return false;
  return fitsKey(fact.signatureAlgorithm, issuer.fact.keyType);
}

function fitsKey(signature: string, keyType: CertificateFact['keyType']): boolean {
  switch (keyType) {
    case 'rsa':
      return /RSA|rsassaPss/.test(signature);
    case 'rsa-pss':
      return signature === 'rsassaPss';
    case 'ec':
      return signature.startsWith('ecdsa');
    case 'ed25519':
    case 'ed448':
      return signature === keyType.toUpperCase();
    case 'dsa':
      return signature.startsWith('dsa');
    case 'other':
      return true;
  }
}
