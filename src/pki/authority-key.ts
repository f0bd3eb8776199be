/** Private keys of authorities between disk and memory: protected by a passphrase or not, and never in an error. */

import { createPrivateKey } from 'node:crypto';
import { secret, type Secret } from '../conf/index.ts';
import { readPrivateKeyFact, readSealRounds, SEAL_ROUNDS_MAX, sealPrivateKey } from '../tls/index.ts';
import { PkiError } from './pki-error.ts';

/** PKCS #8; under a passphrase as openssl reads it, with as many rounds as make guessing dear. */
export function sealKey(keyPem: string, passphrase: Secret | undefined): string {
  return passphrase === undefined ? keyPem : sealPrivateKey(keyPem, passphrase.reveal());
}

/** The key as PKCS #8 without a passphrase. Throws {@link PkiError} (`passphrase`, `unreadable`); `path` is for its message. */
export function openKey(keyPem: string, passphrase: Secret | undefined, path: string): Secret {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(keyPem) && !/-----END [A-Z ]*PRIVATE KEY-----/.test(keyPem)) {
    throw new PkiError('unreadable', path, 'the key is cut short', {
      next: 'put the key back from its copy',
    });
  }
  const rounds = readSealRounds(keyPem) ?? 0;
  if (rounds > SEAL_ROUNDS_MAX) {
    throw new PkiError('unreadable', path, `opening the key would take ${rounds} rounds: it was not tried`, {
      next: 'write it anew with fewer: openssl pkcs8 -topk8 -iter 600000',
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
