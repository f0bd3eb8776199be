/**
 * The inventory on disk: read with distrust, changed by one process at a time, replaced as a whole. A file that cannot
 * be read in full is said to be unreadable, never empty, and is never written over.
 */

import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { readPlainFile } from '../disk/index.ts';
import { FILES, openFolder, replaceFile } from './folder.ts';
import type { InventoryEntry } from './inventory.ts';
import { whileLocked } from './lock.ts';
import { PkiError, whyOf } from './pki-error.ts';

/** `none`: nothing was issued or adopted yet. `unreadable`: nothing is known of what was, which is not the same. */
export type InventoryReading =
  | { readonly state: 'read'; readonly certificates: readonly InventoryEntry[] }
  | { readonly state: 'none'; readonly certificates: readonly [] }
  | { readonly state: 'unreadable'; readonly certificates: readonly []; readonly why: string };

export const INVENTORY_FILE = join('tls', FILES.inventory);

/** Some 30,000 certificates. */
const INVENTORY_BYTES_MAX = 64 * 1024 * 1024;

const strings = z.array(z.string());
const moment = z.iso.datetime();
/** PATH_MAX of Linux. They get into units and command lines of an administrator, and are written to by renewals. */
const PATH_CHARACTERS_MAX = 4096;
const place = z
  .string()
  .max(PATH_CHARACTERS_MAX)
  .refine(
    (text) => isAbsolute(text) && !/\p{Cc}/u.test(text),
    'not an absolute path without control characters',
  );
const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);
const ENTRY = z.looseObject({
  fingerprintSha256: fingerprint,
  serial: z.string().regex(/^[0-9A-F]+$/),
  subject: z.string(),
  commonName: z.string().optional(),
  dnsNames: strings,
  ipAddresses: strings,
  uris: strings,
  usage: z.enum(['authority', 'intermediate', 'server', 'client', 'node']),
  notBefore: moment,
  notAfter: moment,
  issuer: z.string(),
  issuerFingerprintSha256: fingerprint.optional(),
  origin: z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.literal('issued') }),
    z.looseObject({ kind: z.literal('adopted'), by: z.string() }),
  ]),
  recordedAt: moment,
  files: z.looseObject({ certificate: place, key: place.optional() }).optional(),
  node: z.string().optional(),
  supersededBy: fingerprint.optional(),
  revoked: z
    .looseObject({
      at: moment,
      reason: z.enum([
        'unspecified',
        'key-compromise',
        'ca-compromise',
        'affiliation-changed',
        'superseded',
        'cessation-of-operation',
      ]),
    })
    .optional(),
  revocationListNumber: z.int().positive().optional(),
  pem: z.string(),
});
const FILE = z.object({ schemaVersion: z.literal(1), certificates: z.array(ENTRY) });

/** Reads the inventory of a state folder; never throws. */
export function readInventory(stateFolder: string): InventoryReading {
  const path = join(stateFolder, INVENTORY_FILE);
  let text: string;
  try {
    text = readPlainFile(path, INVENTORY_BYTES_MAX).toString('utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return missing ? { state: 'none', certificates: [] } : unreadable(whyOf(error));
  }
  return parseInventory(text);
}

/**
 * Adds certificates; of one that is known, what is given takes the place of what was, and the rest stays. On disk when
 * this resolves, and nothing that another process recorded is lost. Throws {@link PkiError}.
 */
export async function recordCertificates(
  stateFolder: string,
  entries: readonly InventoryEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await changeInventory(stateFolder, (known) => mergeEntries(known, entries));
}

/** Of certificates whose key was lost before anybody had it. Throws {@link PkiError}. */
export async function forgetCertificates(
  stateFolder: string,
  fingerprints: readonly string[],
): Promise<void> {
  await changeInventory(stateFolder, (known) =>
    known.filter(({ fingerprintSha256 }) => !fingerprints.includes(fingerprintSha256)),
  );
}

/** Reads, changes and writes while nobody else does. */
export async function changeInventory(
  stateFolder: string,
  change: (known: readonly InventoryEntry[]) => readonly InventoryEntry[],
): Promise<void> {
  const folder = openFolder(stateFolder);
  await whileLocked(folder, () => {
    changeInventoryHeld(stateFolder, change);
  });
}

/** The same for who holds the lock already. */
export function changeInventoryHeld(
  stateFolder: string,
  change: (known: readonly InventoryEntry[]) => readonly InventoryEntry[],
): void {
  const path = join(stateFolder, INVENTORY_FILE);
  const reading = readInventory(stateFolder);
  if (reading.state === 'unreadable') {
    throw new PkiError('unreadable', path, `the inventory is not written over: ${reading.why}`, {
      next: `look at the file; put a good copy in its place, or move it away and adopt certificates anew: wardis tls adopt FILE`,
    });
  }
  const next = change(reading.certificates);
  if (next === reading.certificates) return;
  const known = new Set<InventoryEntry>(reading.certificates);
  // What could not be read again would make the whole unreadable.
  const wrong = next
    .filter((entry) => !known.has(entry))
    .flatMap((entry) => ENTRY.safeParse(entry).error?.issues ?? [])[0];
  if (wrong !== undefined) {
    throw new PkiError('request', path, `it was not recorded: ${wrong.path.join('.')}: ${wrong.message}`);
  }
  replaceFile(path, printInventory(next));
}

export function mergeEntries(
  known: readonly InventoryEntry[],
  entries: readonly InventoryEntry[],
): readonly InventoryEntry[] {
  const all = new Map(known.map((entry) => [entry.fingerprintSha256, entry]));
  for (const entry of entries) {
    all.set(entry.fingerprintSha256, { ...all.get(entry.fingerprintSha256), ...entry });
  }
  return [...all.values()];
}

/** One line for each certificate, so that a difference between two copies can be read. */
function printInventory(entries: readonly InventoryEntry[]): string {
  const lines = entries.map((entry) => JSON.stringify(entry)).join(',\n');
  return `{"schemaVersion":1,"certificates":[\n${lines}\n]}\n`;
}

function parseInventory(text: string): InventoryReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unreadable('it is not JSON: cut short, or changed by hand');
  }
  const parsed = FILE.safeParse(value);
  if (parsed.success) return { state: 'read', certificates: parsed.data.certificates as InventoryEntry[] };
  const issue = parsed.error.issues[0];
  return unreadable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an inventory'}`);
}

function unreadable(why: string): InventoryReading {
  return { state: 'unreadable', certificates: [], why };
}
