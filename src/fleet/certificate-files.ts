/**
 * The certificates and keys that the settings name, read from this host.
 */

import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { known, type Fact } from './fact.ts';
import { readHostFile } from './host-file.ts';
import type { CertificateFileFact, Snapshot } from './snapshot.ts';
import {
  CERTIFICATE_SETTINGS,
  describeCertificates,
  describeKey,
  KEY_SETTINGS,
  mergeFacts,
} from './tls/pem-fact.ts';

/** Files of `tls-ca-cert-dir` that are read. */
export const AUTHORITY_FILES_MAX = 1000;
/** One PEM file. */
const PEM_BYTES_MAX = 4 * 1024 * 1024;

type Settings = Pick<Snapshot, 'settings' | 'secrets'>;

/** By path as the settings write it. `base` is the directory that relative paths count from. */
export function readCertificateFiles(
  settings: Settings,
  base: string,
): ReadonlyMap<string, Fact<CertificateFileFact>> {
  const files = new Map<string, Fact<CertificateFileFact>>();
  for (const name of CERTIFICATE_SETTINGS) {
    const path = valueOf(settings, name);
    if (path === undefined) continue;
    const kind = name === 'tls-ca-cert-file' ? 'ca' : 'certificate';
    files.set(path, describeCertificates(path, readText(path, base), kind));
  }
  for (const [keyName, certName, passName] of KEY_SETTINGS) {
    const path = valueOf(settings, keyName);
    if (path === undefined) continue;
    const passphrase = settings.secrets.get(passName);
    const cert = valueOf(settings, certName);
    const key = describeKey(
      path,
      readText(path, base),
      cert === undefined ? undefined : readText(cert, base),
      passphrase?.known === true ? passphrase.value : undefined,
    );
    files.set(path, mergeFacts(files.get(path), key));
  }
  const directory = valueOf(settings, 'tls-ca-cert-dir');
  if (directory !== undefined) {
    for (const path of listAuthorities(directory, base))
      files.set(path, describeCertificates(path, readText(path, base), 'ca'));
  }
  return files;
}

function readText(path: string, base: string): Fact<string> {
  const bytes = readHostFile(resolve(base, path), PEM_BYTES_MAX);
  return bytes.known ? known(bytes.value.toString('utf8'), bytes.from) : bytes;
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
