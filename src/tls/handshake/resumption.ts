// Whether a port takes back a session that it began, and so lets a client in whose certificate it does not look at again:
// two handshakes, the second with what the first was given. Seen on Redis 6.0 to 8.0 and Valkey 8.0 to 9.1: a resumed
// session admits a certificate that expired meanwhile, in TLS 1.3 without end; with `tls-session-caching no` and client
// certificates a port hands out tickets and then breaks the connection of whoever uses them.
import type { Buffer } from 'node:buffer';
import { attemptHandshake } from './attempt.ts';
import type { HandshakeObservation, TlsTarget, TlsVersion } from './observation.ts';

export type Resumption =
  | { readonly kind: 'resumed'; readonly version: TlsVersion }
  /** `no-ticket`: nothing was given to resume with. `refused`: a whole new handshake was made, or none at all. */
  | {
      readonly kind: 'not-resumed';
      readonly version: TlsVersion;
      readonly why: 'no-ticket' | 'refused';
    }
  | { readonly kind: 'unknown'; readonly version: TlsVersion; readonly why: string };

/** Handshakes twice by this one version. Never throws for what the network or the server does. */
export async function probeResumption(target: TlsTarget, version: TlsVersion): Promise<Resumption> {
  const { socket: _socket, ...place } = target;
  const only: TlsTarget = { ...place, minVersion: version, maxVersion: version };
  let session: Buffer | undefined;
  const first = await attemptHandshake(only, { onSession: (given) => (session = given) });
  if (first.stage !== 'replied') {
    return { kind: 'unknown', version, why: `the first handshake ended with ${codeOf(first)}` };
  }
  if (session === undefined) return { kind: 'not-resumed', version, why: 'no-ticket' };
  const second = await attemptHandshake(only, { session });
  if (second.stage === 'replied') {
    return second.sessionResumed
      ? { kind: 'resumed', version }
      : { kind: 'not-resumed', version, why: 'refused' };
  }
  // Silence and a lost way are no verdict; an alert or a cut is one, where the same handshake was welcome just before.
  const isVerdict = second.stage !== 'dialling' && second.errorCode !== 'TIMEOUT';
  return isVerdict
    ? { kind: 'not-resumed', version, why: 'refused' }
    : { kind: 'unknown', version, why: `the second handshake ended with ${codeOf(second)}` };
}

function codeOf({ errorCode }: HandshakeObservation): string {
  return errorCode ?? 'UNKNOWN';
}
