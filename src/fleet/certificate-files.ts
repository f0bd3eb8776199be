/**
 * The certificates and keys that the settings name, read from this host. Of a key only its type, its size and
 * whether it belongs to the certificate are kept.
 */

import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Secret } from '../conf/index.ts';
import { checkPair, readCertificates, readPrivateKeyFact } from '../tls/index.ts';
import { known, unknown, type Fact } from './fact.ts';
import { readHostFile } from './host-file.ts';
import type { CertificateFileFact, Snapshot } from './snapshot.ts';

/** Files of `tls-ca-cert-dir` that are read. */
export const AUTHORITY_FILES_MAX = 1000;
/** One PEM file. */
const PEM_BYTES_MAX = 4 * 1024 * 1024;

type Settings = Pick<Snapshot, 'settings' | 'secrets'>;

const CERTIFICATES = ['tls-cert-file', 'tls-client-cert-file', 'tls-ca-cert-file'] as const;
const KEYS = [
  ['tls-key-file', 'tls-cert-file', 'tls-key-file-pass'],
  ['tls-client-key-file', 'tls-client-cert-file', 'tls-client-key-file-pass'],
] as const;

/** By path as the settings write it. `base` is the directory that relative paths count from. */
export function readCertificateFiles(
  settings: Settings,
  base: string,
): ReadonlyMap<string, Fact<CertificateFileFact>> {
  const files = new Map<string, Fact<CertificateFileFact>>();
  for (const name of CERTIFICATES) {
    const path = valueOf(settings, name);
    if (path === undefined) continue;
    files.set(path, readCertificateFile(path, base, name === 'tls-ca-cert-file' ? 'ca' : 'certificate'));
  }
  for (const [keyName, certName, passName] of KEYS) {
    const path = valueOf(settings, keyName);
    if (path === undefined) continue;
    const passphrase = settings.secrets.get(passName);
    const cert = valueOf(settings, certName);
    const key = readKeyFile(path, base, cert, passphrase?.known === true ? passphrase.value : undefined);
    // One file may hold both: then what is known of the key is added to the certificates.
    files.set(path, merge(files.get(path), key));
  }
  const directory = valueOf(settings, 'tls-ca-cert-dir');
  if (directory !== undefined) {
    for (const path of listAuthorities(directory, base))
      files.set(path, readCertificateFile(path, base, 'ca'));
  }
  return files;
}

function readCertificateFile(
  path: string,
  base: string,
  kind: CertificateFileFact['kind'],
): Fact<CertificateFileFact> {
  const bytes = readHostFile(resolve(base, path), PEM_BYTES_MAX);
  if (!bytes.known) return bytes;
  const { certificates, problems } = readCertificates(bytes.value.toString('utf8'));
  if (certificates.length === 0) {
    const why = problems[0]?.message ?? 'no certificate in it';
    return unknown('failed', `${path}: ${why}`, `openssl x509 -in ${path} -noout -text`);
  }
  return known({ kind, certificates }, bytes.from);
}

function readKeyFile(
  path: string,
  base: string,
  cert: string | undefined,
  passphrase: Secret | undefined,
): Fact<CertificateFileFact> {
  const bytes = readHostFile(resolve(base, path), PEM_BYTES_MAX);
  if (!bytes.known) return bytes;
  const pem = bytes.value.toString('utf8');
  const pass = passphrase === undefined || passphrase.isEmpty() ? undefined : passphrase.reveal();
  const fact = readPrivateKeyFact(pem, pass);
  if (fact.kind === 'unreadable') {
    return unknown('failed', `${path}: ${fact.message}`, `openssl pkey -in ${path} -noout -check`);
  }
  const key =
    fact.kind === 'encrypted'
      ? { type: 'unknown', bits: undefined, encrypted: true }
      : { type: fact.type, bits: fact.bits, encrypted: fact.encrypted };
  const matches = cert === undefined ? undefined : matchesCertificate(resolve(base, cert), pem, pass);
  return known(
    {
      kind: 'key',
      certificates: [],
      key,
      ...(matches === undefined ? {} : { matchesCertificate: matches }),
    },
    bytes.from,
  );
}

function matchesCertificate(cert: string, keyPem: string, pass: string | undefined): boolean | undefined {
  const bytes = readHostFile(cert, PEM_BYTES_MAX);
  if (!bytes.known) return undefined;
  switch (checkPair(bytes.value.toString('utf8'), keyPem, pass)) {
    case 'match':
      return true;
    case 'mismatch':
      return false;
    case 'unreadable-certificate':
    case 'unreadable-key':
    case 'encrypted-key':
      return undefined;
  }
}

function merge(
  certificate: Fact<CertificateFileFact> | undefined,
  key: Fact<CertificateFileFact>,
): Fact<CertificateFileFact> {
  if (certificate?.known !== true || !key.known) return key;
  return { ...certificate, value: { ...key.value, ...certificate.value } };
}

function listAuthorities(directory: string, base: string): readonly string[] {
  try {
    return readdirSync(resolve(base, directory), { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !/\.(?:key|srl|csr)$/.test(entry.name))
      .slice(0, AUTHORITY_FILES_MAX)
      .map((entry) => resolve(base, directory, entry.name))
      .sort();
  } catch {
    // The directory itself is among the paths, with the reason; nothing more is known here.
    return [];
  }
}

function valueOf({ settings }: Settings, name: string): string | undefined {
  const fact = settings.get(name);
  return fact?.known === true && fact.value !== '' ? fact.value : undefined;
}
