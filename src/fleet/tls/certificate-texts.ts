/** The certificates and keys that the settings of a node name, read by whoever can read files of its host. */

import { posix } from 'node:path';
import { known, unknown, type Fact } from '../fact.ts';
import type { LiveSettings } from '../config-reply.ts';
import type { CertificateFileFact } from '../snapshot.ts';
import {
  CERTIFICATE_SETTINGS,
  describeCertificates,
  describeKey,
  KEY_SETTINGS,
  mergeFacts,
} from './pem-fact.ts';
import { valueOf } from './ports.ts';

/** Reads a text file of the host; throws with a sentence for a person when it cannot. */
export type TextReader = (path: string) => Promise<string>;

/** One PEM file. */
const PEM_CHARS_MAX = 4 * 1024 * 1024;

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
  for (const name of CERTIFICATE_SETTINGS) {
    const file = await textOf(name);
    const kind = name === 'tls-ca-cert-file' ? 'ca' : 'certificate';
    if (file !== undefined) files.set(file.path, describeCertificates(file.path, file.text, kind));
  }
  for (const [keyName, certName, passName] of KEY_SETTINGS) {
    const key = await textOf(keyName);
    if (key === undefined) continue;
    const cert = (await textOf(certName))?.text;
    const pass = secrets.get(passName);
    const fact = describeKey(key.path, key.text, cert, pass?.known === true ? pass.value : undefined);
    files.set(key.path, mergeFacts(files.get(key.path), fact));
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
