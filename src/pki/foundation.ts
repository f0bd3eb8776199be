/** A new authority on disk: made here, or brought from elsewhere. What is there is never overwritten. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Secret } from '../conf/index.ts';
import {
  createAuthority,
  createIntermediate,
  IssueError,
  pairMatches,
  readCertificates,
  verifyChain,
  type Authority,
  type CertificateFact,
  type IssuedKeyType,
} from '../tls/index.ts';
import { openKey, sealKey } from './authority-key.ts';
import { entryOf } from './entry.ts';
import { FILES, folderOf, openFolder, writeNew } from './folder.ts';
import type { CertificateOrigin } from './inventory.ts';
import { changeInventoryHeld, mergeEntries } from './inventory-file.ts';
import { INTERMEDIATE_DAYS_DEFAULT, ROOT_DAYS_DEFAULT, ROOT_DAYS_MAX, startOf } from './lifetime.ts';
import { whileLocked } from './lock.ts';
import { PkiError } from './pki-error.ts';

/** What an authority is to be. */
export interface FoundationRequest {
  /** Common name of the root. */
  readonly name: string;
  /** Default 3650. */
  readonly days?: number;
  /** Default ECDSA P-256. */
  readonly keyType?: IssuedKeyType;
  /** An intermediate below the root signs leaves, and the root's key may be taken away. Cut to the root's life. */
  readonly intermediate?: { readonly days?: number };
  /** Of both keys. */
  readonly passphrase?: Secret | undefined;
  readonly now?: () => Date;
}

/** What was founded. */
export interface Foundation {
  readonly root: CertificateFact;
  readonly issuer?: CertificateFact;
  /** The intermediate ends with the root, earlier than asked. */
  readonly cut: boolean;
  /** Paths that were written. */
  readonly files: readonly string[];
}

/** An authority from elsewhere: cert-manager, step-ca, Vault, openssl. */
export interface AdoptedAuthority {
  readonly certPem: string;
  /** Any form that openssl writes; protected or not. */
  readonly keyPem: string;
  /** The root, where `certPem` is an intermediate. */
  readonly rootPem?: string;
  /** Opens the key, and protects the copy. */
  readonly passphrase?: Secret | undefined;
  readonly now?: () => Date;
}

/** Which names the files get: the authority's own, or those of the one that follows it. */
export interface FoundationPlace {
  readonly root: { readonly certificate: string; readonly key: string };
  readonly issuer: { readonly certificate: string; readonly key: string };
}

const PLACE: FoundationPlace = { root: FILES.root, issuer: FILES.issuer };

/** Makes root, intermediate and keys, all or none. Throws {@link PkiError} (`exists`, `request`, `write`, `locked`, `permissions`). */
export async function createFoundation(
  stateFolder: string,
  request: FoundationRequest,
  place: FoundationPlace = PLACE,
): Promise<Foundation> {
  refuseOccupied(stateFolder, place);
  const made = await makeAuthorities(stateFolder, request);
  const { root, issuer, passphrase } = { ...made, passphrase: request.passphrase };
  const files: (readonly [string, string])[] = [];
  if (issuer !== undefined) {
    files.push(
      [place.issuer.key, sealKey(issuer.keyPem, passphrase)],
      [place.issuer.certificate, issuer.certPem],
    );
  }
  files.push([place.root.key, sealKey(root.keyPem, passphrase)], [place.root.certificate, root.certPem]);
  const facts = {
    root: only(root.certPem),
    ...(issuer === undefined ? {} : { issuer: only(issuer.certPem) }),
  };
  const origin: CertificateOrigin = { kind: 'issued' };
  await found(stateFolder, files, facts, origin, request.now ?? now, place);
  return { ...facts, cut: made.cut, files: files.map(([name]) => join(folderOf(stateFolder), name)) };
}

/**
 * Takes over an authority that was made elsewhere, so that we issue from it. Throws {@link PkiError} (`mismatch`,
 * `request`, `passphrase`, and what {@link createFoundation} throws).
 */
export async function adoptAuthority(stateFolder: string, adopted: AdoptedAuthority): Promise<Foundation> {
  refuseOccupied(stateFolder, PLACE);
  const path = folderOf(stateFolder);
  const clock = adopted.now ?? now;
  const signing = onlyAuthority(adopted.certPem, path, 'the certificate');
  const root = adopted.rootPem === undefined ? signing : onlyAuthority(adopted.rootPem, path, 'the root');
  if (!root.selfSigned) {
    throw new PkiError('request', path, `${root.subject} is not a root: it is signed by ${root.issuer}`, {
      next: 'name its root too: --root FILE. Servers trust only a chain that ends in a self-signed certificate',
    });
  }
  const [problem] = verifyChain([adopted.certPem], [root.pem], clock()).problems;
  if (problem !== undefined) {
    const unfit = problem.code.startsWith('weak-') || problem.code === 'unknown-critical-extension';
    const words = unfit ? `nobody would accept what it issues: ${problem.message}` : problem.message;
    throw new PkiError(unfit ? 'request' : 'mismatch', path, words);
  }
  const key = openKey(adopted.keyPem, adopted.passphrase, path).reveal();
  if (!pairMatches(signing.pem, key)) {
    throw new PkiError('mismatch', path, 'the key does not belong to the certificate');
  }
  const sealed = sealKey(key, adopted.passphrase);
  const isRoot = root.fingerprintSha256 === signing.fingerprintSha256;
  const files: (readonly [string, string])[] = isRoot
    ? [[FILES.root.key, sealed]]
    : [
        [FILES.issuer.key, sealed],
        [FILES.issuer.certificate, signing.pem],
      ];
  files.push([FILES.root.certificate, root.pem]);
  const facts = isRoot ? { root } : { root, issuer: signing };
  const origin: CertificateOrigin = { kind: 'adopted', by: signing.issuer };
  await found(stateFolder, files, facts, origin, clock, PLACE);
  return { ...facts, cut: false, files: files.map(([name]) => join(path, name)) };
}

function now(): Date {
  return new Date();
}

async function makeAuthorities(
  stateFolder: string,
  request: FoundationRequest,
): Promise<{ root: Authority; issuer?: Authority; cut: boolean }> {
  const path = folderOf(stateFolder);
  const { name, days = ROOT_DAYS_DEFAULT, keyType, intermediate } = request;
  checkDays(path, days);
  const at = startOf((request.now ?? now)());
  const shared = { at, ...(keyType === undefined ? {} : { keyType }) };
  try {
    if (intermediate === undefined) {
      return { root: await createAuthority({ name, days, ...shared }), cut: false };
    }
    const wanted = intermediate.days ?? INTERMEDIATE_DAYS_DEFAULT;
    checkDays(path, wanted);
    const root = await createAuthority({ name, days, pathLength: 1, ...shared });
    const issuer = await createIntermediate(root, { name: `${name} issuer`, days: wanted, ...shared });
    return { root, issuer, cut: wanted > days };
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    throw new PkiError('request', path, error.message, { cause: error });
  }
}

function checkDays(path: string, days: number): void {
  if (Number.isInteger(days) && days >= 1 && days <= ROOT_DAYS_MAX) return;
  throw new PkiError('request', path, `an authority lives 1 to ${ROOT_DAYS_MAX} whole days, not ${days}`);
}

/** Before a key is made, which takes time; what is written later looks again. */
function refuseOccupied(stateFolder: string, place: FoundationPlace): void {
  const folder = openFolder(stateFolder);
  const path = join(folder, place.root.certificate);
  if (existsSync(path)) {
    throw new PkiError('exists', path, 'there is an authority here; nothing was overwritten', {
      next: 'wardis tls ca show; a new root beside it: wardis tls rotate ca; another folder: --state DIR',
    });
  }
  const left = [place.root.key, place.issuer.key, place.issuer.certificate].find((name) =>
    existsSync(join(folder, name)),
  );
  if (left === undefined) return;
  throw new PkiError(
    'exists',
    join(folder, left),
    `it lies here without ${place.root.certificate}; nothing was overwritten`,
    {
      next: `look where it comes from: a start that was cut short leaves it, and then nothing was ever signed with it; move it away`,
    },
  );
}

async function found(
  stateFolder: string,
  files: readonly (readonly [string, string])[],
  facts: { readonly root: CertificateFact; readonly issuer?: CertificateFact },
  origin: CertificateOrigin,
  clock: () => Date,
  place: FoundationPlace,
): Promise<void> {
  const folder = openFolder(stateFolder);
  const { root, issuer } = facts;
  const kept = (name: string): string => resolve(folder, name);
  const recordedAt = clock();
  const entries = [
    entryOf(root, { origin, recordedAt, files: { certificate: kept(place.root.certificate) } }),
    ...(issuer === undefined
      ? []
      : [
          entryOf(issuer, {
            origin,
            recordedAt,
            issuerFingerprintSha256: root.fingerprintSha256,
            files: { certificate: kept(place.issuer.certificate) },
          }),
        ]),
  ];
  await whileLocked(folder, () => {
    let takeBack = (): void => undefined;
    try {
      changeInventoryHeld(stateFolder, (known) => {
        // Keys are written only where the inventory could be read, and before it says that they are there.
        takeBack = writeNew(folder, files);
        return mergeEntries(known, entries);
      });
    } catch (error) {
      takeBack();
      throw error;
    }
  });
}

function only(pem: string): CertificateFact {
  const [fact] = readCertificates(pem).certificates;
  if (fact === undefined) throw new Error('a certificate that was just made cannot be read');
  return fact;
}

function onlyAuthority(pem: string, path: string, what: string): CertificateFact {
  const [fact] = readCertificates(pem).certificates;
  if (fact === undefined)
    throw new PkiError('unreadable', path, `${what}: there is no certificate in the file`);
  const signs = fact.keyUsages.length === 0 || fact.keyUsages.includes('keyCertSign');
  if (fact.isCa && signs) return fact;
  throw new PkiError('request', path, `${what} may not issue: CA true and keyCertSign are needed`, {
    next: 'a certificate that does not issue is adopted by: wardis tls adopt FILE',
  });
}
