/** The next certificate of a client whose files lie on this machine: issued like the old one, written over it, recorded. */

import { keyTypeOf } from '../../change/index.ts';
import {
  forgetCertificates,
  LEAF_DAYS_MAX,
  readInventory,
  recordCertificates,
  type AuthorityHandle,
  type InventoryEntry,
} from '../../pki/index.ts';
import type { CertificateFact } from '../../tls/index.ts';
import { readPair, replacePair, type PairFiles } from './renew-pair.ts';

export type FileRenewal =
  | { readonly kind: 'renewed'; readonly entry: InventoryEntry }
  /** An earlier call had written the successor already, and was cut short before it was recorded. */
  | { readonly kind: 'settled'; readonly why: string }
  /** Nothing was changed; one sentence. */
  | { readonly kind: 'left'; readonly why: string };

const DAY_MS = 86_400_000;

/**
 * `expected`: fingerprint of what the files should hold; anything else is somebody else's. Throws a `PkiError` where
 * nothing could be issued.
 */
export async function renewFiles(
  stateFolder: string,
  files: PairFiles,
  expected: string,
  authority: AuthorityHandle,
): Promise<FileRenewal> {
  const held = readPair(files);
  if (held.kind === 'unusable') return { kind: 'left', why: held.why };
  const { leaf } = held;
  if (leaf.fingerprintSha256 !== expected) {
    return explainOther(stateFolder, leaf, expected);
  }
  const issued = await authority.issue({
    commonName: leaf.subjectCommonName ?? 'client',
    usage: usageOf(leaf),
    dnsNames: leaf.dnsNames,
    ipAddresses: leaf.ipAddresses,
    uris: leaf.uris,
    days: daysOf(leaf),
    keyType: keyTypeOf(leaf),
    files: { certificate: files.certificate, key: files.key },
  });
  try {
    replacePair(held.held, { certificate: issued.certPem, key: issued.key });
  } catch (error) {
    // Its key was nowhere but here.
    await forgetCertificates(stateFolder, [issued.entry.fingerprintSha256]);
    return { kind: 'left', why: `the files could not be written: ${messageOf(error)}` };
  }
  await supersede(stateFolder, expected, issued.entry.fingerprintSha256);
  return { kind: 'renewed', entry: issued.entry };
}

/** Marks the old one, where it is recorded, as having a successor. */
export async function supersede(stateFolder: string, old: string, by: string): Promise<void> {
  const known = readInventory(stateFolder).certificates.find((entry) => entry.fingerprintSha256 === old);
  if (known !== undefined && old !== by)
    await recordCertificates(stateFolder, [{ ...known, supersededBy: by }]);
}

/** A renewal that was cut short before it was recorded is recorded now. */
async function explainOther(
  stateFolder: string,
  leaf: CertificateFact,
  expected: string,
): Promise<FileRenewal> {
  const { certificates } = readInventory(stateFolder);
  const find = (fingerprint: string): InventoryEntry | undefined =>
    certificates.find((entry) => entry.fingerprintSha256 === fingerprint);
  const held = find(leaf.fingerprintSha256);
  const before = find(expected);
  const short = leaf.fingerprintSha256.slice(0, 8);
  if (held === undefined || before === undefined) {
    const why = `the file holds another certificate (${short}), which is not recorded: wardis tls adopt FILE`;
    return { kind: 'left', why };
  }
  if (Date.parse(held.recordedAt) < Date.parse(before.recordedAt)) {
    return { kind: 'left', why: `the file holds an earlier certificate (${short}): somebody put it back` };
  }
  await supersede(stateFolder, expected, leaf.fingerprintSha256);
  return { kind: 'settled', why: `the file holds its successor (${short}) already` };
}

function usageOf({ extendedKeyUsages }: CertificateFact): 'client' | 'node' {
  return extendedKeyUsages.some(({ name }) => name === 'serverAuth') ? 'node' : 'client';
}

/** As long as the old one was made for; its start was dated back by minutes. */
function daysOf({ notBefore, notAfter }: CertificateFact): number {
  const days = Math.round((Date.parse(notAfter) - Date.parse(notBefore)) / DAY_MS);
  return Math.min(LEAF_DAYS_MAX, Math.max(1, days));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
