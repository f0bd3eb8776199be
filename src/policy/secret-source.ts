/**
 * Secrets on their way into files: a clear value, of which only SHA-256 is written, or a hash that is known already.
 * Neither is ever part of a message.
 */

import { createHash } from 'node:crypto';
import { secret, Secret } from '../conf/index.ts';

/** What the caller gives for a user. `sha256` is 64 lower-case hex digits. */
export type Credential = Secret | { readonly sha256: string };

const SECRET_BYTES = 32;

/**
 * A new secret of 256 bits, 43 characters of base64url: no character that an ACL file, a shell or a URL could misread.
 * `random` must be a cryptographic source of that many bytes.
 */
export function generateSecret(random: (bytes: number) => Uint8Array): Secret {
  const bytes = random(SECRET_BYTES);
  if (bytes.length !== SECRET_BYTES) throw new RangeError(`a secret needs ${SECRET_BYTES} random bytes`);
  return secret(Buffer.from(bytes).toString('base64url'));
}

/** The hash as an ACL rule: `#` and 64 hex digits. */
export function hashRule(credential: Credential): string {
  return `#${credential instanceof Secret ? sha256(credential.reveal()) : credential.sha256}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
