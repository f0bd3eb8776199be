/**
 * The content of a file of authorities (`tls-ca-cert-file`): the new authority added to it, the old one taken out, and
 * everything else left as it was. The new one comes first: Valkey 9.1 with `tls-auto-reload-interval` watches only the
 * first certificate of the file, so that it takes the addition by itself, should we be stopped before we tell it, and
 * leaves the removal to the command that is proved (seen on Valkey 9.1.0).
 */

import { X509Certificate } from 'node:crypto';
import { readCertificates, type CertificateFact } from '../../tls/index.ts';
import { certificatesOf } from './authority-side.ts';

/**
 * Why a file is not one of authorities, in one sentence: a server names it, and may name any file of its host. Text
 * between certificates is allowed, as OpenSSL reads over it. Undefined: it is one.
 */
export function refuseTrust(content: string): string | undefined {
  const foreign = [...content.matchAll(LABEL)]
    .map(([, label = '']) => label)
    .find((label) => !CERTIFICATE.test(label));
  if (foreign !== undefined) {
    return foreign.endsWith('PRIVATE KEY')
      ? 'there is a private key in it, which does not belong into a file of authorities'
      : `there is a block in it that is no certificate (${foreign})`;
  }
  // Neither PEM nor the comments of a bundle have any.
  if (/[\0-\x08\x0e-\x1f]/.test(content)) return 'it is not text';
  const { certificates, problems } = readCertificates(content);
  if (problems[0] !== undefined) return problems[0].message;
  return certificates.some(({ isCa }) => isCa) ? undefined : 'none of its certificates is an authority';
}

const LABEL = /-----(?:BEGIN|END) ([A-Z0-9 ]{0,64})-----/g;
const CERTIFICATE = /^(?:TRUSTED |X509 )?CERTIFICATE$/;

/** Every certificate of `next` first, then the file as it was; the same text where it has them all. */
export function addTrust(content: string, next: readonly string[]): string {
  const present = fingerprintsOf([content]);
  const missing = certificatesOf(next).filter(({ fingerprintSha256 }) => !present.has(fingerprintSha256));
  if (missing.length === 0) return content;
  return `${missing.map(({ pem }) => `${pem.trim()}\n`).join('')}${content}`;
}

/**
 * Without every certificate of the authorities `old`: an authority is its name and key, so that one renewed with the same
 * key, or signed by another one too, is the same. Text between certificates stays, and so does what `keep` holds. The
 * same text where it has none of them.
 */
export function dropTrust(content: string, old: readonly string[], keep: readonly string[]): string {
  const isOf = membership(old, keep);
  return content.replaceAll(BLOCK, (block) => {
    const [certificate] = certificatesOf([block]);
    return certificate !== undefined && isOf(certificate) ? '' : block;
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

/** Whether it has any certificate of the authorities `old`, by name and key; what `keep` holds does not count. */
export function holdsAnyTrust(content: string, old: readonly string[], keep: readonly string[]): boolean {
  return certificatesOf([content]).some(membership(old, keep));
}

/** The roots of the file that belong to neither. */
export function otherTrust(content: string, known: readonly string[]): readonly string[] {
  const isOf = membership(known, []);
  return certificatesOf([content])
    .filter((certificate) => certificate.selfSigned && !isOf(certificate))
    .map(({ pem }) => pem);
}

/** A new authority with the key of the old one is told from it by the certificate alone. */
function membership(
  old: readonly string[],
  keep: readonly string[],
): (certificate: CertificateFact) => boolean {
  const kept = certificatesOf(keep);
  const keptKeys = new Set(kept.map(keyOf));
  const keptPrints = fingerprintsOf(keep);
  const keys = new Set(
    certificatesOf(old)
      .filter(({ isCa }) => isCa)
      .map(keyOf),
  );
  const names = new Set(certificatesOf(old).map(({ subject }) => subject));
  const prints = fingerprintsOf(old);
  return (certificate) => {
    if (keptPrints.has(certificate.fingerprintSha256)) return false;
    if (prints.has(certificate.fingerprintSha256)) return true;
    // Names first: reading the keys of a whole bundle takes time.
    if (!names.has(certificate.subject)) return false;
    const key = keyOf(certificate);
    return keys.has(key) && !keptKeys.has(key);
  };
}

function keyOf({ subject, pem }: CertificateFact): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return `${key.toString('base64')} ${subject}`;
}

const BLOCK =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----[^\S\n]*\n?/g;

function fingerprintsOf(pems: readonly string[]): ReadonlySet<string> {
  return new Set(certificatesOf(pems).map(({ fingerprintSha256 }) => fingerprintSha256));
}
