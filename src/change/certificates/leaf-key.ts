/**
 * The private key of a new leaf as the node's file holds it: under the passphrase of the node (`tls-key-file-pass`) where
 * the old one was, so that no key comes to lie in clear where it did not, and the setting stays what it is.
 */

import { createPrivateKey } from 'node:crypto';
import { secret, type Secret } from '../../conf/index.ts';
import { readPrivateKeyFact } from '../../tls/index.ts';
import type { LeafFile, LeafSight } from './leaf-sight.ts';

/** PKCS #8; under a passphrase AES-256-CBC with a key by PBKDF2, as openssl writes it. Not twice the same. */
export function keyForFile({ key: file, passphrase }: LeafSight, key: Secret): Secret {
  if (passphrase === undefined || passphrase.isEmpty() || isPlain(file)) return key;
  // One that is protected already was tried with the passphrase; of what cannot be read that is told elsewhere.
  if (readPrivateKeyFact(key.reveal()).kind !== 'readable') return key;
  const sealed = createPrivateKey(key.reveal()).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: passphrase.reveal(),
  });
  return secret(sealed.toString());
}

/** Without a passphrase, to handshake with. Undefined: neither this way nor with the passphrase of the node. */
export function openLeafKey({ passphrase }: LeafSight, key: Secret): Secret | undefined {
  if (readPrivateKeyFact(key.reveal()).kind === 'readable') return key;
  if (passphrase === undefined || readPrivateKeyFact(key.reveal(), passphrase.reveal()).kind !== 'readable') {
    return undefined;
  }
  const opened = createPrivateKey({ key: key.reveal(), passphrase: passphrase.reveal() });
  return secret(opened.export({ type: 'pkcs8', format: 'pem' }).toString());
}

function isPlain(file: LeafFile): boolean {
  return file.kind === 'file' && readPrivateKeyFact(file.file.content.reveal()).kind === 'readable';
}
