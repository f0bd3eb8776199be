// What one TLS attempt showed, before anybody judges it. TLS 1.3 lets a client believe that it is connected before the
// server has looked at the client's certificate, so an attempt counts only once a first reply has come back.
import type { Socket } from 'node:net';
import type { TlsContext } from './context.ts';
import type { CertificateFact } from '../certificate/certificate.ts';

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** Where and how to try. PEM texts throughout; the key is used and never kept. */
export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  /** An open connection to use instead of dialling. */
  readonly socket?: Socket;
  /** SNI, and the name that the certificate is checked against; default `host`. */
  readonly serverName?: string;
  /** Default: the roots that Node brings. */
  readonly ca?: string | readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** Of the same authorities, certificate and key; used where neither versions nor ciphers are chosen. */
  readonly context?: TlsContext;
  /** For the whole attempt; default 5000. */
  readonly timeoutMs?: number;
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
  /** OpenSSL cipher list (TLS 1.2 and below, plus TLS 1.3 suite names). */
  readonly ciphers?: string;
  /**
   * How far to go. `reply`: QUIT is sent and answered. `admission`: until the server has accepted the handshake, our
   * certificate included; nothing is sent, for ports that speak no RESP, such as the bus of a Cluster. `agreement`: until
   * version and cipher are agreed. Default `reply`.
   */
  readonly until?: 'reply' | 'admission' | 'agreement';
}

/**
 * How far an attempt came. `replied`: to the end that {@link TlsTarget.until} sets, which is a first reply unless it says
 * otherwise.
 */
export type HandshakeStage = 'dialling' | 'handshake' | 'waiting-for-reply' | 'replied';

export interface HandshakeObservation {
  readonly stage: HandshakeStage;
  /** Node's error code, or `TIMEOUT` or `CLOSED` (an end without an alert). */
  readonly errorCode?: string;
  readonly errorMessage?: string;
  /** The server answered with a ServerHello: version and cipher were agreed. */
  readonly agreed: boolean;
  readonly protocol?: TlsVersion;
  /** OpenSSL's name. */
  readonly cipher?: string;
  /** The server asked for a client certificate (seen in its CertificateRequest; TLS 1.2 and 1.3 only). */
  readonly askedForCertificate: boolean;
  readonly sentCertificate: boolean;
  /** Leaf first, as the server sent it. Empty when the handshake ended early. */
  readonly chain: readonly CertificateFact[];
  /** The server's certificate is trusted by `ca` and covers `serverName`. */
  readonly authorized: boolean;
  /** OpenSSL's or Node's code: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, … */
  readonly authorizationError?: string;
  readonly sessionResumed: boolean;
  /** Our end of the connection: servers from 7.2 on write it into the log beside a fault. */
  readonly localPort?: number;
  /** First line of the answer, at most 200 printable characters. */
  readonly reply?: string;
  readonly elapsedMs: number;
}
