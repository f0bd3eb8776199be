// Chain building and checking as OpenSSL does it for Redis: the path must end in a self-signed certificate of the CA
// file (no partial chains), no CRL, no OCSP.
import { isIssuedBy, readCertificates } from './certificate.ts';
import type { CertificateFact } from './certificate.ts';

export type ChainProblemCode =
  | 'no-certificate'
  | 'unreadable-certificate'
  | 'issuer-not-found'
  | 'self-signed-untrusted'
  | 'partial-chain'
  | 'issuer-not-ca'
  | 'path-length-exceeded'
  | 'chain-too-long'
  | 'expired'
  | 'not-yet-valid';

export interface ChainProblem {
  readonly code: ChainProblemCode;
  readonly message: string;
  /** Subject of the certificate concerned. */
  readonly subject?: string;
  readonly help?: string;
}

/** `path` runs from the leaf to the trust anchor as far as it could be built. */
export interface ChainVerdict {
  readonly ok: boolean;
  readonly path: readonly CertificateFact[];
  readonly problems: readonly ChainProblem[];
}

/** More steps than this between leaf and root are not followed. */
export const CHAIN_CERTIFICATES_MAX = 10;

/** `chain`: PEM texts, leaf first (one text may hold several); `caPems`: what `tls-ca-cert-file` holds. */
export function verifyChain(chain: readonly string[], caPems: readonly string[], at: Date): ChainVerdict {
  const problems: ChainProblem[] = [];
  const presented = readAll(chain, problems);
  const trusted = readAll(caPems, problems);
  const leaf = presented[0];
  if (leaf === undefined) {
    problems.unshift({ code: 'no-certificate', message: 'there is no certificate to check' });
    return { ok: false, path: [], problems };
  }
  const path = [leaf];
  problems.push(...buildPath(path, presented.slice(1), trusted, at));
  problems.push(...path.flatMap((certificate, depth) => checkStep(certificate, depth, path, at)));
  return { ok: problems.length === 0, path, problems };
}

function readAll(pems: readonly string[], problems: ChainProblem[]): readonly CertificateFact[] {
  return pems.flatMap((pem) => {
    const file = readCertificates(pem);
    for (const problem of file.problems)
      problems.push({ code: 'unreadable-certificate', message: problem.message });
    return file.certificates;
  });
}

/** Extends `path` until a trusted root; trusted issuers come first, as X509_V_FLAG_TRUSTED_FIRST does. */
function buildPath(
  path: CertificateFact[],
  intermediates: readonly CertificateFact[],
  trusted: readonly CertificateFact[],
  at: Date,
): readonly ChainProblem[] {
  const isTrusted = ({ fingerprintSha256 }: CertificateFact): boolean =>
    trusted.some((candidate) => candidate.fingerprintSha256 === fingerprintSha256);
  for (;;) {
    const last = path.at(-1);
    if (last === undefined) return [];
    if (last.selfSigned) return isTrusted(last) ? [] : [untrustedRoot(last, path.length)];
    if (path.length >= CHAIN_CERTIFICATES_MAX) {
      return [{ code: 'chain-too-long', message: `no root after ${CHAIN_CERTIFICATES_MAX} certificates` }];
    }
    const issuer = findIssuer(last, trusted, at) ?? findIssuer(last, intermediates, at);
    if (issuer !== undefined) path.push(issuer);
    else if (isTrusted(last)) return [partialChain(last)];
    else return [missingIssuer(last, [...trusted, ...intermediates])];
  }
}

/** Of several issuers with one key (a renewed CA) the one that is valid now. */
function findIssuer(
  certificate: CertificateFact,
  candidates: readonly CertificateFact[],
  at: Date,
): CertificateFact | undefined {
  const issuers = candidates.filter(
    (candidate) => candidate.subject === certificate.issuer && isIssuedBy(certificate, candidate),
  );
  return issuers.find((issuer) => isValidAt(issuer, at)) ?? issuers[0];
}

function checkStep(
  certificate: CertificateFact,
  depth: number,
  path: readonly CertificateFact[],
  at: Date,
): readonly ChainProblem[] {
  const problems: ChainProblem[] = [];
  const { subject } = certificate;
  if (!isValidAt(certificate, at)) {
    const early = at.getTime() < Date.parse(certificate.notBefore);
    const message = early
      ? `${subject} is not valid before ${certificate.notBefore}`
      : `${subject} expired on ${certificate.notAfter}`;
    problems.push({ code: early ? 'not-yet-valid' : 'expired', message, subject });
  }
  if (depth === 0) return problems;
  if (!certificate.isCa) {
    const message = `${subject} issued another certificate but is not a CA`;
    problems.push({ code: 'issuer-not-ca', message, subject });
  }
  const below = path.slice(1, depth).filter(({ selfSigned }) => !selfSigned).length;
  if (certificate.pathLength !== undefined && below > certificate.pathLength) {
    const message = `${subject} allows ${certificate.pathLength} CAs below it; there are ${below}`;
    problems.push({ code: 'path-length-exceeded', message, subject });
  }
  return problems;
}

function isValidAt(certificate: CertificateFact, at: Date): boolean {
  return (
    at.getTime() >= Date.parse(certificate.notBefore) && at.getTime() <= Date.parse(certificate.notAfter)
  );
}

function untrustedRoot({ subject }: CertificateFact, length: number): ChainProblem {
  const message =
    length === 1
      ? `${subject} is signed by itself and is not in the CA file`
      : `the chain ends in ${subject}, which is not in the CA file`;
  return {
    code: 'self-signed-untrusted',
    message,
    subject,
    help: 'use the CA file of the CA that issued it',
  };
}

function partialChain({ subject, issuer }: CertificateFact): ChainProblem {
  return {
    code: 'partial-chain',
    message: `the CA file holds the intermediate ${subject} and not its root ${issuer}`,
    subject,
    help: 'add the root: OpenSSL trusts only a chain that ends in a self-signed certificate',
  };
}

function missingIssuer(
  { subject, issuer }: CertificateFact,
  known: readonly CertificateFact[],
): ChainProblem {
  const namesake = known.some((candidate) => candidate.subject === issuer);
  const message = namesake
    ? `the CA ${issuer} at hand has another key than the one that signed ${subject}: it was made anew`
    : `the CA ${issuer} that signed ${subject} is neither in the chain nor in the CA file`;
  return { code: 'issuer-not-found', message, subject };
}
