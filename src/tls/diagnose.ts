// From observations to one named fault. Pure. Follows what Redis 7.0, 7.4, 8.0 and Valkey 8.1, 9.1 were seen to do with
// a Node client: each alert has one cause, while the server's own log says "certificate verify failed" for three.
import type { CertificateFact } from './certificate.ts';
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
  /** One plain sentence: what happened and why. */
  readonly explanation: string;
  /** What was seen, one fact per line. */
  readonly evidence: readonly string[];
  /** What to do next. */
  readonly help: string;
}

/** The fault, or undefined when the attempt succeeded and the server's certificate is trusted. */
export function diagnoseHandshake(evidence: HandshakeEvidence): Diagnosis | undefined {
  throw new Error(`not written: ${evidence.observation.stage}`);
}
