// From observations to one named fault. Pure. Follows what Redis 7.0, 7.4, 8.0 and Valkey 8.1, 9.1 were seen to do with
// a Node client: each alert has one cause, while the server's own log says "certificate verify failed" for three.
import type { CertificateFact } from '../certificate/certificate.ts';
import { checkCertificate, coversName } from '../certificate/check.ts';
import { explainFault, listEvidence } from './explanation.ts';
import type { HandshakeObservation } from './observation.ts';
import type { PortProbe } from './probe.ts';

export type HandshakeFault =
  | 'client-certificate-required'
  | 'client-certificate-unknown-ca'
  | 'client-certificate-expired'
  | 'client-certificate-not-yet-valid'
  | 'client-certificate-unsuitable'
  | 'protocol-mismatch'
  | 'no-shared-cipher'
  | 'server-untrusted'
  | 'server-expired'
  | 'server-not-yet-valid'
  | 'name-mismatch'
  | 'plaintext-to-tls'
  | 'tls-to-plaintext'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'reset'
  | 'local-material'
  | 'unknown';

/** What is known; the more is given, the surer the answer. */
export interface HandshakeEvidence {
  readonly observation: HandshakeObservation;
  /** Our clock when it happened. */
  readonly at: Date;
  /** What else the port is, from {@link probePort}. */
  readonly port?: PortProbe;
  /** Our own certificate, if we have one. */
  readonly clientCertificate?: CertificateFact;
  /** The server's clock, when it could be read (TIME on another port, or another node). */
  readonly serverTime?: Date;
  readonly serverName?: string;
}

export interface Diagnosis {
  readonly fault: HandshakeFault;
  /** `proved`: no other cause gives these facts; `likely`: the usual one of several. */
  readonly certainty: 'proved' | 'likely';
  /** What else would have stopped a client that verifies. */
  readonly also: readonly HandshakeFault[];
  /** One plain sentence: what happened and why. */
  readonly explanation: string;
  /** What was seen, one fact per line. */
  readonly evidence: readonly string[];
  /** What to do next. */
  readonly help: string;
}

/** The fault, or undefined when the attempt was answered and the server's certificate is trusted. */
export function diagnoseHandshake(evidence: HandshakeEvidence): Diagnosis | undefined {
  const { observation } = evidence;
  const distrust = observation.chain.length > 0 && !observation.authorized ? findDistrust(evidence) : [];
  const stop = observation.stage === 'replied' ? undefined : findStop(evidence);
  const [main, ...rest] = stop === undefined ? distrust : [stop, ...distrust];
  if (main === undefined) return undefined;
  return {
    fault: main.fault,
    certainty: main.certainty,
    also: rest.map(({ fault }) => fault),
    ...explainFault(main.fault, evidence),
    evidence: listEvidence(evidence),
  };
}

/** What a plaintext client meets on this port; undefined where it is answered. */
export function diagnosePlaintext(port: PortProbe): Diagnosis | undefined {
  const say = (fault: HandshakeFault, certainty: Diagnosis['certainty'], seen: string): Diagnosis => {
    return { fault, certainty, also: [], ...explainFault(fault), evidence: [seen] };
  };
  switch (port.kind) {
    case 'plaintext':
      return undefined;
    case 'tls':
      return say(
        'plaintext-to-tls',
        'proved',
        'a plaintext command was cut off, and the port answers a TLS handshake',
      );
    case 'closed':
      return say('refused', 'proved', 'the connection was refused (ECONNREFUSED)');
    case 'unreachable':
      return say(
        port.errorCode === 'TIMEOUT' ? 'timeout' : 'unreachable',
        'proved',
        `dialling ended with ${port.errorCode}`,
      );
    case 'silent':
      return port.ended === 'timeout'
        ? say('timeout', 'proved', 'the connection opened, and neither plaintext nor TLS was answered')
        : say(
            'reset',
            'proved',
            'the connection opened, and both plaintext and TLS were cut off without a word',
          );
    case 'other':
      return say(
        'unknown',
        'proved',
        `the port answers ${JSON.stringify(port.reply)}, which is neither RESP nor TLS`,
      );
  }
}

/** A refusal for want of a client certificate, in the words of TLS 1.3 and of 1.2. */
export function isCertificateRequired(observation: HandshakeObservation): boolean {
  const alert = readAlert(observation.errorCode);
  if (alert === 'CERTIFICATE_REQUIRED') return true;
  if (observation.sentCertificate || observation.stage === 'replied') return false;
  // Before 1.3 there is no alert of its own: handshake_failure after the ciphers were agreed. 1.2 shows the request.
  if (alert === 'HANDSHAKE_FAILURE') return observation.askedForCertificate || observation.agreed;
  return observation.askedForCertificate && observation.stage !== 'dialling' && isCut(observation.errorCode);
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

interface Finding {
  readonly fault: HandshakeFault;
  readonly certainty: Diagnosis['certainty'];
}

const proved = (fault: HandshakeFault): Finding => ({ fault, certainty: 'proved' });
const likely = (fault: HandshakeFault): Finding => ({ fault, certainty: 'likely' });

/** What ended the attempt. */
function findStop(evidence: HandshakeEvidence): Finding {
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
    return isCut(errorCode) ? proved('reset') : likely('unknown');
  }
  if (isCertificateRequired(observation)) return likely('client-certificate-required');
  if (errorCode === 'TIMEOUT') return proved('timeout');
  return isCut(errorCode) ? proved('reset') : likely('unknown');
}

function findDialFault(errorCode: string): Finding {
  if (errorCode === 'ECONNREFUSED') return proved('refused');
  if (errorCode === 'TIMEOUT' || errorCode === 'ETIMEDOUT') return proved('timeout');
  if (UNREACHABLE.includes(errorCode)) return proved('unreachable');
  if (isCut(errorCode)) return proved('reset');
  // Nothing went over the wire: the TLS library refused what it was given.
  return errorCode.startsWith('ERR_') ? proved('local-material') : likely('unknown');
}

/** The server said no by an alert: each name has one cause here, or two that our own certificate tells apart. */
function findRefusal(alert: string, evidence: HandshakeEvidence): Finding {
  const { observation, clientCertificate, at, serverTime } = evidence;
  const clock = (serverTime ?? at).getTime();
  switch (alert) {
    case 'CERTIFICATE_REQUIRED':
      return proved('client-certificate-required');
    case 'UNKNOWN_CA':
      return proved('client-certificate-unknown-ca');
    // A CA of the same name with another key: the signature does not verify.
    case 'DECRYPT_ERROR':
      return likely('client-certificate-unknown-ca');
    case 'CERTIFICATE_EXPIRED': {
      const over = clientCertificate !== undefined && Date.parse(clientCertificate.notAfter) < clock;
      return over ? proved('client-certificate-expired') : likely('client-certificate-expired');
    }
    case 'BAD_CERTIFICATE': {
      if (clientCertificate === undefined) return likely('client-certificate-not-yet-valid');
      if (Date.parse(clientCertificate.notBefore) > clock) return proved('client-certificate-not-yet-valid');
      const weak = checkCertificate(clientCertificate, { at, purpose: 'client' }).some(({ code }) =>
        code.startsWith('weak'),
      );
      return likely(weak ? 'client-certificate-unsuitable' : 'client-certificate-not-yet-valid');
    }
    case 'UNSUPPORTED_CERTIFICATE':
      return proved('client-certificate-unsuitable');
    case 'CERTIFICATE_REVOKED':
    case 'CERTIFICATE_UNKNOWN':
    case 'ACCESS_DENIED':
      return likely('client-certificate-unsuitable');
    case 'PROTOCOL_VERSION':
      return proved('protocol-mismatch');
    case 'INSUFFICIENT_SECURITY':
      return likely('no-shared-cipher');
    case 'HANDSHAKE_FAILURE':
      if (isCertificateRequired(observation)) {
        return observation.askedForCertificate
          ? proved('client-certificate-required')
          : likely('client-certificate-required');
      }
      return likely(observation.agreed ? 'client-certificate-unsuitable' : 'no-shared-cipher');
    default:
      return likely('unknown');
  }
}

/** Why a client that verifies would have hung up, the gravest first. */
function findDistrust({ observation, serverName }: HandshakeEvidence): readonly Finding[] {
  const leaf = observation.chain[0];
  const found: Finding[] = [];
  switch (observation.authorizationError) {
    // The attempt ended before the certificate was judged.
    case undefined:
      return [];
    case 'CERT_HAS_EXPIRED':
      found.push(proved('server-expired'));
      break;
    case 'CERT_NOT_YET_VALID':
      found.push(proved('server-not-yet-valid'));
      break;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return [proved('name-mismatch')];
    default:
      found.push(proved('server-untrusted'));
  }
  const covered = leaf === undefined || serverName === undefined || coversName(leaf, serverName);
  return covered ? found : [...found, proved('name-mismatch')];
}

/** `CERTIFICATE_EXPIRED` of `ERR_SSL_SSLV3_ALERT_…`, or of `ERR_SSL_SSL/TLS_ALERT_…` from OpenSSL 3.5 on. */
function readAlert(errorCode: string | undefined): string | undefined {
  return /^ERR_SSL_.*ALERT_(\w+)$/.exec(errorCode ?? '')?.[1];
}

function isCut(errorCode: string | undefined): boolean {
  return errorCode === 'ECONNRESET' || errorCode === 'EPIPE' || errorCode === 'CLOSED';
}
