/**
 * The authorities that clients of a fleet must trust, as files: all of them in one, and each in a file of its own, since
 * `update-ca-certificates` of Debian leaves a file with two of them out of its hashed folder (openssl rehash: "it does
 * not contain exactly one certificate"; ca-certificates 20230311), and keytool imports the first only.
 */

import { readCertificates, type CertificateFact } from '../tls/index.ts';

/** One authority to trust. */
export interface TrustedAuthority {
  readonly certificate: CertificateFact;
  /** `orders-ca-1a2b3c4d`: lower-case letters, digits and dashes; unique, and the same wherever it is made. */
  readonly name: string;
  /** `AB:CD:…`, as openssl, keytool and browsers print it. */
  readonly fingerprint: string;
}

/** What a text of PEM certificates makes of trust. */
export interface Trust {
  readonly authorities: readonly TrustedAuthority[];
  /** What was left out and why, and what will not work for long; sentences. */
  readonly notes: readonly string[];
}

const NAME_CHARS_MAX = 40;
const FINGERPRINT_DIGITS = 8;

/** Reads authorities; what is none is left out with a note, and one that stands there twice is one. */
export function readTrustedAuthorities(pem: string, now: Date): Trust {
  const { certificates, problems } = readCertificates(pem);
  const notes = problems.map(({ message }) => message);
  const authorities = new Map<string, TrustedAuthority>();
  for (const certificate of certificates) {
    const { subject, fingerprintSha256, isCa, selfSigned, notAfter, notBefore } = certificate;
    if (!isCa) {
      notes.push(`${subject} is left out: it is no authority, and trusting it would trust nothing else`);
      continue;
    }
    if (authorities.has(fingerprintSha256)) continue;
    if (Date.parse(notAfter) < now.getTime()) notes.push(`${subject} expired on ${notAfter}`);
    if (Date.parse(notBefore) > now.getTime()) notes.push(`${subject} is not valid before ${notBefore}`);
    if (!selfSigned) {
      notes.push(
        `${subject} is an intermediate: OpenSSL trusts it only beside its root ${certificate.issuer}`,
      );
    }
    authorities.set(fingerprintSha256, {
      certificate,
      name: nameAuthority(certificate),
      fingerprint: printFingerprint(fingerprintSha256),
    });
  }
  return { authorities: [...authorities.values()], notes };
}

/** All of them in one PEM text, each under a line that says which it is. */
export function printBundle(authorities: readonly TrustedAuthority[]): string {
  return authorities
    .map(({ certificate, fingerprint }) => {
      const subject = certificate.subject.replace(/[^\u0020-\u007e]/g, '?');
      return `# ${subject}\n# SHA-256 ${fingerprint}\n${certificate.pem.trim()}\n`;
    })
    .join('');
}

/** Whether `text` is this fingerprint; colons, blanks, capitals and a `SHA256` before it do not matter. */
export function isFingerprint(text: string, sha256: string): boolean {
  const digits = text
    .toLowerCase()
    .replace(/^\s*sha-?256(?: fingerprint)?\s*[:=]?/, '')
    .replace(/[\s:]/g, '');
  return digits === sha256;
}

function printFingerprint(sha256: string): string {
  return (sha256.toUpperCase().match(/../g) ?? []).join(':');
}

/** From the common name, which anybody may have chosen: nothing of it but letters and digits gets into a file name. */
function nameAuthority({ subjectCommonName = '', fingerprintSha256 }: CertificateFact): string {
  const words = subjectCommonName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_CHARS_MAX)
    .replace(/^-+|-+$/g, '');
  return `${words === '' ? 'ca' : words}-${fingerprintSha256.slice(0, FINGERPRINT_DIGITS)}`;
}
