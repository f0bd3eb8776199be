/** Which roots servers and clients of this fleet are to trust: ours, the one that follows, those before, and adopted ones. */

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '../disk/index.ts';
import { readCertificates, type CertificateFact } from '../tls/index.ts';
import { recordAuthorityFiles } from './authority-files.ts';
import { FILES, folderOf, openFolder, readPem, unwritten, writeNew } from './folder.ts';
import { whileLocked } from './lock.ts';
import { PkiError, whyOf } from './pki-error.ts';
import { oldListOf, oldNameOf } from './swap.ts';

/** `current` issues; `next` is being brought in; `old` issued before; `adopted` was made elsewhere and is only trusted. */
export type TrustRole = 'current' | 'next' | 'old' | 'adopted';

export interface TrustedRoot {
  readonly role: TrustRole;
  readonly fact: CertificateFact;
  readonly path: string;
}

export interface TrustReading {
  readonly state: 'read' | 'none' | 'unreadable';
  /** In the order of roles: current, next, old, adopted. */
  readonly roots: readonly TrustedRoot[];
  /** Why it is unreadable. */
  readonly why?: string;
}

const ROLES: readonly TrustRole[] = ['current', 'next', 'old', 'adopted'];

/** A swap of roots renames files while we look; then we look again. */
const TRIES_MAX = 5;

/** Reads the roots of a state folder; never throws. One that cannot be read makes the whole unreadable. */
export function readTrust(stateFolder: string): TrustReading {
  let reading: TrustReading = { state: 'none', roots: [] };
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    reading = tryTrust(folderOf(stateFolder));
    if (reading.state !== 'unreadable') return reading;
  }
  return reading;
}

/** What `tls-ca-cert-file` holds to trust all of them, PEM. */
export function printTrust(roots: readonly TrustedRoot[]): string {
  const pems = new Map(roots.map(({ fact }) => [fact.fingerprintSha256, `${fact.pem.trim()}\n`]));
  return [...pems.values()].join('');
}

/** Adds a root that was made elsewhere; `known` where it is trusted already. Throws {@link PkiError}. */
export async function adoptTrust(stateFolder: string, fact: CertificateFact): Promise<'added' | 'known'> {
  const folder = openFolder(stateFolder);
  if (!fact.isCa || !fact.selfSigned) {
    throw new PkiError(
      'request',
      folder,
      `${fact.subject} is not a root: servers trust only a self-signed end of a chain`,
    );
  }
  return whileLocked(folder, () => {
    const trust = readTrust(stateFolder);
    if (trust.state === 'unreadable') {
      throw new PkiError(
        'unreadable',
        folder,
        `the roots that are trusted cannot be read: ${trust.why ?? ''}`,
      );
    }
    if (trust.roots.some((root) => root.fact.fingerprintSha256 === fact.fingerprintSha256)) return 'known';
    writeNew(folder, [[`ca.adopted-${fact.fingerprintSha256.slice(0, 16)}.crt`, `${fact.pem.trim()}\n`]]);
    return 'added';
  });
}

/**
 * Ends the trust in a root that was replaced or adopted, and removes the key that it had here. The inventory keeps its
 * certificate. Throws {@link PkiError} (`not-found`, `request` for the current or the next one).
 */
export async function dropTrust(stateFolder: string, fingerprintSha256: string): Promise<void> {
  const folder = openFolder(stateFolder);
  await whileLocked(folder, () => {
    const found = readTrust(stateFolder).roots.find(
      ({ fact }) => fact.fingerprintSha256 === fingerprintSha256,
    );
    if (found === undefined) {
      throw new PkiError(
        'not-found',
        folder,
        `no root with fingerprint ${fingerprintSha256} is trusted here`,
      );
    }
    if (found.role === 'current' || found.role === 'next') {
      throw new PkiError('request', found.path, `this root is the ${found.role} one: it is not dropped`);
    }
    try {
      // The certificate last: while it is there, a drop that was cut short can be done again.
      for (const part of ['issuer', 'ca'] as const) {
        rmSync(join(folder, oldNameOf(fingerprintSha256, part, 'key')), { force: true });
      }
      rmSync(join(folder, oldListOf(fingerprintSha256)), { force: true });
      rmSync(join(folder, oldNameOf(fingerprintSha256, 'issuer', 'crt')), { force: true });
      rmSync(found.path, { force: true });
      syncFolder(folder);
      recordAuthorityFiles(folder, found.role === 'old' ? fingerprintSha256 : undefined);
    } catch (error) {
      throw error instanceof PkiError ? error : unwritten(folder, error);
    }
  });
}

function tryTrust(folder: string): TrustReading {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return missing ? { state: 'none', roots: [] } : { state: 'unreadable', roots: [], why: whyOf(error) };
  }
  try {
    const roots = names.flatMap((name) => readRoot(folder, name));
    roots.sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
    return { state: roots.length === 0 ? 'none' : 'read', roots };
  } catch (error) {
    return { state: 'unreadable', roots: [], why: whyOf(error) };
  }
}

function readRoot(folder: string, name: string): readonly TrustedRoot[] {
  const role = roleOf(name);
  if (role === undefined) return [];
  const path = join(folder, name);
  const pem = readPem(path);
  if (pem === undefined) throw new Error(`${name} went away meanwhile`);
  const [fact] = readCertificates(pem).certificates;
  if (fact === undefined) throw new Error(`${name} holds no certificate that can be read`);
  return [{ role, fact, path }];
}

function roleOf(name: string): TrustRole | undefined {
  if (name === FILES.root.certificate) return 'current';
  if (name === FILES.nextRoot.certificate) return 'next';
  if (/^ca\.old-[0-9a-f]{16}\.crt$/.test(name)) return 'old';
  if (/^ca\.adopted-[0-9a-f]{16}\.crt$/.test(name)) return 'adopted';
  return undefined;
}
