/**
 * PEM texts that the settings of a server name, as facts. Of a key only its type, its size and whether it belongs to the
 * certificate are kept.
 */

import type { Secret } from '../../conf/index.ts';
import { checkPair, readCertificates, readPrivateKeyFact } from '../../tls/index.ts';
import { known, unknown, type Fact } from '../fact.ts';
import type { CertificateFileFact } from '../snapshot.ts';

export const CERTIFICATE_SETTINGS = ['tls-cert-file', 'tls-client-cert-file', 'tls-ca-cert-file'] as const;

/** Each key, the certificate that it belongs to, and its passphrase. */
export const KEY_SETTINGS = [
  ['tls-key-file', 'tls-cert-file', 'tls-key-file-pass'],
  ['tls-client-key-file', 'tls-client-cert-file', 'tls-client-key-file-pass'],
] as const;

export function describeCertificates(
  path: string,
  text: Fact<string>,
  kind: CertificateFileFact['kind'],
): Fact<CertificateFileFact> {
  if (!text.known) return text;
  const { certificates, problems } = readCertificates(text.value);
  if (certificates.length === 0) {
    const why = problems[0]?.message ?? 'no certificate in it';
    return unknown('failed', `${path}: ${why}`, `openssl x509 -in ${path} -noout -text`);
  }
  return known({ kind, certificates }, text.from);
}

/** `cert`: the certificate that the same settings name. */
export function describeKey(
  path: string,
  text: Fact<string>,
  cert: Fact<string> | undefined,
  passphrase: Secret | undefined,
): Fact<CertificateFileFact> {
  if (!text.known) return text;
  const pass = passphrase === undefined || passphrase.isEmpty() ? undefined : passphrase.reveal();
  const fact = readPrivateKeyFact(text.value, pass);
  if (fact.kind === 'unreadable') {
    return unknown('failed', `${path}: ${fact.message}`, `openssl pkey -in ${path} -noout -check`);
  }
  const key =
    fact.kind === 'encrypted'
      ? { type: 'unknown', bits: undefined, encrypted: true }
      : { type: fact.type, bits: fact.bits, encrypted: fact.encrypted };
  const matches = cert?.known === true ? matchOf(checkPair(cert.value, text.value, pass)) : undefined;
  return known(
    {
      kind: 'key',
      certificates: [],
      key,
      ...(matches === undefined ? {} : { matchesCertificate: matches }),
    },
    text.from,
  );
}

/** Undefined: one of the two cannot be read. */
function matchOf(verdict: ReturnType<typeof checkPair>): boolean | undefined {
  if (verdict === 'match') return true;
  return verdict === 'mismatch' ? false : undefined;
}

/** One file may hold both: then what is known of the key is added to the certificates. */
export function mergeFacts(
  certificate: Fact<CertificateFileFact> | undefined,
  key: Fact<CertificateFileFact>,
): Fact<CertificateFileFact> {
  if (certificate?.known !== true || !key.known) return key;
  return { ...certificate, value: { ...key.value, ...certificate.value } };
}
