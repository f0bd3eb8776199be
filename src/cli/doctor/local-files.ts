/** Our own certificate, key and CA files: can they be read, are they what they should be, do they belong together? */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsOptions } from '../../fleet/index.ts';
import { checkPair, readCertificates, readPrivateKeyFact, type CertificateFact } from '../../tls/index.ts';
import type { FileProblem, FilesObservation } from './observation.ts';

/** A PEM file; system bundles are about 220 kB. */
const PEM_BYTES_MAX = 4 * 1024 * 1024;
const CA_FILES_MAX = 1000;

/** What is seen, for people, and the PEM texts, for the handshake only: the key is among them. */
export interface LocalFiles {
  readonly seen: FilesObservation;
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

/** Reads every file that the options name; never throws. */
export function readLocalFiles(options: TlsOptions): LocalFiles {
  const problems: FileProblem[] = [];
  const ca = readAuthorities(options, problems);
  const authorities = ca.flatMap((text) => readCertificates(text).certificates);
  const cert = options.certFile === undefined ? undefined : readPem(options.certFile, problems);
  const key = options.keyFile === undefined ? undefined : readPem(options.keyFile, problems);
  const passphrase = options.keyPassphrase?.reveal();
  const chain = cert === undefined ? [] : checkCertificateFile(options.certFile ?? '', cert, problems);
  const [certificate] = chain;
  if (key !== undefined) checkKeyFile(options.keyFile ?? '', key, passphrase, problems);
  checkTogether(options, cert, key, passphrase, problems);
  return {
    seen: { problems, chain, authorities, ...(certificate === undefined ? {} : { certificate }) },
    ...(ca.length === 0 ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

function readAuthorities(options: TlsOptions, problems: FileProblem[]): readonly string[] {
  const texts: string[] = [];
  if (options.caFile !== undefined) {
    const text = readPem(options.caFile, problems);
    if (text !== undefined) {
      texts.push(text);
      checkCertificateFile(options.caFile, text, problems);
    }
  }
  if (options.caDir === undefined) return texts;
  const directory = options.caDir;
  try {
    const names = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort()
      .slice(0, CA_FILES_MAX);
    const found = names
      .map((name) => readPem(join(directory, name), []))
      .filter((text) => text?.includes('BEGIN CERTIFICATE') === true)
      .map((text) => text ?? '');
    if (found.length === 0) {
      const message = 'no file in it holds a certificate';
      problems.push({ kind: 'no-certificate', file: directory, message, look: `ls -l ${quote(directory)}` });
    }
    texts.push(...found);
  } catch (error) {
    problems.push(unreadable(directory, error));
  }
  return texts;
}

function readPem(path: string, problems: FileProblem[]): string | undefined {
  try {
    if (statSync(path).size > PEM_BYTES_MAX) throw new Error('larger than any PEM file');
    return readFileSync(path, 'utf8');
  } catch (error) {
    problems.push(unreadable(path, error));
    return undefined;
  }
}

function unreadable(path: string, error: unknown): FileProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'too large';
  const missing = code === 'ENOENT';
  return {
    kind: missing ? 'missing' : 'unreadable',
    file: path,
    message: missing ? 'there is no such file' : `it cannot be read (${code})`,
    look: `ls -l ${quote(path)}`,
  };
}

function checkCertificateFile(
  path: string,
  text: string,
  problems: FileProblem[],
): readonly CertificateFact[] {
  const { certificates } = readCertificates(text);
  if (certificates.length > 0) return certificates;
  const swapped = text.includes('PRIVATE KEY-----');
  problems.push({
    kind: swapped ? 'swapped' : 'no-certificate',
    file: path,
    message: swapped
      ? 'it holds a private key and no certificate: are the files swapped?'
      : 'it holds no certificate in PEM form',
    look: `openssl x509 -in ${quote(path)} -noout -subject -dates`,
  });
  return [];
}

function checkKeyFile(
  path: string,
  text: string,
  passphrase: string | undefined,
  problems: FileProblem[],
): void {
  const fact = readPrivateKeyFact(text, passphrase);
  const look = `openssl pkey -in ${quote(path)} -noout -text_pub`;
  switch (fact.kind) {
    case 'readable':
      return;
    case 'encrypted':
      problems.push({ kind: 'encrypted-key', file: path, message: fact.message, look });
      return;
    case 'unreadable': {
      const swapped = text.includes('BEGIN CERTIFICATE-----');
      const message = swapped
        ? 'it holds a certificate and no key: are the files swapped?'
        : 'it holds no private key that can be read';
      problems.push({ kind: swapped ? 'swapped' : 'no-key', file: path, message, look });
    }
  }
}

function checkTogether(
  options: TlsOptions,
  cert: string | undefined,
  key: string | undefined,
  passphrase: string | undefined,
  problems: FileProblem[],
): void {
  const { certFile, keyFile } = options;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const given = certFile === undefined ? '--key' : '--cert';
    const wanted = certFile === undefined ? '--cert' : '--key';
    problems.push({
      kind: 'half-a-pair',
      file: certFile ?? keyFile ?? '',
      message: `${given} is given without ${wanted}: a certificate works only together with its key`,
      look: 'wardis help doctor',
    });
    return;
  }
  if (cert === undefined || key === undefined || checkPair(cert, key, passphrase) !== 'mismatch') return;
  problems.push({
    kind: 'mismatch',
    file: keyFile ?? '',
    message: `it is not the key of ${certFile}`,
    look: `openssl x509 -in ${quote(certFile ?? '')} -noout -pubkey; openssl pkey -in ${quote(keyFile ?? '')} -pubout`,
  });
}

/** For a shell, where it needs it. */
export function quote(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
