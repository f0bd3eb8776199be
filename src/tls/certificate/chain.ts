// Chain checking as OpenSSL 3.0 does it for Redis at security level 2 (x509_vfy.c verify_chain; Debian and Red Hat build
// that level in): the path must end in a self-signed certificate of the CA file (no partial chains), no CRL, no OCSP.
import { isSignedBy, readCertificates } from './certificate.ts';
import type { CertificateFact } from './certificate.ts';
import { findWeakness } from './check.ts';
import type { Constraints } from './constraint.ts';
import { findForbiddenName } from './name-constraint.ts';
import { buildPath, CHAIN_CERTIFICATES_MAX, isSelfIssued, isValidAt, sameName } from './path.ts';
import type { PathEnd, PathStep } from './path.ts';
import { findExtendedUsageFault, findUsageFault } from './usage.ts';
import type { ShownAs } from './usage.ts';

export type ChainProblemCode =
  | 'no-certificate'
  | 'unreadable-certificate'
  | 'issuer-not-found'
  | 'self-signed-untrusted'
  | 'partial-chain'
  | 'chain-too-long'
  | 'unknown-critical-extension'
  | 'issuer-not-ca'
  | 'wrong-usage'
  | 'wrong-key-usage'
  | 'path-length-exceeded'
  | 'weak-key'
  | 'weak-signature'
  | 'signature-wrong'
  | 'expired'
  | 'not-yet-valid'
  | 'name-not-permitted';

export interface ChainProblem {
  readonly code: ChainProblemCode;
  readonly message: string;
  /** Subject of the certificate concerned. */
  readonly subject?: string;
  /** Where in the path it stands; 0 is the leaf. */
  readonly depth?: number;
  readonly help?: string;
}

/** `path` runs from the leaf to the trust anchor as far as it could be built. */
export interface ChainVerdict {
  readonly ok: boolean;
  /** It leads to a root of the CA file by authorities that signed it; uses, strength and dates are not counted. */
  readonly anchored: boolean;
  readonly path: readonly CertificateFact[];
  /** In the order in which OpenSSL meets them; the first is the one it would tell. */
  readonly problems: readonly ChainProblem[];
}

/**
 * `chain`: PEM texts, leaf first (one text may hold several); `caPems`: what `tls-ca-cert-file` holds; `usage`: as what
 * the leaf is shown. Without it extended key usages and the key usage of the leaf are not judged.
 */
export function verifyChain(
  chain: readonly string[],
  caPems: readonly string[],
  at: Date,
  usage?: ShownAs,
): ChainVerdict {
  const problems: ChainProblem[] = [];
  const presented = readAll(chain, problems);
  const trusted = readAll(caPems, problems);
  const [leaf, ...intermediates] = presented;
  if (leaf === undefined) {
    problems.unshift({ code: 'no-certificate', message: 'there is no certificate to check' });
    return { ok: false, anchored: false, path: [], problems };
  }
  const { path, end } = buildPath(leaf, intermediates, trusted, at);
  problems.push(
    ...describeEnd(end, path, [...trusted, ...intermediates]),
    ...path.flatMap((step, depth) => checkExtensions(step, depth, path, usage)),
    ...path.flatMap((step, depth) => checkStrength(step, depth, path)),
    ...path.flatMap((step, depth) => checkSignatureAndDates(step, depth, path, at)).toReversed(),
    ...path.flatMap((step, depth) => checkNames(step, depth, path)).toReversed(),
  );
  return {
    ok: problems.length === 0,
    anchored: !problems.some(({ code }) => UNANCHORED.has(code)),
    path: path.map(({ fact }) => fact),
    problems,
  };
}

const UNANCHORED: ReadonlySet<ChainProblemCode> = new Set([
  'no-certificate',
  'unreadable-certificate',
  'issuer-not-found',
  'self-signed-untrusted',
  'partial-chain',
  'chain-too-long',
  'issuer-not-ca',
  'path-length-exceeded',
  'signature-wrong',
]);

function readAll(pems: readonly string[], problems: ChainProblem[]): readonly CertificateFact[] {
  return pems.flatMap((pem) => {
    const file = readCertificates(pem);
    for (const problem of file.problems)
      problems.push({ code: 'unreadable-certificate', message: problem.message });
    return file.certificates;
  });
}

function describeEnd(
  end: PathEnd,
  path: readonly PathStep[],
  known: readonly CertificateFact[],
): readonly ChainProblem[] {
  const last = path.at(-1)?.fact;
  if (last === undefined) return [];
  const depth = path.length - 1;
  switch (end) {
    case 'rooted':
      return [];
    case 'untrusted-root':
      return [{ ...untrustedRoot(last, path.length), depth }];
    case 'partial':
      return [{ ...partialChain(last), depth }];
    case 'no-issuer':
      return [{ ...missingIssuer(last, known), depth }];
    case 'too-long':
      return [{ code: 'chain-too-long', message: `no root after ${CHAIN_CERTIFICATES_MAX} certificates` }];
  }
}

/** check_extensions, for one certificate. */
function checkExtensions(
  { fact, constraints }: PathStep,
  depth: number,
  path: readonly PathStep[],
  usage: ShownAs | undefined,
): readonly ChainProblem[] {
  const problems: ChainProblem[] = [];
  const { subject } = fact;
  const say = (code: ChainProblemCode, message: string): void => {
    problems.push({ code, message: `${subject} ${message}`, subject, depth });
  };
  const [unknown] = constraints.unknownCritical;
  if (unknown !== undefined)
    say('unknown-critical-extension', `has a critical extension that OpenSSL does not know: ${unknown}`);
  if (depth > 0 && !signsAsAuthority(fact, constraints)) {
    say('issuer-not-ca', 'issued another certificate but is not a CA');
  }
  if (usage !== undefined) {
    const fault =
      depth === 0
        ? findUsageFault(fact, usage, constraints.netscapeTypes)
        : findExtendedUsageFault(fact, usage);
    if (fault !== undefined) {
      const code = fault.kind === 'key-usage' ? 'wrong-key-usage' : 'wrong-usage';
      say(code, `is shown as a ${usage}'s${depth === 0 ? '' : ' authority'}, and its ${fault.message}`);
    }
  }
  const below = path.slice(1, depth).filter((step) => !isSelfIssued(step.fact)).length;
  if (depth > 0 && fact.pathLength !== undefined && below > fact.pathLength) {
    say('path-length-exceeded', `allows ${fact.pathLength} CAs below it; there are ${below}`);
  }
  return problems;
}

/** check_ca of v3_purp.c: roots of version 1 count, and so do old ones with keyCertSign or Netscape's type alone. */
function signsAsAuthority(fact: CertificateFact, constraints: Constraints): boolean {
  if (fact.keyUsages.length > 0 && !fact.keyUsages.includes('keyCertSign')) return false;
  if (constraints.hasBasicConstraints) return fact.isCa;
  if (constraints.version === 1 && isSelfIssued(fact)) return true;
  if (fact.keyUsages.length > 0) return true;
  return constraints.netscapeTypes?.some((bit) => bit >= 5) === true;
}

/** check_auth_level: the key of every certificate, the signature of all but the last. */
function checkStrength(
  { fact }: PathStep,
  depth: number,
  path: readonly PathStep[],
): readonly ChainProblem[] {
  const weakness = findWeakness(fact);
  if (weakness === undefined) return [];
  const { subject } = fact;
  if (weakness === 'weak-key') {
    const message = `${subject} has a key of ${fact.keyBits ?? 0} bits (${fact.keyType})`;
    return [{ code: 'weak-key', message, subject, depth }];
  }
  if (depth === path.length - 1) return [];
  return [
    {
      code: 'weak-signature',
      message: `${subject} has the signature ${fact.signatureAlgorithm}`,
      subject,
      depth,
    },
  ];
}

/** internal_verify, for one certificate; it goes from the root down, and what comes first there comes last here. */
function checkSignatureAndDates(
  { fact }: PathStep,
  depth: number,
  path: readonly PathStep[],
  at: Date,
): readonly ChainProblem[] {
  const problems: ChainProblem[] = [];
  const { subject, notBefore, notAfter } = fact;
  if (!isValidAt(fact, at)) {
    const early = at.getTime() < Date.parse(notBefore);
    const message = early
      ? `${subject} is not valid before ${notBefore}`
      : `${subject} expired on ${notAfter}`;
    problems.push({ code: early ? 'not-yet-valid' : 'expired', message, subject, depth });
  }
  const issuer = path[depth + 1]?.fact;
  if (issuer !== undefined && !isSignedBy(fact, issuer)) {
    const message = `the CA ${issuer.subject} at hand has another key than the one that signed ${subject}: it was made anew`;
    problems.push({ code: 'signature-wrong', message, subject, depth });
  }
  return problems;
}

/** check_name_constraints, for one certificate: those of every authority above it. */
function checkNames(
  { fact, constraints }: PathStep,
  depth: number,
  path: readonly PathStep[],
): readonly ChainProblem[] {
  if (depth > 0 && isSelfIssued(fact)) return [];
  const { subject } = fact;
  for (const above of path.slice(depth + 1).toReversed()) {
    const limits = above.constraints.nameConstraints;
    if (limits === undefined) continue;
    const commonName = depth === 0 ? fact.subjectCommonName : undefined;
    const told = findForbiddenName(constraints, limits, commonName);
    if (told === undefined) continue;
    const message = `${above.fact.subject} has name constraints, and in ${subject} ${told}`;
    return [{ code: 'name-not-permitted', message, subject, depth }];
  }
  return [];
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
  const namesake = known.some((candidate) => sameName(candidate.subject, issuer));
  const message = namesake
    ? `the CA ${issuer} at hand has another key than the one that signed ${subject}: it was made anew`
    : `the CA ${issuer} that signed ${subject} is neither in the chain nor in the CA file`;
  return { code: 'issuer-not-found', message, subject };
}
