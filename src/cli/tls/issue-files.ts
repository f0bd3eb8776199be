/** The files of a certificate that is issued: where they lie, what is in them, and what they must not replace. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Secret } from '../../conf/index.ts';
import { readPlainFile } from '../../disk/index.ts';
import { printTrust, readInventory, readTrust, type SignedLeaf } from '../../pki/index.ts';
import { readCertificates } from '../../tls/index.ts';
import type { TlsIssueFlags } from '../commands/tls/issue.ts';
import { CommandFailure } from '../failure.ts';
import type { FileToWrite } from '../file-output.ts';
import { shownPath } from './ca-words.ts';
import { fileNameOf, type Destination } from './issue-request.ts';
import type { IssuedFiles } from './issue-words.ts';

const PUBLIC = 0o644;
const PRIVATE = 0o600;
const PEM_BYTES_MAX = 1024 * 1024;

/** Where it will lie, absolute. */
export function filesOf(
  name: string,
  { folder, form }: Extract<Destination, { kind: 'files' }>,
  flags: TlsIssueFlags,
): IssuedFiles {
  const stem = join(folder, fileNameOf(name));
  const ca = resolve(join(folder, 'ca.crt'));
  if (form === 'combined') return { certificate: resolve(`${stem}.pem`), key: resolve(`${stem}.pem`), ca };
  const certificate = resolve(`${stem}.crt`);
  return flags.csr === undefined ? { certificate, key: resolve(`${stem}.key`), ca } : { certificate, ca };
}

/** As the inventory keeps it. */
export function recordedFiles({ certificate, key }: IssuedFiles): { certificate: string; key?: string } {
  return { certificate, ...(key === undefined ? {} : { key }) };
}

/** Keys are never overwritten, and neither is the certificate that one of them belongs to. */
export function refuseTaken({ certificate, key }: IssuedFiles): void {
  const taken = [certificate, key].find((path) => path !== undefined && existsSync(path));
  if (taken === undefined) return;
  throw new CommandFailure({
    code: 'E_EXISTS',
    what: 'the file is there and was left as it is; nothing was issued',
    target: shownPath(taken),
    next: 'another folder: --out DIR; or its successor: wardis tls renew',
  });
}

/** What is written, the key for its owner alone. Throws a {@link CommandFailure} where `ca.crt` is somebody else's. */
export function contentsOf(
  { certificate, key, ca }: IssuedFiles,
  made: {
    readonly stateFolder: string;
    readonly leaf: SignedLeaf;
    readonly key: Secret | undefined;
    readonly caPem: string;
  },
): readonly FileToWrite[] {
  const { stateFolder, leaf, key: secret, caPem } = made;
  const { certPem } = leaf;
  refuseForeignCa(ca, stateFolder, caPem);
  const root = { path: ca, content: caPem, mode: PUBLIC };
  if (key === certificate) {
    return [{ path: certificate, content: `${certPem}${secret?.reveal() ?? ''}`, mode: PRIVATE }, root];
  }
  const own = { path: certificate, content: certPem, mode: PUBLIC };
  if (key === undefined || secret === undefined) return [own, root];
  return [{ path: key, content: secret.reveal(), mode: PRIVATE }, own, root];
}

/** A file of somebody else's roots is not replaced by ours. */
function refuseForeignCa(path: string, stateFolder: string, caPem: string): void {
  if (!existsSync(path)) return;
  const ours = new Set(
    [...readCertificates(caPem).certificates, ...readInventory(stateFolder).certificates].map(
      ({ fingerprintSha256 }) => fingerprintSha256,
    ),
  );
  const there = readCertificates(readRoots(path)).certificates;
  if (there.length > 0 && there.every((fact) => ours.has(fact.fingerprintSha256))) return;
  throw new CommandFailure({
    code: 'E_EXISTS',
    what: 'it holds other roots than ours and was left as it is; nothing was issued',
    target: shownPath(path),
    next: 'another folder: --out DIR',
  });
}

function readRoots(path: string): string {
  try {
    return readPlainFile(path, PEM_BYTES_MAX).toString('utf8');
  } catch (error) {
    throw new CommandFailure({
      code: 'E_READ',
      what: 'what lies where the root goes cannot be read; nothing was issued',
      target: shownPath(path),
      cause: error instanceof Error ? error.message : 'unknown',
      next: 'another folder: --out DIR',
    });
  }
}

/** While one root follows another, who gets a certificate must trust those who have one of the other root. */
export function ownRoots(stateFolder: string, caPem: string): string {
  const { roots } = readTrust(stateFolder);
  const own = printTrust(roots.filter(({ role }) => role !== 'adopted'));
  return own.includes(caPem.trim()) ? own : caPem;
}
