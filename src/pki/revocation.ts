/**
 * Revocation as far as an authority can do it: a mark in the inventory, and a signed list. No version of Redis or Valkey
 * reads a list, so neither ends anything there; gateways, libraries and `openssl verify -crl_check` read it.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Secret } from '../conf/index.ts';
import { createRevocationList, readRevocationList } from '../tls/index.ts';
import { openAuthority } from './authority.ts';
import { FILES, folderOf, openFolder, readPem, replaceFile } from './folder.ts';
import type { InventoryEntry, RevocationReason } from './inventory.ts';
import { changeInventory, changeInventoryHeld, mergeEntries, readInventory } from './inventory-file.ts';
import { DAY_MS, REVOCATION_LIST_DAYS } from './lifetime.ts';
import { whileLocked } from './lock.ts';
import { PkiError } from './pki-error.ts';
import { oldListOf } from './swap.ts';
import { readTrust } from './trust.ts';

/** The list that was signed. */
export interface RevocationList {
  readonly pem: string;
  readonly path: string;
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly nextUpdate: string;
  /** How many certificates it names: revoked ones of this issuer that have not ended by themselves. */
  readonly count: number;
  /** Lists of roots before that are still trusted, as they last were: nothing is added to them. */
  readonly older: readonly string[];
}

/** Marks certificates as revoked; one that is keeps its mark. Resolves to the entries as they are now. Throws {@link PkiError} (`not-found`). */
export async function revokeCertificates(
  stateFolder: string,
  fingerprints: readonly string[],
  reason: RevocationReason,
  now: Date = new Date(),
): Promise<readonly InventoryEntry[]> {
  let marked: readonly InventoryEntry[] = [];
  await changeInventory(stateFolder, (known) => {
    const revoked = { at: now.toISOString(), reason };
    const next = known.map((entry) =>
      fingerprints.includes(entry.fingerprintSha256) && entry.revoked === undefined
        ? { ...entry, revoked }
        : entry,
    );
    marked = next.filter(({ fingerprintSha256 }) => fingerprints.includes(fingerprintSha256));
    const missing = fingerprints.find((each) => !marked.some((entry) => entry.fingerprintSha256 === each));
    if (missing !== undefined) {
      throw new PkiError(
        'not-found',
        folderOf(stateFolder),
        `no certificate with fingerprint ${missing} is known`,
      );
    }
    return next;
  });
  return marked;
}

/** Signs a fresh list of the authority that issues now, and puts it into `crl.pem`. Throws {@link PkiError}. */
export async function renewRevocationList(
  stateFolder: string,
  options: { readonly passphrase?: Secret | undefined; readonly now?: () => Date } = {},
): Promise<RevocationList> {
  const authority = await openAuthority(stateFolder, options);
  const folder = openFolder(stateFolder);
  const path = join(folder, FILES.revocationList);
  const at = (options.now ?? ((): Date => new Date()))();
  return whileLocked(folder, async () => {
    const reading = readInventory(stateFolder);
    if (reading.state === 'unreadable') {
      throw new PkiError(
        'unreadable',
        join(folder, FILES.inventory),
        `no list without the inventory: ${reading.why}`,
      );
    }
    const { issuer, signer } = authority;
    const revoked = reading.certificates.filter((entry) => isListed(entry, issuer.fingerprintSha256, at));
    const own = reading.certificates.find(
      ({ fingerprintSha256 }) => fingerprintSha256 === issuer.fingerprintSha256,
    );
    const number = await nextNumber(path, issuer.subject, own, at);
    const end = Math.min(at.getTime() + REVOCATION_LIST_DAYS * DAY_MS, Date.parse(issuer.notAfter));
    const pem = await createRevocationList(
      { certPem: signer.certPem, keyPem: signer.key.reveal() },
      {
        number,
        at,
        nextUpdate: new Date(end),
        revoked: revoked.map(({ serial, revoked: mark }) => ({
          serial,
          at: new Date(mark?.at ?? at),
          reason: mark?.reason ?? 'unspecified',
        })),
      },
    );
    // Before the list: a number that was never used does no harm, and one that is used twice does.
    if (own !== undefined) {
      changeInventoryHeld(stateFolder, (known) =>
        mergeEntries(known, [{ ...own, revocationListNumber: number }]),
      );
    }
    replaceFile(path, pem);
    const older = readTrust(stateFolder)
      .roots.filter(({ role }) => role === 'old')
      .map(({ fact }) => join(folder, oldListOf(fact.fingerprintSha256)))
      .filter((each) => existsSync(each));
    return { pem, path, number, nextUpdate: new Date(end).toISOString(), count: revoked.length, older };
  });
}

function isListed(entry: InventoryEntry, issuerFingerprint: string, at: Date): boolean {
  if (entry.revoked === undefined || entry.issuerFingerprintSha256 !== issuerFingerprint) return false;
  return Date.parse(entry.notAfter) > at.getTime();
}

/**
 * Higher than any before, as the inventory and the last list say. Where neither can, because it was lost or the
 * authority signed lists elsewhere, the seconds of the clock are.
 */
async function nextNumber(
  path: string,
  issuer: string,
  own: InventoryEntry | undefined,
  at: Date,
): Promise<number> {
  const recorded = own?.revocationListNumber;
  const shown = await numberShown(path, issuer);
  if (typeof shown === 'number' || recorded !== undefined) {
    return Math.max(typeof shown === 'number' ? shown : 0, recorded ?? 0) + 1;
  }
  // One that we made and that has no number never signed a list.
  if (shown === 'none' && own?.origin.kind === 'issued') return 1;
  return Math.floor(at.getTime() / 1000);
}

async function numberShown(path: string, issuer: string): Promise<number | 'none' | 'unknown'> {
  const pem = readPem(path);
  if (pem === undefined) return 'none';
  try {
    const last = await readRevocationList(pem);
    if (last.issuer !== issuer) return 'none';
    return last.number ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
