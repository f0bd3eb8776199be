// Whose certificate may stand for its node although it has ended, and whose may not.
import { beforeAll, expect, it } from 'vitest';
import { judgeExpired, type ExpiredTrust } from '../../src/cli/tls/expired-nodes.ts';
import { entryOf, type InventoryEntry } from '../../src/pki/index.ts';
import {
  createAuthority,
  issueCertificate,
  readCertificates,
  type Authority,
  type CertificateFact,
  type CertificateRequest,
} from '../../src/tls/index.ts';

const DAY_MS = 86_400_000;
const NODE = '10.0.0.5:6380';
const now = new Date('2026-06-10T12:00:00Z');
let authority: Authority;

beforeAll(async () => {
  authority = await createAuthority({ name: 'CA', days: 300, at: new Date(now.getTime() - 100 * DAY_MS) });
});

async function leafOf(request: Partial<CertificateRequest> = {}): Promise<CertificateFact> {
  const { certPem } = await issueCertificate(authority, {
    commonName: 'node',
    ipAddresses: ['10.0.0.5'],
    usage: 'node',
    at: new Date(now.getTime() - 10 * DAY_MS),
    days: 9,
    ...request,
  });
  const [leaf] = readCertificates(certPem).certificates;
  if (leaf === undefined) throw new Error('no certificate');
  return leaf;
}

function trustOf(entries: readonly InventoryEntry[] = [], authorities = [authority.certPem]): ExpiredTrust {
  return { authorities, inventory: { state: 'read', certificates: entries }, name: '10.0.0.5' };
}

function recorded(leaf: CertificateFact, more: Partial<InventoryEntry> = {}): InventoryEntry {
  const context = { origin: { kind: 'issued' }, recordedAt: now } as const;
  return { ...entryOf(leaf, context), node: NODE, ...more };
}

it('pins what our authority signed for the address, and says when it ended', async () => {
  const leaf = await leafOf();
  expect(judgeExpired(NODE, [leaf], trustOf(), now)).toEqual({
    kind: 'ours',
    node: NODE,
    fingerprintSha256: leaf.fingerprintSha256,
    said: `${NODE} serves a certificate that ended 2026-06-09 12:00 UTC; reached by its fingerprint, which our authority signed for it`,
  });
});

it('pins what the inventory has for the node, without any trust', async () => {
  const leaf = await leafOf();
  expect(judgeExpired(NODE, [leaf], trustOf([recorded(leaf)], []), now)).toMatchObject({
    kind: 'ours',
    said: expect.stringContaining('which was issued for it') as string,
  });
});

it('says nothing of one that has not ended', async () => {
  expect(judgeExpired(NODE, [await leafOf({ days: 90 })], trustOf(), now)).toBeUndefined();
});

it.each([
  ['of another authority', {}, []],
  ['for another address', { ipAddresses: ['10.0.0.6'] }, undefined],
  ['of a client', { usage: 'client' as const }, undefined],
])('does not pin one %s', async (_what, request, authorities) => {
  const verdict = judgeExpired(NODE, [await leafOf(request)], trustOf([], authorities), now);
  expect(verdict).toMatchObject({ kind: 'not-known', next: expect.stringContaining('tls adopt') as string });
});

it('does not pin one that was revoked, whoever signed it', async () => {
  const leaf = await leafOf();
  const revoked = { at: '2026-06-01T00:00:00Z', reason: 'key-compromise' } as const;
  expect(judgeExpired(NODE, [leaf], trustOf([recorded(leaf, { revoked })]), now)).toMatchObject({
    kind: 'not-known',
    why: expect.stringContaining('revoked') as string,
  });
});

it('does not pin a certificate of a client that the inventory has', async () => {
  const leaf = await leafOf({ usage: 'client' });
  expect(judgeExpired(NODE, [leaf], trustOf([recorded(leaf)]), now)).toMatchObject({ kind: 'not-known' });
});
