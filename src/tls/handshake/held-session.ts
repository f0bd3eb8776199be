// A session that is kept while something happens to the server, and offered again afterwards: the proof that resumption
// has ended. A new TLS context has new ticket keys and an empty cache, so that whoever comes with an old session shows
// his certificate again (seen on Redis 6.0 to 8.0 and Valkey 8.0 to 9.1 after a CONFIG SET of a TLS path).
import type { Buffer } from 'node:buffer';
import { attemptHandshake } from './attempt.ts';
import type { TlsTarget, TlsVersion } from './observation.ts';

/** Use it once: servers give a new one each time. */
export interface HeldSession {
  readonly version: TlsVersion;
  readonly session: Buffer;
}

/** Handshakes once by this version; undefined where the server lets nothing be resumed, or does not let us in. */
export async function holdSession(target: TlsTarget, version: TlsVersion): Promise<HeldSession | undefined> {
  const { socket: _socket, ...place } = target;
  let session: Buffer | undefined;
  const only = { ...place, minVersion: version, maxVersion: version };
  const seen = await attemptHandshake(only, { onSession: (given) => (session = given) });
  return seen.stage === 'replied' && session !== undefined ? { version, session } : undefined;
}

/** `resumed`: the server took it back without looking at our certificate. `unknown`: no handshake came about. */
export async function offerSession(
  target: TlsTarget,
  { version, session }: HeldSession,
): Promise<'resumed' | 'refused' | 'unknown'> {
  const { socket: _socket, ...place } = target;
  const only = { ...place, minVersion: version, maxVersion: version };
  const seen = await attemptHandshake(only, { session });
  if (seen.sessionResumed) return 'resumed';
  const isVerdict = seen.stage === 'replied' || (seen.stage !== 'dialling' && seen.errorCode !== 'TIMEOUT');
  return isVerdict ? 'refused' : 'unknown';
}
