// Private keys seen only as facts: type and size, and whether a key belongs to a certificate. No key byte leaves.
import type { KeyType } from './certificate.ts';

export type PrivateKeyFact =
  | {
      readonly kind: 'readable';
      readonly type: KeyType;
      readonly bits?: number;
      readonly curve?: string;
      readonly encrypted: boolean;
    }
  | { readonly kind: 'encrypted'; readonly encrypted: true }
  | { readonly kind: 'unreadable'; readonly encrypted: boolean; readonly message: string };

export type PairVerdict =
  'match' | 'mismatch' | 'unreadable-certificate' | 'unreadable-key' | 'encrypted-key';

/** Type and size of a PEM private key. An encrypted key without its passphrase is `encrypted`. */
export function readPrivateKeyFact(pem: string, passphrase?: string): PrivateKeyFact {
  throw new Error(`not written: ${pem.length}${passphrase === undefined}`);
}

/** Whether the key belongs to the first certificate of the file, as `tls-cert-file` and `tls-key-file` must. */
export function checkPair(certPem: string, keyPem: string, passphrase?: string): PairVerdict {
  throw new Error(`not written: ${certPem.length}${keyPem.length}${passphrase === undefined}`);
}

/** {@link checkPair} says `match`. */
export function pairMatches(certPem: string, keyPem: string, passphrase?: string): boolean {
  return checkPair(certPem, keyPem, passphrase) === 'match';
}
