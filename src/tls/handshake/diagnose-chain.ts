/**
 * What the OpenSSL of one side makes of the chain that the other side presents: the first thing that it would refuse,
 * with the alert that it sends then. Pure. Order and alerts as `verify_chain` and `ssl_x509err2alert` of OpenSSL 3.0 have
 * them (x509_vfy.c, statem_lib.c): the judgement is that of `verifyChain`, and here it gets the words of TLS.
 */
import { isIssuedBy } from '../certificate/certificate.ts';
import type { CertificateFact } from '../certificate/certificate.ts';
import { verifyChain } from '../certificate/chain.ts';
import type { ChainProblem, ChainProblemCode } from '../certificate/chain.ts';
import { sameName } from '../certificate/path.ts';
import type { ShownAs } from '../certificate/usage.ts';

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
  /** Extended key usage, of it or of an authority above it, or Netscape's type. */
  | 'wrong-usage'
  /** The key usage of the leaf. */
  | 'wrong-key-usage'
  | 'unknown-critical-extension'
  /** A name constraint of an authority above it. */
  | 'name-not-permitted'
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
  | 'CERTIFICATE_UNKNOWN'
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
  readonly usage: ShownAs;
}

/** The first thing that the judging side would refuse. */
export function judgeChain(question: ChainQuestion): ChainJudgement {
  const { presented, at, usage } = question;
  const isTrustKnown = question.trusted !== 'unknown';
  const trusted = question.trusted === 'unknown' ? [] : question.trusted;
  if (presented.length === 0) {
    const detail = 'no certificate is shown';
    return { ok: false, fault: 'no-certificate', alert: 'CERTIFICATE_REQUIRED', detail };
  }
  const { path, problems } = verifyChain(pemsOf(presented), pemsOf(trusted), at, usage);
  const problem = problems.find(({ code }) => isTrustKnown || !NEEDS_TRUST.has(code));
  if (problem === undefined) return { ok: true, path };
  const certificate = path[problem.depth ?? path.length - 1];
  const where = certificate === undefined ? {} : { certificate };
  const answer = ANSWERS[problem.code];
  if (answer !== undefined) {
    const { fault, alert } = answer(problem);
    return { ok: false, fault, alert, ...where, detail: problem.message };
  }
  return {
    ok: false,
    alert: 'UNKNOWN_CA',
    ...where,
    ...findMissing(problem, path, { ...question, trusted }),
  };
}

/** The other has the name of the certificate's issuer and is not it. */
export function isNamesake(certificate: CertificateFact, other: CertificateFact): boolean {
  return sameName(other.subject, certificate.issuer) && !isIssuedBy(certificate, other);
}

interface Answer {
  readonly fault: ChainFault;
  readonly alert: ChainAlert;
}

/** What only a trust file can tell. */
const NEEDS_TRUST: ReadonlySet<ChainProblemCode> = new Set([
  'unreadable-certificate',
  'issuer-not-found',
  'self-signed-untrusted',
  'partial-chain',
  'issuer-not-ca',
  'path-length-exceeded',
  'chain-too-long',
  'signature-wrong',
]);

const always =
  (fault: ChainFault, alert: ChainAlert): ((problem: ChainProblem) => Answer) =>
  () => ({ fault, alert });
const dated =
  (leaf: ChainFault, authority: ChainFault, alert: ChainAlert): ((problem: ChainProblem) => Answer) =>
  ({ depth = 0 }) => ({ fault: depth === 0 ? leaf : authority, alert });

/** Absent: an issuer that is not found, of which there is more to tell. */
const ANSWERS: Readonly<Partial<Record<ChainProblemCode, (problem: ChainProblem) => Answer>>> = {
  'partial-chain': always('root-missing', 'UNKNOWN_CA'),
  'issuer-not-ca': always('not-a-ca', 'UNKNOWN_CA'),
  'path-length-exceeded': always('not-a-ca', 'UNKNOWN_CA'),
  'unknown-critical-extension': always('unknown-critical-extension', 'CERTIFICATE_UNKNOWN'),
  'name-not-permitted': always('name-not-permitted', 'CERTIFICATE_UNKNOWN'),
  'wrong-usage': always('wrong-usage', 'UNSUPPORTED_CERTIFICATE'),
  'wrong-key-usage': always('wrong-key-usage', 'UNSUPPORTED_CERTIFICATE'),
  'weak-key': always('weak-key', 'BAD_CERTIFICATE'),
  'weak-signature': always('weak-signature', 'BAD_CERTIFICATE'),
  'signature-wrong': always('ca-of-same-name', 'DECRYPT_ERROR'),
  expired: dated('expired', 'ca-expired', 'CERTIFICATE_EXPIRED'),
  'not-yet-valid': dated('not-yet-valid', 'ca-not-yet-valid', 'BAD_CERTIFICATE'),
};

type Trusting = ChainQuestion & { readonly trusted: readonly CertificateFact[] };

function pemsOf(certificates: readonly CertificateFact[]): readonly string[] {
  return certificates.map(({ pem }) => pem);
}

/** Why the path ends where it does. */
function findMissing(
  { message }: ChainProblem,
  path: readonly CertificateFact[],
  question: Trusting,
): { readonly fault: ChainFault; readonly detail: string } {
  const last = path.at(-1);
  if (last === undefined) return { fault: 'ca-unknown', detail: message };
  const wanted = last.selfSigned ? last.subject : last.issuer;
  const twin = question.trusted.find((other) => sameName(other.subject, wanted));
  if (twin !== undefined) {
    const whose = last.selfSigned ? 'the one that was shown' : `the one that signed ${last.subject}`;
    const detail = `the CA ${twin.subject} of the trust file has another key than ${whose}`;
    return { fault: 'ca-of-same-name', detail };
  }
  const missing = last.selfSigned ? undefined : findAtHand(path, question);
  return missing === undefined
    ? { fault: 'ca-unknown', detail: message }
    : {
        fault: 'intermediate-missing',
        detail: `${missing.subject}, which signed ${last.subject}, is not sent along`,
      };
}

/** An issuer that is at hand elsewhere, and with which the chain would be good. */
function findAtHand(
  path: readonly CertificateFact[],
  { presented, trusted, at, known = [] }: Trusting,
): CertificateFact | undefined {
  const longer = verifyChain(pemsOf([...presented, ...known]), pemsOf(trusted), at);
  return longer.anchored ? longer.path[path.length] : undefined;
}
