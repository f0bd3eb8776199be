/** A certificate as the inventory keeps it. */

import { resolve } from 'node:path';
import type { CertificateFact } from '../tls/index.ts';
import type { CertificateOrigin, InventoryEntry } from './inventory.ts';

/** What is known of a certificate besides what it says itself. */
export interface EntryContext {
  readonly origin: CertificateOrigin;
  readonly recordedAt: Date;
  /** Default: what its extensions say. */
  readonly usage?: InventoryEntry['usage'];
  readonly issuerFingerprintSha256?: string;
  /** A relative path counts from the working directory: the inventory keeps it absolute. */
  readonly files?: InventoryEntry['files'];
  readonly node?: string;
}

export function entryOf(fact: CertificateFact, context: EntryContext): InventoryEntry {
  const { origin, recordedAt, usage, issuerFingerprintSha256, files, node } = context;
  return {
    fingerprintSha256: fact.fingerprintSha256,
    serial: fact.serial,
    subject: fact.subject,
    ...(fact.subjectCommonName === undefined ? {} : { commonName: fact.subjectCommonName }),
    dnsNames: fact.dnsNames,
    ipAddresses: fact.ipAddresses,
    uris: fact.uris,
    usage: usage ?? usageOf(fact),
    notBefore: fact.notBefore,
    notAfter: fact.notAfter,
    issuer: fact.issuer,
    ...(issuerFingerprintSha256 === undefined ? {} : { issuerFingerprintSha256 }),
    origin,
    recordedAt: recordedAt.toISOString(),
    ...(files === undefined ? {} : { files: settle(files) }),
    ...(node === undefined ? {} : { node }),
    pem: fact.pem,
  };
}

function settle({
  certificate,
  key,
}: NonNullable<InventoryEntry['files']>): NonNullable<InventoryEntry['files']> {
  return { certificate: resolve(certificate), ...(key === undefined ? {} : { key: resolve(key) }) };
}

/** By its extensions; one without extended key usage may do everything, so it counts as a node's. */
export function usageOf(fact: CertificateFact): InventoryEntry['usage'] {
  if (fact.isCa) return fact.selfSigned ? 'authority' : 'intermediate';
  const names = fact.extendedKeyUsages.map(({ name }) => name);
  const server = names.includes('serverAuth');
  const client = names.includes('clientAuth');
  if (server && !client) return 'server';
  if (client && !server) return 'client';
  return 'node';
}

/**
 * Names under which a certificate is a login where the server takes them from certificates (`tls-auth-clients-user`),
 * or which a person may know it by: common name and alternative names.
 */
export function namesOf(entry: InventoryEntry): readonly string[] {
  const { commonName, dnsNames, ipAddresses, uris } = entry;
  return [
    ...new Set([...(commonName === undefined ? [] : [commonName]), ...dnsNames, ...ipAddresses, ...uris]),
  ];
}
