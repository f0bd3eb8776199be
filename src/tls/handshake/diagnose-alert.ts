/** How an attempt ended, in the words of TLS: the alert, if one came, and what an end without one can mean. */
import type { HandshakeObservation } from './observation.ts';

/** A refusal for want of a client certificate, in the words of TLS 1.3 and of 1.2. */
export function isCertificateRequired(observation: HandshakeObservation): boolean {
  const alert = readAlert(observation.errorCode);
  if (alert === 'CERTIFICATE_REQUIRED') return true;
  if (observation.sentCertificate || observation.stage === 'replied') return false;
  // Before 1.3 there is no alert of its own: handshake_failure after the ciphers were agreed. 1.2 shows the request.
  if (alert === 'HANDSHAKE_FAILURE') return observation.askedForCertificate || observation.agreed;
  return observation.askedForCertificate && observation.stage !== 'dialling' && isCut(observation.errorCode);
}

/** `CERTIFICATE_EXPIRED` of `ERR_SSL_SSLV3_ALERT_…`, or of `ERR_SSL_SSL/TLS_ALERT_…` from OpenSSL 3.5 on. */
export function readAlert(errorCode: string | undefined): string | undefined {
  return /^ERR_SSL_.*ALERT_(\w+)$/.exec(errorCode ?? '')?.[1];
}

/** The connection ended without a word. */
export function isCut(errorCode: string | undefined): boolean {
  return errorCode === 'ECONNRESET' || errorCode === 'EPIPE' || errorCode === 'CLOSED';
}
