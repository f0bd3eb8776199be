// Which certificate a port serves: one handshake without a certificate of our own. The server shows its chain before it
// judges ours, in TLS 1.2 and 1.3 alike, so that it is told even by a port that then turns us away, such as the bus of a
// Cluster (seen on Redis 6.0 to 8.0 and Valkey 7.2 to 9.1).
import { attemptHandshake } from './attempt.ts';
import type { CertificateFact } from '../certificate/certificate.ts';
import type { TlsVersion } from './observation.ts';

/** Where to look. */
export interface ServedTarget {
  readonly host: string;
  readonly port: number;
  /** SNI; default `host`. */
  readonly serverName?: string;
  /** For the whole attempt; default 5000. */
  readonly timeoutMs?: number;
  /** Offers no later version. */
  readonly maxVersion?: TlsVersion;
}

/** What a port serves. */
export type ServedReading =
  | {
      readonly kind: 'served';
      readonly leaf: CertificateFact;
      /** Leaf first, as the server sent it. */
      readonly chain: readonly CertificateFact[];
    }
  /** Nothing came that could be a certificate. */
  | {
      readonly kind: 'none';
      /** `dialling`: nobody took the connection; `handshake`: somebody did, and it came to no certificate. */
      readonly stage: 'dialling' | 'handshake';
      /** Node's error code, or `TIMEOUT` or `CLOSED`. */
      readonly errorCode: string;
    };

/** Handshakes once. Never throws for what the network or the server does. */
export async function readServed(target: ServedTarget): Promise<ServedReading> {
  const { stage, chain, errorCode } = await attemptHandshake(target);
  const [leaf] = chain;
  if (leaf !== undefined) return { kind: 'served', leaf, chain };
  return {
    kind: 'none',
    stage: stage === 'dialling' ? 'dialling' : 'handshake',
    errorCode: errorCode ?? 'UNKNOWN',
  };
}
