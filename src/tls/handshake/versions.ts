// Which protocol versions and which weak TLS 1.2 cipher families a port accepts: six handshakes at most, one after the
// other, each of them only offered, never used. Each refusal leaves a line in the server's log, so only on request.
import { attemptHandshake } from './attempt.ts';
import type { HandshakeObservation, TlsTarget, TlsVersion } from './observation.ts';

/** `unknown`: our own TLS library cannot offer it, or the attempt ended for another reason. */
export type Acceptance = 'accepted' | 'refused' | 'unknown';

export interface ProtocolReport {
  readonly versions: Readonly<Record<TlsVersion, Acceptance>>;
  /** TLS 1.2 with CBC and SHA-1 MAC (`ECDHE-ECDSA-AES128-SHA` and its like). */
  readonly cbcSha1: Acceptance;
  /** TLS 1.2 with RSA key transport: no forward secrecy. */
  readonly noForwardSecrecy: Acceptance;
  /** Ciphers agreed, by what was offered. */
  readonly ciphers: Readonly<Partial<Record<TlsVersion | 'cbcSha1' | 'noForwardSecrecy', string>>>;
  readonly handshakes: number;
}

/** Six handshakes, one after the other. `cert` and `key` are not needed: being asked for them is acceptance too. */
export async function probeProtocols(target: TlsTarget): Promise<ProtocolReport> {
  const ciphers: Record<string, string> = {};
  let handshakes = 0;
  const offer = async (what: Offer, version: TlsVersion, list: string): Promise<Acceptance> => {
    handshakes += 1;
    const seen = await attemptHandshake({
      ...target,
      minVersion: version,
      maxVersion: version,
      ciphers: list,
    });
    if (seen.cipher !== undefined) ciphers[what] = seen.cipher;
    return judgeOffer(seen);
  };
  const versions = {
    TLSv1: await offer('TLSv1', 'TLSv1', EVERYTHING),
    'TLSv1.1': await offer('TLSv1.1', 'TLSv1.1', EVERYTHING),
    'TLSv1.2': await offer('TLSv1.2', 'TLSv1.2', EVERYTHING),
    'TLSv1.3': await offer('TLSv1.3', 'TLSv1.3', EVERYTHING),
  };
  const old = versions['TLSv1.2'] === 'accepted';
  const cbcSha1 = old ? await offer('cbcSha1', 'TLSv1.2', CBC_SHA1) : versions['TLSv1.2'];
  const noForwardSecrecy = old
    ? await offer('noForwardSecrecy', 'TLSv1.2', RSA_TRANSPORT)
    : versions['TLSv1.2'];
  return { versions, cbcSha1, noForwardSecrecy, ciphers, handshakes };
}

type Offer = TlsVersion | 'cbcSha1' | 'noForwardSecrecy';

// Security level 0: only so may OpenSSL 3 offer TLS 1.0, 1.1 and SHA-1 at all.
const EVERYTHING = 'ALL:@SECLEVEL=0';
const CBC_SHA1 =
  'ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:@SECLEVEL=0';
const RSA_TRANSPORT =
  'AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA:@SECLEVEL=0';

/** Agreement is the ServerHello; whether our certificate is liked afterwards does not matter here. */
export function judgeOffer(seen: HandshakeObservation): Acceptance {
  if (seen.agreed) return 'accepted';
  if (seen.stage !== 'handshake') return 'unknown';
  const alerted = /ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY)$/.test(
    seen.errorCode ?? '',
  );
  return alerted || seen.errorCode === 'ERR_SSL_UNSUPPORTED_PROTOCOL' ? 'refused' : 'unknown';
}
