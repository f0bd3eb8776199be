// From observations to one named fault. Pure. Follows what Redis 7.0, 7.4, 8.0 and Valkey 8.1, 9.1 were seen to do with
// a Node client: each alert has one cause, while the server's own log says "certificate verify failed" for three.
import type { CertificateFact } from '../certificate/certificate.ts';
import type { ChainFault } from './diagnose-chain.ts';
import { findDistrust } from './diagnose-distrust.ts';
import { findStop } from './diagnose-refusal.ts';
import { explainFault, listEvidence } from './explanation.ts';
import type { HandshakeObservation } from './observation.ts';
import type { PortProbe } from './probe.ts';
import type { OwnLines } from './server-log.ts';

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
  | 'server-unsuitable'
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
  /** Everything in the file of our certificate, in its order; the first is {@link clientCertificate}. */
  readonly clientChain?: readonly CertificateFact[];
  /** What our own CA file holds. */
  readonly trust?: readonly CertificateFact[];
  /** What the server's CA file holds, where it can be read. */
  readonly serverTrust?: readonly CertificateFact[];
  /** The server's clock at {@link at}, when it could be read (TIME on another port, its log, or a person). */
  readonly serverTime?: Date;
  /** How far the server's clock can be from `serverTime`; default one second, of which TIME is sure. */
  readonly serverTimeWithinMs?: number;
  /** What the server wrote into its log about this very attempt. */
  readonly log?: OwnLines;
  readonly serverName?: string;
}

/** Finer than the fault, where it is certain: which certificate, and what about it. */
export type FaultReason =
  | ChainFault
  /** The server's clock runs ahead of ours, and our certificate is good by ours. */
  | 'server-clock-ahead'
  | 'server-clock-behind'
  /** The certificate has no alternative names at all. */
  | 'no-names';

/** One thing that stands in the way. */
export interface Finding {
  readonly fault: HandshakeFault;
  readonly certainty: Diagnosis['certainty'];
  readonly reason?: FaultReason;
  /** The certificate or the dates concerned, as part of a sentence. */
  readonly detail?: string;
}

export interface Diagnosis {
  readonly fault: HandshakeFault;
  /** `proved`: no other cause gives these facts; `likely`: the usual one of several. */
  readonly certainty: 'proved' | 'likely';
  /** Finer than the fault, where it is known. */
  readonly reason?: FaultReason;
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
export function diagnoseHandshake(given: HandshakeEvidence): Diagnosis | undefined {
  const { observation, clientCertificate } = given;
  const alone = clientCertificate === undefined ? [] : [clientCertificate];
  const evidence = { ...given, clientChain: given.clientChain ?? alone };
  const distrust = observation.chain.length > 0 && !observation.authorized ? findDistrust(evidence) : [];
  const stop = observation.stage === 'replied' ? undefined : findStop(evidence);
  const [main, ...rest] = stop === undefined ? distrust : [stop, ...distrust];
  if (main === undefined) return undefined;
  return {
    fault: main.fault,
    certainty: main.certainty,
    ...(main.reason === undefined ? {} : { reason: main.reason }),
    also: rest.map(({ fault }) => fault),
    ...explainFault(main, evidence),
    evidence: listEvidence(evidence),
  };
}

/** What a plaintext client meets on this port; undefined where it is answered. */
export function diagnosePlaintext(port: PortProbe): Diagnosis | undefined {
  const say = (fault: HandshakeFault, certainty: Diagnosis['certainty'], seen: string): Diagnosis => {
    return { fault, certainty, also: [], ...explainFault({ fault, certainty }), evidence: [seen] };
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
