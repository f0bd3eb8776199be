// Private keys seen only as facts: type and size, and whether a key belongs to a certificate. No key byte leaves.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describeKey } from './certificate.ts';
import type { KeyType } from './certificate.ts';

export type PrivateKeyFact =
  | {
      readonly kind: 'readable';
      readonly type: KeyType;
      readonly bits?: number;
      /** OpenSSL's name, for elliptic curves. */
      readonly curve?: string;
      /** It was protected by a passphrase, and the one given opened it. */
      readonly encrypted: boolean;
    }
  /** Protected by a passphrase that was not given (or is wrong: see `message`). */
  | { readonly kind: 'encrypted'; readonly encrypted: true; readonly message: string }
  | { readonly kind: 'unreadable'; readonly encrypted: false; readonly message: string };

export type PairVerdict =
  'match' | 'mismatch' | 'unreadable-certificate' | 'unreadable-key' | 'encrypted-key';

/** Type and size of the first PEM private key. An encrypted key without its passphrase is `encrypted`. */
export function readPrivateKeyFact(pem: string, passphrase?: string): PrivateKeyFact {
  const opened = openKey(pem, passphrase);
  if (!('key' in opened)) return opened;
  const { keyType, keyBits, curve } = describeKey(opened.key);
  return {
    kind: 'readable',
    type: keyType,
    ...(keyBits === undefined ? {} : { bits: keyBits }),
    ...(curve === undefined ? {} : { curve }),
    encrypted: isEncrypted(pem),
  };
}

/** Whether the key belongs to the first certificate of the file, as `tls-cert-file` and `tls-key-file` must. */
export function checkPair(certPem: string, keyPem: string, passphrase?: string): PairVerdict {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(certPem);
  } catch {
    return 'unreadable-certificate';
  }
  const opened = openKey(keyPem, passphrase);
  if (!('key' in opened)) return opened.kind === 'encrypted' ? 'encrypted-key' : 'unreadable-key';
  return certificate.checkPrivateKey(opened.key) ? 'match' : 'mismatch';
}

/** {@link checkPair} says `match`. */
export function pairMatches(certPem: string, keyPem: string, passphrase?: string): boolean {
  return checkPair(certPem, keyPem, passphrase) === 'match';
}

/** Messages are our own: OpenSSL's could one day quote what it read. */
function openKey(
  pem: string,
  passphrase: string | undefined,
): { readonly key: KeyObject } | Exclude<PrivateKeyFact, { kind: 'readable' }> {
  const encrypted = isEncrypted(pem);
  try {
    return { key: createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) }) };
  } catch {
    if (encrypted) {
      const message =
        passphrase === undefined ? 'the key needs its passphrase' : 'the passphrase does not open the key';
      return { kind: 'encrypted', encrypted: true, message };
    }
    const message = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/.test(pem)
      ? 'the private key cannot be decoded'
      : 'there is no PRIVATE KEY block in this text';
    return { kind: 'unreadable', encrypted: false, message };
  }
}

/** PKCS #8 says so in its label, the older formats in a header. */
function isEncrypted(pem: string): boolean {
  return pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || /^Proc-Type: *4,ENCRYPTED/m.test(pem);
}
