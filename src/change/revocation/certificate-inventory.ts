/**
 * Certificates that were issued, from `tls/inventory.json` of the state folder: a certificate goes on working when its
 * name is revoked, and on servers with `tls-auth-clients-user` it is a login. The file is read with distrust: what has
 * no name in it is left out, and a file that cannot be read is said to be unreadable, never empty.
 */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export interface IssuedCertificate {
  readonly serial: string;
  readonly subject: string;
  readonly notAfter: string;
  /** Common name and alternative names. */
  readonly names: readonly string[];
}

export interface CertificateInventory {
  readonly state: 'read' | 'none' | 'unreadable';
  readonly certificates: readonly IssuedCertificate[];
}

export const INVENTORY_FILE = join('tls', 'inventory.json');
const INVENTORY_BYTES_MAX = 64 * 1024 * 1024;

const names = z.array(z.string()).catch([]);
const entry = z.object({
  serial: z.string().catch(''),
  subject: z.string().catch(''),
  commonName: z.string().catch(''),
  notAfter: z.string().catch(''),
  names,
  dnsNames: names,
  uris: names,
});
const file = z.union([z.array(z.unknown()), z.object({ certificates: z.array(z.unknown()) })]);

/** Reads the inventory of a state folder; never throws. */
export function readInventory(stateFolder: string): CertificateInventory {
  const path = join(stateFolder, INVENTORY_FILE);
  let text: string;
  try {
    if (statSync(path).size > INVENTORY_BYTES_MAX) return { state: 'unreadable', certificates: [] };
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { state: missing ? 'none' : 'unreadable', certificates: [] };
  }
  try {
    const parsed = file.parse(JSON.parse(text));
    const entries = Array.isArray(parsed) ? parsed : parsed.certificates;
    return { state: 'read', certificates: entries.flatMap(readEntry) };
  } catch {
    return { state: 'unreadable', certificates: [] };
  }
}

function readEntry(value: unknown): readonly IssuedCertificate[] {
  const parsed = entry.safeParse(value);
  if (!parsed.success) return [];
  const { serial, subject, commonName, notAfter, ...lists } = parsed.data;
  const common = commonName === '' ? (/(?:^|,)\s*CN=([^,]+)/.exec(subject)?.[1] ?? '') : commonName;
  const all = [common, ...lists.names, ...lists.dnsNames, ...lists.uris].filter((name) => name !== '');
  if (all.length === 0) return [];
  return [{ serial, subject: subject === '' ? `CN=${common}` : subject, notAfter, names: [...new Set(all)] }];
}
