/**
 * The content of a file of authorities (`tls-ca-cert-file`): the new authority added to it, the old one taken out, and
 * everything else left as it was. The new one comes first: Valkey 9.1 with `tls-auto-reload-interval` watches only the
 * first certificate of the file, so that it takes the addition by itself, should we be stopped before we tell it, and
 * leaves the removal to the command that is proved (seen on Valkey 9.1.0).
 */

import { readCertificates } from '../../tls/index.ts';
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
