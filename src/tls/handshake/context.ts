// Authorities, certificate and key as OpenSSL holds them, read once for many handshakes: reading them takes as long as a
// quarter of a handshake.
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { TlsTarget } from './observation.ts';

/** Holds a private key for as long as it lives. */
export interface TlsContext {
  readonly whole: SecureContext;
  /** Without our certificate. */
  readonly bare: SecureContext;
}

/** Throws OpenSSL's own error where the certificate or the key cannot be used. */
export function openTlsContext(material: Pick<TlsTarget, 'ca' | 'cert' | 'key' | 'passphrase'>): TlsContext {
  const { ca, ...own } = material;
  const trust = ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] };
  const bare = createSecureContext(trust);
  return { whole: own.cert === undefined ? bare : createSecureContext({ ...trust, ...own }), bare };
}
