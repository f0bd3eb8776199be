/**
 * What ended an attempt, from the first packet to the server's verdict on our certificate. Alerts as OpenSSL chooses them
 * (`ssl_x509err2alert`), each with the one cause that it has here, or the causes that dates, chains, the server's clock and
 * its log tell apart. Pure.
 */
import type { CertificateFact } from '../certificate/certificate.ts';
import { findWeakness } from '../certificate/check.ts';
import { isNamesake, judgeChain } from './diagnose-chain.ts';
import type { ChainAlert, ChainFault, ChainJudgement } from './diagnose-chain.ts';
import { isCertificateRequired, isCut, readAlert } from './diagnose-alert.ts';
import type { Finding, HandshakeEvidence, HandshakeFault } from './diagnose.ts';
import type { LogKind } from './server-log.ts';

/** What ended the attempt. */
export function findStop(evidence: HandshakeEvidence): Finding {
  const { observation, port } = evidence;
  const { errorCode = 'UNKNOWN', stage, agreed } = observation;
  const alert = readAlert(errorCode);
  if (alert !== undefined) return findRefusal(alert, evidence);
  if (stage === 'dialling') return findDialFault(errorCode);
  if (!agreed) {
    if (port?.kind === 'plaintext') return proved('tls-to-plaintext');
    if (NOT_TLS.includes(errorCode)) return proved('tls-to-plaintext');
    // A plaintext server waits for the end of a line that a ClientHello does not have.
    if (errorCode === 'TIMEOUT') return likely('tls-to-plaintext');
    if (errorCode === 'ERR_SSL_UNSUPPORTED_PROTOCOL') return proved('protocol-mismatch');
    if (isLogged(evidence, 'no-shared-protocol')) return proved('protocol-mismatch');
    if (isLogged(evidence, 'no-shared-cipher')) return proved('no-shared-cipher');
    return isCut(errorCode) ? proved('reset') : likely('unknown');
  }
  if (isLogged(evidence, 'no-client-certificate')) return proved('client-certificate-required');
  if (isCertificateRequired(observation)) return likely('client-certificate-required');
  if (isLogged(evidence, 'certificate-refused', 'signature-wrong')) return guessRefusal(evidence);
  if (errorCode === 'TIMEOUT') return proved('timeout');
  return isCut(errorCode) ? proved('reset') : likely('unknown');
}

/** What our own TLS library says about bytes that are not TLS. */
const NOT_TLS: readonly string[] = [
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_UNKNOWN_PROTOCOL',
  'ERR_SSL_RECORD_LAYER_FAILURE',
];
const UNREACHABLE: readonly string[] = [
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
];
/** TIME counts whole seconds and microseconds; a certificate's dates count seconds. */
const CLOCK_WITHIN_MS = 1000;

const proved = (fault: HandshakeFault, more: Partial<Finding> = {}): Finding => {
  return { ...more, fault, certainty: 'proved' };
};
const likely = (fault: HandshakeFault, more: Partial<Finding> = {}): Finding => {
  return { ...more, fault, certainty: 'likely' };
};

function findDialFault(errorCode: string): Finding {
  if (errorCode === 'ECONNREFUSED') return proved('refused');
  if (errorCode === 'TIMEOUT' || errorCode === 'ETIMEDOUT') return proved('timeout');
  if (UNREACHABLE.includes(errorCode)) return proved('unreachable');
  if (isCut(errorCode)) return proved('reset');
  // Nothing went over the wire: the TLS library refused what it was given.
  if (errorCode.endsWith('_KEY_TOO_SMALL')) return proved('local-material', { reason: 'weak-key' });
  if (errorCode.endsWith('_MD_TOO_WEAK')) return proved('local-material', { reason: 'weak-signature' });
  return errorCode.startsWith('ERR_') ? proved('local-material') : likely('unknown');
}

function isLogged({ log }: HandshakeEvidence, ...kinds: readonly LogKind[]): boolean {
  return log?.lines.some(({ kind }) => kinds.includes(kind)) === true;
}

/** The server said no by an alert. */
function findRefusal(alert: string, evidence: HandshakeEvidence): Finding {
  const { observation } = evidence;
  switch (alert) {
    case 'CERTIFICATE_REQUIRED':
      return proved('client-certificate-required');
    case 'UNKNOWN_CA':
      return proved('client-certificate-unknown-ca', findIssuerReason(evidence));
    case 'DECRYPT_ERROR': {
      // A CA of the same name with another key: the signature does not verify.
      const twin = findTwin(evidence);
      const sure = twin !== undefined || isLogged(evidence, 'signature-wrong');
      return (sure ? proved : likely)('client-certificate-unknown-ca', {
        reason: 'ca-of-same-name',
        ...(twin === undefined ? {} : { detail: twin }),
      });
    }
    case 'CERTIFICATE_EXPIRED':
      return findExpired(evidence);
    case 'BAD_CERTIFICATE':
      return findBad(evidence);
    case 'UNSUPPORTED_CERTIFICATE':
      return findUnsupported(evidence);
    case 'CERTIFICATE_UNKNOWN': {
      const told = judgeOurs(evidence);
      const isIt = told?.ok === false && told.alert === 'CERTIFICATE_UNKNOWN';
      if (isIt) return proved('client-certificate-unsuitable', tell(told));
      return likely('client-certificate-unsuitable');
    }
    case 'CERTIFICATE_REVOKED':
    case 'ACCESS_DENIED':
      return likely('client-certificate-unsuitable');
    case 'PROTOCOL_VERSION':
      return proved('protocol-mismatch');
    case 'INSUFFICIENT_SECURITY':
      return likely('no-shared-cipher');
    case 'HANDSHAKE_FAILURE':
      if (isCertificateRequired(observation)) {
        const sure = observation.askedForCertificate || isLogged(evidence, 'no-client-certificate');
        return (sure ? proved : likely)('client-certificate-required');
      }
      if (isLogged(evidence, 'no-shared-cipher')) return proved('no-shared-cipher');
      return likely(observation.agreed ? 'client-certificate-unsuitable' : 'no-shared-cipher');
    default:
      return likely('unknown');
  }
}

/** Of a CA that the server does not know: made anew, foreign, or only an intermediate left out. */
function findIssuerReason(evidence: HandshakeEvidence): Partial<Finding> {
  const { clientChain = [], trust = [], serverTrust, at } = evidence;
  if (clientChain.length === 0) return {};
  if (serverTrust !== undefined) {
    const judged = judgeChain({
      presented: clientChain,
      trusted: serverTrust,
      known: trust,
      at,
      usage: 'client',
    });
    if (!judged.ok && judged.alert === 'UNKNOWN_CA') return { reason: judged.fault, detail: judged.detail };
    return {};
  }
  const twin = findTwin(evidence);
  if (twin !== undefined) return { reason: 'ca-of-same-name', detail: twin };
  // Our own CA file is believed by the server's certificate, so the server most likely has its root.
  const roots = trust.filter(({ selfSigned }) => selfSigned);
  if (roots.length === 0 || !evidence.observation.authorized) return {};
  const judged = judgeChain({ presented: clientChain, trusted: roots, known: trust, at, usage: 'client' });
  const missing = !judged.ok && judged.fault === 'intermediate-missing';
  return missing ? { reason: judged.fault, detail: judged.detail } : {};
}

/** Our certificate names a CA that is at hand, and that CA has another key. */
function findTwin({
  clientChain = [],
  trust = [],
  serverTrust = [],
  observation,
}: HandshakeEvidence): string | undefined {
  const last = clientChain.at(-1);
  if (last === undefined || last.selfSigned) return undefined;
  const issuers = [...serverTrust, ...trust, ...observation.chain.slice(1), ...clientChain];
  const named = issuers.filter(({ subject }) => subject === last.issuer);
  if (named.length === 0 || !named.every((issuer) => isNamesake(last, issuer))) return undefined;
  return `the ${last.issuer} at hand has another key than the one that signed ${last.subject}`;
}

/** The alert for a leaf, for an intermediate of ours and for a CA in the server's file is one and the same. */
function findExpired(evidence: HandshakeEvidence): Finding {
  const fault = 'client-certificate-expired';
  const { clientChain = [], serverTrust = [], trust = [], at, serverTime } = evidence;
  const within = evidence.serverTimeWithinMs ?? CLOCK_WITHIN_MS;
  const clock = serverTime?.getTime();
  const isOver = ({ notAfter }: CertificateFact, ms: number): boolean => Date.parse(notAfter) < ms;
  const [leaf] = clientChain;
  const over = clientChain.find((certificate) =>
    isOver(certificate, (clock ?? at.getTime()) - (clock === undefined ? 0 : within)),
  );
  if (over !== undefined) {
    const detail = `${over.subject} was valid until ${over.notAfter}`;
    if (clock !== undefined && !isOver(over, at.getTime())) {
      return proved(fault, { reason: 'server-clock-ahead', detail });
    }
    return proved(fault, { reason: over === leaf ? 'expired' : 'ca-expired', detail });
  }
  const authority = [...serverTrust, ...trust].find(
    (certificate) => certificate.isCa && isOver(certificate, clock ?? at.getTime()),
  );
  const detail =
    authority === undefined
      ? 'all that we show is in its time, so a CA in its file is not'
      : `the CA ${authority.subject} was valid until ${authority.notAfter}`;
  // All that we show is good by the clock that judged it: what remains is what the server has itself.
  const excluded =
    clock !== undefined && leaf !== undefined && clientChain.every((one) => !isOver(one, clock + within));
  if (excluded) return proved(fault, { reason: 'ca-expired', detail });
  if (authority !== undefined && serverTrust.includes(authority)) {
    return proved(fault, { reason: 'ca-expired', detail });
  }
  return likely(fault, authority === undefined ? {} : { reason: 'ca-expired', detail });
}

/** Not valid yet, or too weak for the server's security level. */
function findBad(evidence: HandshakeEvidence): Finding {
  const { clientChain = [], at, serverTime } = evidence;
  const within = evidence.serverTimeWithinMs ?? CLOCK_WITHIN_MS;
  const clock = serverTime?.getTime();
  const early = clientChain.find(
    ({ notBefore }) => Date.parse(notBefore) > (clock === undefined ? at.getTime() : clock + within),
  );
  if (early !== undefined) {
    const detail = `${early.subject} is valid from ${early.notBefore}`;
    const ours = Date.parse(early.notBefore) <= at.getTime();
    const reason = ours
      ? 'server-clock-behind'
      : early === clientChain[0]
        ? 'not-yet-valid'
        : 'ca-not-yet-valid';
    return proved('client-certificate-not-yet-valid', { reason, detail });
  }
  const weak = clientChain.find((certificate) => findWeakness(certificate) !== undefined);
  const excluded =
    clock !== undefined &&
    clientChain.length > 0 &&
    clientChain.every(({ notBefore }) => Date.parse(notBefore) < clock - within);
  if (weak === undefined) {
    // A CA in the file of the server, which nobody shows.
    const told = judgeOurs(evidence);
    const isWeak = told?.ok === false && (told.fault === 'weak-key' || told.fault === 'weak-signature');
    if (isWeak) return proved('client-certificate-unsuitable', tell(told));
    return likely(excluded ? 'client-certificate-unsuitable' : 'client-certificate-not-yet-valid');
  }
  const reason = findWeakness(weak) ?? 'weak-key';
  const detail =
    reason === 'weak-key' ? `${weak.keyType} key of ${weak.keyBits ?? 0} bits` : weak.signatureAlgorithm;
  return (excluded ? proved : likely)('client-certificate-unsuitable', { reason, detail });
}

function findUnsupported(evidence: HandshakeEvidence): Finding {
  const told = judgeOurs(evidence);
  const isIt = told?.ok === false && told.alert === 'UNSUPPORTED_CERTIFICATE';
  return proved('client-certificate-unsuitable', isIt ? tell(told) : { reason: 'wrong-usage' });
}

/** Our own chain, as a server with this trust file sees it. */
function judgeOurs({
  clientChain = [],
  serverTrust,
  at,
  serverTime = at,
}: HandshakeEvidence): ChainJudgement | undefined {
  if (clientChain.length === 0) return undefined;
  const trusted = serverTrust ?? 'unknown';
  return judgeChain({ presented: clientChain, trusted, at: serverTime, usage: 'client' });
}

function tell({ fault, detail }: { readonly fault: ChainFault; readonly detail: string }): Partial<Finding> {
  return { reason: fault, detail };
}

/** The alert got lost, and the log does not say more than that our certificate was refused: what would refuse it? */
function guessRefusal(evidence: HandshakeEvidence): Finding {
  const { clientChain = [], trust = [], serverTrust, at, serverTime = at } = evidence;
  if (isLogged(evidence, 'signature-wrong')) {
    return proved('client-certificate-unknown-ca', { reason: 'ca-of-same-name' });
  }
  const judged = judgeChain({
    presented: clientChain,
    trusted: serverTrust ?? trust,
    at: serverTime,
    usage: 'client',
  });
  if (judged.ok) return likely('client-certificate-unknown-ca');
  const sure = serverTrust !== undefined && evidence.serverTime !== undefined;
  return (sure ? proved : likely)(FAULTS[judged.alert], { reason: judged.fault, detail: judged.detail });
}

const FAULTS: Readonly<Record<ChainAlert, HandshakeFault>> = {
  UNKNOWN_CA: 'client-certificate-unknown-ca',
  DECRYPT_ERROR: 'client-certificate-unknown-ca',
  UNSUPPORTED_CERTIFICATE: 'client-certificate-unsuitable',
  CERTIFICATE_UNKNOWN: 'client-certificate-unsuitable',
  BAD_CERTIFICATE: 'client-certificate-not-yet-valid',
  CERTIFICATE_EXPIRED: 'client-certificate-expired',
  CERTIFICATE_REQUIRED: 'client-certificate-required',
};
