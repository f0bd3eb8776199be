/**
 * What the OpenSSL of one side makes of the chain that the other side presents: the first thing that it would refuse,
 * with the alert that it sends then. Pure. Order and alerts as `verify_chain` and `ssl_x509err2alert` of OpenSSL 3.0 have
 * them (x509_vfy.c, statem_lib.c): issuers, then uses, then strength, then dates from the root down.
 */
import { isIssuedBy } from '../certificate/certificate.ts';
import type { CertificateFact } from '../certificate/certificate.ts';
import { verifyChain } from '../certificate/chain.ts';
import type { ChainProblem } from '../certificate/chain.ts';
import { checkCertificate } from '../certificate/check.ts';

/** Why a chain is refused; finer than the alert. */
export type ChainFault =
  | 'no-certificate'
  /** Nobody in the trust file issued it, and its chain is complete as far as it can be told. */
  | 'ca-unknown'
  /** The trust file has a CA of that very name with another key: one that was made anew. */
  | 'ca-of-same-name'
  /** The certificate came alone or with too few others, and its issuer is not in the trust file. */
  | 'intermediate-missing'
  /** The trust file has the intermediate and not the root: OpenSSL accepts no partial chain. */
  | 'root-missing'
  | 'not-a-ca'
  | 'wrong-usage'
  | 'weak-key'
  | 'weak-signature'
  | 'expired'
  | 'not-yet-valid'
  | 'ca-expired'
  | 'ca-not-yet-valid';

/** The words of the alert, as clients name it. */
export type ChainAlert =
  | 'UNKNOWN_CA'
  | 'DECRYPT_ERROR'
  | 'UNSUPPORTED_CERTIFICATE'
  | 'BAD_CERTIFICATE'
  | 'CERTIFICATE_EXPIRED'
  | 'CERTIFICATE_REQUIRED';

export type ChainJudgement =
  | { readonly ok: true; readonly path: readonly CertificateFact[] }
  | {
      readonly ok: false;
      readonly fault: ChainFault;
      readonly alert: ChainAlert;
      /** The certificate that is refused, or whose issuer is missing. */
      readonly certificate?: CertificateFact;
      readonly detail: string;
    };

export interface ChainQuestion {
  /** As it goes over the wire: the leaf first. */
  readonly presented: readonly CertificateFact[];
  /** What the judging side holds in its trust file; `unknown`: only uses, strength and dates are judged. */
  readonly trusted: readonly CertificateFact[] | 'unknown';
  /** Certificates at hand that are not presented: with them a missing intermediate can be named. */
  readonly known?: readonly CertificateFact[];
  /** The clock of the judging side. */
  readonly at: Date;
  /** As what the certificate is shown. */
  readonly usage: 'server' | 'client';
}

/** The first thing that the judging side would refuse. */
export function judgeChain(question: ChainQuestion): ChainJudgement {
  const { presented, at, usage } = question;
  const trusted = question.trusted === 'unknown' ? [] : question.trusted;
  const [leaf] = presented;
  if (leaf === undefined) {
    const detail = 'no certificate is shown';
    return { ok: false, fault: 'no-certificate', alert: 'CERTIFICATE_REQUIRED', detail };
  }
  const { path, problems } = verifyChain(
    presented.map(({ pem }) => pem),
    trusted.map(({ pem }) => pem),
    at,
  );
  const broken = problems.find(({ code }) => ISSUER_PROBLEMS.has(code));
  if (broken !== undefined && question.trusted !== 'unknown')
    return judgeIssuer(broken, path, path.at(-1) ?? leaf, { ...question, trusted });
  return judgeUses(leaf, path, usage) ?? judgeDates(path, at) ?? { ok: true, path };
}

/** `other` has the name of the certificate's issuer and is not it. */
export function isNamesake(certificate: CertificateFact, other: CertificateFact): boolean {
  return other.subject === certificate.issuer && !isIssuedBy(certificate, other);
}

/** Of one certificate, for one purpose, what OpenSSL's security level 2 (Debian's, Red Hat's) refuses. */
export function findWeakness(certificate: CertificateFact): 'weak-key' | 'weak-signature' | undefined {
  const found = checkCertificate(certificate, { at: new Date(certificate.notBefore), purpose: 'client' });
  if (found.some(({ code }) => code === 'weak-key')) return 'weak-key';
  return found.some(({ code }) => code === 'weak-signature') ? 'weak-signature' : undefined;
}

/** Empty means every purpose. */
export function allows({ extendedKeyUsages }: CertificateFact, usage: 'server' | 'client'): boolean {
  return extendedKeyUsages.length === 0 || extendedKeyUsages.some(({ name }) => name === `${usage}Auth`);
}

const ISSUER_PROBLEMS: ReadonlySet<string> = new Set<ChainProblem['code']>([
  'issuer-not-found',
  'self-signed-untrusted',
  'partial-chain',
  'issuer-not-ca',
  'path-length-exceeded',
  'chain-too-long',
  'unreadable-certificate',
  'no-certificate',
]);

type Trusting = ChainQuestion & { readonly trusted: readonly CertificateFact[] };

function judgeIssuer(
  { code, message }: ChainProblem,
  path: readonly CertificateFact[],
  last: CertificateFact,
  question: Trusting,
): ChainJudgement {
  const { trusted } = question;
  const refuse = (fault: ChainFault, detail: string): ChainJudgement => {
    return { ok: false, fault, alert: 'UNKNOWN_CA', certificate: last, detail };
  };
  if (code === 'partial-chain') return refuse('root-missing', message);
  if (code === 'issuer-not-ca' || code === 'path-length-exceeded') return refuse('not-a-ca', message);
  const twin = trusted.find((other) => other.subject === (last.selfSigned ? last.subject : last.issuer));
  if (twin !== undefined) {
    const whose = last.selfSigned ? 'the one that was shown' : `the one that signed ${last.subject}`;
    return refuse(
      'ca-of-same-name',
      `the CA ${twin.subject} of the trust file has another key than ${whose}`,
    );
  }
  const missing = findMissing(path, question);
  if (missing !== undefined) {
    return refuse(
      'intermediate-missing',
      `${missing.subject}, which signed ${last.subject}, is not sent along`,
    );
  }
  return refuse('ca-unknown', message);
}

/** An issuer that is at hand elsewhere, and with which the chain would be good. */
function findMissing(
  path: readonly CertificateFact[],
  { presented, trusted, at, known = [] }: Trusting,
): CertificateFact | undefined {
  const last = path.at(-1);
  if (last === undefined || last.selfSigned) return undefined;
  const { path: longer, problems } = verifyChain(
    [...presented, ...known].map(({ pem }) => pem),
    trusted.map(({ pem }) => pem),
    at,
  );
  return problems.some((problem) => ISSUER_PROBLEMS.has(problem.code)) ? undefined : longer[path.length];
}

function judgeUses(
  leaf: CertificateFact,
  path: readonly CertificateFact[],
  usage: 'server' | 'client',
): ChainJudgement | undefined {
  const wrong = path.find((certificate) => !certificate.selfSigned && !allows(certificate, usage));
  if (wrong !== undefined) {
    const listed = wrong.extendedKeyUsages.map(({ oid, name }) => name ?? oid).join(', ');
    return {
      ok: false,
      fault: 'wrong-usage',
      alert: 'UNSUPPORTED_CERTIFICATE',
      certificate: wrong,
      detail: `${wrong.subject} may be used for ${listed} only, and is shown as a ${usage}'s`,
    };
  }
  const weak = [leaf, ...path.slice(1).filter(({ selfSigned }) => !selfSigned)].find(
    (certificate) => findWeakness(certificate) !== undefined,
  );
  if (weak === undefined) return undefined;
  const fault = findWeakness(weak) ?? 'weak-key';
  const what =
    fault === 'weak-key'
      ? `a key of ${weak.keyBits ?? 0} bits (${weak.keyType})`
      : `the signature ${weak.signatureAlgorithm}`;
  return {
    ok: false,
    fault,
    alert: 'BAD_CERTIFICATE',
    certificate: weak,
    detail: `${weak.subject} has ${what}`,
  };
}

/** From the root down, as internal_verify goes. */
function judgeDates(path: readonly CertificateFact[], at: Date): ChainJudgement | undefined {
  for (const certificate of path.toReversed()) {
    const authority = certificate !== path[0];
    const { subject, notBefore, notAfter } = certificate;
    if (at.getTime() < Date.parse(notBefore)) {
      const fault = authority ? 'ca-not-yet-valid' : 'not-yet-valid';
      const detail = `${subject} is valid from ${notBefore}`;
      return { ok: false, fault, alert: 'BAD_CERTIFICATE', certificate, detail };
    }
    if (at.getTime() > Date.parse(notAfter)) {
      const fault = authority ? 'ca-expired' : 'expired';
      const detail = `${subject} was valid until ${notAfter}`;
      return { ok: false, fault, alert: 'CERTIFICATE_EXPIRED', certificate, detail };
    }
  }
  return undefined;
}
