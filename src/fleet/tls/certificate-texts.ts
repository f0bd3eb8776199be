/**
 * The certificates and keys that the settings of a node name, read by whoever can read files of its host. Of a key only
 * its type, its size and whether it belongs to the certificate are kept.
 */

import { posix } from 'node:path';
import type { Secret } from '../../conf/index.ts';
import { checkPair, readCertificates, readPrivateKeyFact } from '../../tls/index.ts';
import { known, unknown, type Fact } from '../fact.ts';
import type { LiveSettings } from '../config-reply.ts';
import type { CertificateFileFact } from '../snapshot.ts';
import { valueOf } from './ports.ts';

/** Reads a text file of the host; throws with a sentence for a person when it cannot. */
export type TextReader = (path: string) => Promise<string>;

/** One PEM file. */
const PEM_CHARS_MAX = 4 * 1024 * 1024;

const CERTIFICATES = ['tls-cert-file', 'tls-client-cert-file', 'tls-ca-cert-file'] as const;
const KEYS = [
  ['tls-key-file', 'tls-cert-file', 'tls-key-file-pass'],
  ['tls-client-key-file', 'tls-client-cert-file', 'tls-client-key-file-pass'],
] as const;

/** By path as the settings write it; each file is read once. */
export async function readCertificateTexts(
  { settings, secrets }: LiveSettings,
  read: TextReader,
): Promise<ReadonlyMap<string, Fact<CertificateFileFact>>> {
  const texts = new Map<string, Fact<string>>();
  const textOf = async (name: string): Promise<{ path: string; text: Fact<string> } | undefined> => {
    const path = valueOf(settings, name) ?? '';
    if (path === '') return undefined;
    const text = texts.get(path) ?? (await readText(placeOf(path, settings), read));
    texts.set(path, text);
    return { path, text };
  };
  const files = new Map<string, Fact<CertificateFileFact>>();
  for (const name of CERTIFICATES) {
    const file = await textOf(name);
    const kind = name === 'tls-ca-cert-file' ? 'ca' : 'certificate';
    if (file !== undefined) files.set(file.path, describeCertificates(file.path, file.text, kind));
  }
  for (const [keyName, certName, passName] of KEYS) {
    const key = await textOf(keyName);
    if (key === undefined) continue;
    const cert = (await textOf(certName))?.text;
    const pass = secrets.get(passName);
    const fact = describeKey(key.path, key.text, cert, pass?.known === true ? pass.value : undefined);
    // One file may hold both: then what is known of the key is added to the certificates.
    files.set(key.path, merge(files.get(key.path), fact));
  }
  const directory = valueOf(settings, 'tls-ca-cert-dir') ?? '';
  if (directory !== '') {
    files.set(
      directory,
      unknown('not-asked', 'the files of a directory are not listed', `ls -l ${directory}`),
    );
  }
  return files;
}

/** The server counts paths from `dir`, into which it changes at its start. */
function placeOf(path: string, settings: LiveSettings['settings']): string {
  return posix.resolve(valueOf(settings, 'dir') ?? '/', path);
}

async function readText(path: string, read: TextReader): Promise<Fact<string>> {
  const look = `ls -l ${path}`;
  try {
    const text = await read(path);
    if (text.length > PEM_CHARS_MAX) return unknown('failed', `${path} is too large for a certificate`, look);
    return known(text, { kind: 'file', path });
  } catch (error) {
    return unknown('unreachable', error instanceof Error ? error.message : `${path} cannot be read`, look);
  }
}

function describeCertificates(
  path: string,
  text: Fact<string>,
  kind: CertificateFileFact['kind'],
): Fact<CertificateFileFact> {
  if (!text.known) return text;
  const { certificates, problems } = readCertificates(text.value);
  if (certificates.length === 0) {
    const why = problems[0]?.message ?? 'no certificate in it';
    return unknown('failed', `${path}: ${why}`, `openssl x509 -in ${path} -noout -text`);
  }
  return known({ kind, certificates }, text.from);
}

function describeKey(
  path: string,
  text: Fact<string>,
  cert: Fact<string> | undefined,
  passphrase: Secret | undefined,
): Fact<CertificateFileFact> {
  if (!text.known) return text;
  const pass = passphrase === undefined || passphrase.isEmpty() ? undefined : passphrase.reveal();
  const fact = readPrivateKeyFact(text.value, pass);
  if (fact.kind === 'unreadable') {
    return unknown('failed', `${path}: ${fact.message}`, `openssl pkey -in ${path} -noout -check`);
  }
  const key =
    fact.kind === 'encrypted'
      ? { type: 'unknown', bits: undefined, encrypted: true }
      : { type: fact.type, bits: fact.bits, encrypted: fact.encrypted };
  const matches = cert?.known === true ? matchOf(checkPair(cert.value, text.value, pass)) : undefined;
  return known(
    {
      kind: 'key',
      certificates: [],
      key,
      ...(matches === undefined ? {} : { matchesCertificate: matches }),
    },
    text.from,
  );
}

/** Undefined: one of the two cannot be read. */
function matchOf(verdict: ReturnType<typeof checkPair>): boolean | undefined {
  if (verdict === 'match') return true;
  return verdict === 'mismatch' ? false : undefined;
}

function merge(
  certificate: Fact<CertificateFileFact> | undefined,
  key: Fact<CertificateFileFact>,
): Fact<CertificateFileFact> {
  if (certificate?.known !== true || !key.known) return key;
  return { ...certificate, value: { ...key.value, ...certificate.value } };
}
