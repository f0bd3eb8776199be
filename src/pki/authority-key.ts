/** Private keys of authorities between disk and memory: protected by a passphrase or not, and never in an error. */

import { createPrivateKey } from 'node:crypto';
import { secret, type Secret } from '../conf/index.ts';
import { readPrivateKeyFact } from '../tls/index.ts';
import { PkiError } from './pki-error.ts';

/** PKCS #8; under a passphrase AES-256-CBC with a key by PBKDF2, which openssl reads. */
export function sealKey(keyPem: string, passphrase: Secret | undefined): string {
  if (passphrase === undefined) return keyPem;
  const sealed = createPrivateKey(keyPem).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: passphrase.reveal(),
  });
  return sealed.toString();
}

/** The key as PKCS #8 without a passphrase. Throws {@link PkiError} (`passphrase`, `unreadable`); `path` is for its message. */
export function openKey(keyPem: string, passphrase: Secret | undefined, path: string): Secret {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(keyPem) && !/-----END [A-Z ]*PRIVATE KEY-----/.test(keyPem)) {
    throw new PkiError('unreadable', path, 'the key is cut short', {
      next: 'put the key back from its copy',
    });
  }
  const fact = readPrivateKeyFact(keyPem, passphrase?.reveal());
  switch (fact.kind) {
    case 'readable':
      return secret(
        createPrivateKey({
          key: keyPem,
          ...(passphrase === undefined ? {} : { passphrase: passphrase.reveal() }),
        })
          .export({ type: 'pkcs8', format: 'pem' })
          .toString(),
      );
    case 'encrypted':
      throw new PkiError('passphrase', path, fact.message, {
        next:
          passphrase === undefined
            ? 'pass --passphrase-file FILE, or --passphrase-fd N'
            : 'look which passphrase the authority was made with',
      });
    case 'unreadable':
      throw new PkiError('unreadable', path, fact.message, { next: 'put the key back from its copy' });
  }
}
