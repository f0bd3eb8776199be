/** Which authority a certificate comes from, and whether servers are to trust it still. */
import { expect, it } from 'vitest';
import {
  entryOf,
  isOurs,
  isSignedBy,
  readDescent,
  type InventoryEntry,
  type TrustReading,
} from '../../src/pki/index.ts';
import {
  createAuthority,
  createIntermediate,
  issueCertificate,
  readCertificates,
} from '../../src/tls/index.ts';

const made = (pem: string, kind: 'issued' | 'adopted' = 'adopted'): InventoryEntry => {
  const [fact] = readCertificates(pem).certificates;
  if (fact === undefined) throw new Error('no certificate');
  const origin = kind === 'issued' ? { kind } : { kind, by: fact.issuer };
  return entryOf(fact, { origin, recordedAt: new Date() });
};
const trusting = (...pems: readonly string[]): TrustReading => ({
  state: 'read',
  roots: pems.flatMap((pem) =>
    readCertificates(pem).certificates.map((fact) => ({ role: 'current' as const, fact, path: '/ca.crt' })),
  ),
});

it('is told by signatures through intermediates: trusted, dropped, or not known', async () => {
  const root = await createAuthority({ name: 'Root', days: 30, pathLength: 1 });
  const issuer = await createIntermediate(root, { name: 'Issuer', days: 20 });
  const namesake = await createAuthority({ name: 'Root', days: 30 });
  const leaf = made(
    (await issueCertificate(issuer, { commonName: 'app', usage: 'client', days: 5 })).certPem,
  );
  const entries = [leaf, made(issuer.certPem, 'issued'), made(root.certPem, 'issued')];
  expect(readDescent(entries, trusting(root.certPem))(leaf)).toBe('trusted');
  expect(readDescent(entries, trusting(namesake.certPem))(leaf)).toBe('dropped');
  // Nobody knows its issuer, or which roots are trusted.
  expect(readDescent([leaf], trusting(root.certPem))(leaf)).toBe('unknown');
  expect(readDescent(entries, { state: 'unreadable', roots: [] })(leaf)).toBe('unknown');
  expect(isOurs(leaf, entries, [])).toBe(true);
  expect(isOurs(leaf, [leaf], [issuer.certPem])).toBe(true);
  expect(isOurs(leaf, [leaf], [namesake.certPem])).toBe(false);
  expect(isSignedBy(root.certPem, namesake.certPem)).toBe(false);
  expect(isSignedBy('no certificate', root.certPem)).toBe(false);
});
