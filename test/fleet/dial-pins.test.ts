// A leaf that does not verify is accepted at the address where it is pinned, and nowhere else.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dial } from '../../src/fleet/dial.ts';
import type { TlsOptions } from '../../src/fleet/index.ts';
import { createAuthority, issueCertificate, readCertificates } from '../../src/tls/index.ts';

const DAY_MS = 86_400_000;

let folder: string;
let caFile: string;
let server: Server;
let port: number;
let fingerprint: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-pins-'));
  const past = new Date(Date.now() - 5 * DAY_MS);
  const authority = await createAuthority({ name: 'CA', days: 30, at: past });
  const leaf = await issueCertificate(authority, {
    commonName: 'node',
    ipAddresses: ['127.0.0.1'],
    usage: 'node',
    days: 1,
    at: past,
  });
  caFile = join(folder, 'ca.crt');
  writeFileSync(caFile, authority.certPem);
  fingerprint = readCertificates(leaf.certPem).certificates[0]?.fingerprintSha256 ?? '';
  server = createServer({ cert: leaf.certPem, key: leaf.keyPem });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function reach(pins?: TlsOptions['pins']): Promise<'reached'> {
  const tls: TlsOptions = { caFile, ...(pins === undefined ? {} : { pins }) };
  const socket = await dial({ endpoint: { kind: 'tcp', host: '127.0.0.1', port }, transport: 'tls', tls });
  socket.destroy();
  return 'reached';
}

it('refuses an expired certificate that is not pinned', async () => {
  await expect(reach()).rejects.toMatchObject({
    code: 'tls-untrusted',
    message: `the certificate of 127.0.0.1:${port} is not trusted (CERT_HAS_EXPIRED)`,
  });
});

it('accepts the expired certificate that is pinned at this address', async () => {
  expect(await reach(new Map([[`127.0.0.1:${port}`, [fingerprint]]]))).toBe('reached');
});

it('refuses it where another certificate is pinned, with the reason of the refusal', async () => {
  const pins = new Map([[`127.0.0.1:${port}`, ['0'.repeat(64)]]]);
  await expect(reach(pins)).rejects.toMatchObject({
    code: 'tls-untrusted',
    message: `the certificate of 127.0.0.1:${port} is not trusted (CERT_HAS_EXPIRED)`,
  });
});

it('refuses it where it is pinned at another address', async () => {
  await expect(reach(new Map([['127.0.0.1:1', [fingerprint]]]))).rejects.toMatchObject({
    code: 'tls-untrusted',
  });
});
