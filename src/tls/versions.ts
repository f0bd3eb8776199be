// Which protocol versions and which weak TLS 1.2 cipher families a port accepts: six handshakes at most, one after the
// other, each of them only offered, never used. Each refusal leaves a line in the server's log, so only on request.
import type { TlsTarget, TlsVersion } from './observation.ts';

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

export async function probeProtocols(target: TlsTarget): Promise<ProtocolReport> {
  throw new Error(`not written: ${target.host}`);
}
