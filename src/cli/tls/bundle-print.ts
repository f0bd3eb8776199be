/** What `wardis tls bundle` says: each authority with its fingerprint, then what to do on each system. */

import { type Trust, type TrustedAuthority, type TrustGuide } from '../../pki/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';

export interface BundleReport {
  readonly trust: Trust;
  readonly source: string;
  readonly warnings: readonly string[];
  /** Fingerprints were named, and are these. */
  readonly compared: boolean;
  readonly guides: readonly TrustGuide[];
}

/** A file, or why it is not there. */
export interface Written {
  readonly path: string;
  readonly why?: string;
}

export function describeBundle(report: BundleReport, written: readonly Written[]): string {
  const { trust, source, warnings, compared, guides } = report;
  const count = trust.authorities.length === 1 ? '1 authority' : `${trust.authorities.length} authorities`;
  const lines = [
    `${count} to trust, from ${source}`,
    ...trust.authorities.flatMap(describeAuthority),
    '',
    ...[...warnings, ...trust.notes].map((note) => `! ${note}`),
    compared
      ? 'The fingerprints are those that you named.'
      : 'Compare the fingerprint where it arrives: openssl x509 -in FILE -noout -fingerprint -sha256',
    ...guides.flatMap(describeGuide),
    ...(written.length === 0 ? [] : ['', ...written.map(describeWritten)]),
    '',
    'Then, from the client: wardis doctor rediss://HOST:PORT --cacert FILE',
  ];
  return `${lines.map(safeText).join('\n')}\n`;
}

export function printBundleJson(report: BundleReport, written: readonly Written[]): string {
  const { trust, source, warnings, compared, guides } = report;
  const said = {
    schemaVersion: '1',
    source,
    compared,
    authorities: trust.authorities.map(({ name, fingerprint, certificate }) => ({
      name,
      subject: certificate.subject,
      fingerprint,
      fingerprintSha256: certificate.fingerprintSha256,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
      pem: certificate.pem,
    })),
    notes: [...warnings, ...trust.notes],
    systems: guides.map(({ system, title, files, commands, notes }) => ({
      system,
      title,
      files: files.map(({ name }) => name),
      commands,
      notes,
    })),
    written,
  };
  return `${printSafeJson(said, 2)}\n`;
}

function describeAuthority({ certificate, fingerprint, name }: TrustedAuthority): readonly string[] {
  const { subject, notBefore, notAfter } = certificate;
  return [
    '',
    subject,
    `  SHA-256  ${fingerprint}`,
    `  valid    ${notBefore.slice(0, 10)} to ${notAfter.slice(0, 10)}`,
    `  file     ${name}.crt`,
  ];
}

function describeGuide({ title, system, commands, notes, files }: TrustGuide): readonly string[] {
  return [
    '',
    `${title} (--for ${system}): ${files.map(({ name }) => name).join(' ')}`,
    ...commands.map((command) => `    ${command}`),
    ...notes.map((note) => `  ${note}`),
  ];
}

function describeWritten({ path, why }: Written): string {
  return why === undefined ? `wrote ${path}` : `did not write ${path}: ${why}`;
}
