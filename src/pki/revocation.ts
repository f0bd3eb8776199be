/**
 * Revocation as far as an authority can do it: a mark in the inventory, and a signed list. No version of Redis or Valkey
 * reads a list, so neither ends anything there; gateways, libraries and `openssl verify -crl_check` read it.
 */

import { join } from 'node:path';
import type { Secret } from '../conf/index.ts';
import { createRevocationList, readRevocationList } from '../tls/index.ts';
import { openAuthority } from './authority.ts';
import { FILES, folderOf, openFolder, readPem, replaceFile } from './folder.ts';
import type { InventoryEntry, RevocationReason } from './inventory.ts';
import { changeInventory, readInventory } from './inventory-file.ts';
import { DAY_MS, REVOCATION_LIST_DAYS } from './lifetime.ts';
import { whileLocked } from './lock.ts';
import { PkiError } from './pki-error.ts';

/** The list that was signed. */
export interface RevocationList {
  readonly pem: string;
  readonly path: string;
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly nextUpdate: string;
  /** How many certificates it names: revoked ones of this issuer that have not ended by themselves. */
  readonly count: number;
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
    const number = await nextNumber(path, issuer.subject, at);
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
    replaceFile(path, pem);
    return { pem, path, number, nextUpdate: new Date(end).toISOString(), count: revoked.length };
  });
}

function isListed(entry: InventoryEntry, issuerFingerprint: string, at: Date): boolean {
  if (entry.revoked === undefined || entry.issuerFingerprintSha256 !== issuerFingerprint) return false;
  return Date.parse(entry.notAfter) > at.getTime();
}

/** Higher than any before: where the last list cannot be read, the seconds of the clock are. */
async function nextNumber(path: string, issuer: string, at: Date): Promise<number> {
  const pem = readPem(path);
  if (pem === undefined) return 1;
  try {
    const last = await readRevocationList(pem);
    if (last.issuer !== issuer) return 1;
    if (last.number !== undefined) return last.number + 1;
  } catch {
    // Said by the number that follows.
  }
  return Math.floor(at.getTime() / 1000);
}
