// An entry of the inventory as it lies on disk, for tests that need one and no certificate.
import type { InventoryEntry } from '../../src/pki/index.ts';

export function sampleEntry(change: Partial<InventoryEntry> = {}): InventoryEntry {
  return {
    fingerprintSha256: 'a'.repeat(64),
    serial: '0A1B',
    subject: 'CN=ops-temp',
    commonName: 'ops-temp',
    dnsNames: [],
    ipAddresses: [],
    uris: [],
    usage: 'client',
    notBefore: '2026-10-03T00:00:00.000Z',
    notAfter: '2027-01-01T00:00:00.000Z',
    issuer: 'CN=Wardis CA',
    origin: { kind: 'issued' },
    recordedAt: '2026-10-03T00:00:00.000Z',
    pem: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
    ...change,
  };
}
