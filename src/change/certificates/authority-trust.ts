/**
 * The content of a file of authorities (`tls-ca-cert-file`): the new authority added to it, the old one taken out, and
 * everything else left as it was. The new one comes first: Valkey 9.1 with `tls-auto-reload-interval` watches only the
 * first certificate of the file, so that it takes the addition by itself, should we be stopped before we tell it, and
 * leaves the removal to the command that is proved (seen on Valkey 9.1.0).
 */

import { certificatesOf } from './authority-side.ts';

/** Every certificate of `next` first, then the file as it was; the same text where it has them all. */
export function addTrust(content: string, next: readonly string[]): string {
  const present = fingerprintsOf([content]);
  const missing = certificatesOf(next).filter(({ fingerprintSha256 }) => !present.has(fingerprintSha256));
  if (missing.length === 0) return content;
  return `${missing.map(({ pem }) => `${pem.trim()}\n`).join('')}${content}`;
}

/** Without the certificates of `old`; text between certificates stays. The same text where it has none of them. */
export function dropTrust(content: string, old: readonly string[]): string {
  const gone = fingerprintsOf(old);
  return content.replaceAll(BLOCK, (block) => {
    const [certificate] = certificatesOf([block]);
    return certificate !== undefined && gone.has(certificate.fingerprintSha256) ? '' : block;
  });
}

/** Whether it has every certificate of `authority` that is a root; without a root, every one. */
export function holdsTrust(content: string, authority: readonly string[]): boolean {
  const present = fingerprintsOf([content]);
  const all = certificatesOf(authority);
  const roots = all.filter(({ selfSigned }) => selfSigned);
  const wanted = roots.length > 0 ? roots : all;
  return wanted.length > 0 && wanted.every(({ fingerprintSha256 }) => present.has(fingerprintSha256));
}

/** Whether it has any certificate of `authority`. */
export function holdsAnyTrust(content: string, authority: readonly string[]): boolean {
  const present = fingerprintsOf([content]);
  return certificatesOf(authority).some(({ fingerprintSha256 }) => present.has(fingerprintSha256));
}

/** The roots of the file that belong to neither. */
export function otherTrust(content: string, known: readonly string[]): readonly string[] {
  const mine = fingerprintsOf(known);
  return certificatesOf([content])
    .filter(({ selfSigned, fingerprintSha256 }) => selfSigned && !mine.has(fingerprintSha256))
    .map(({ pem }) => pem);
}

const BLOCK =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----[^\S\n]*\n?/g;

function fingerprintsOf(pems: readonly string[]): ReadonlySet<string> {
  return new Set(certificatesOf(pems).map(({ fingerprintSha256 }) => fingerprintSha256));
}
