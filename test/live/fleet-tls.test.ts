import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  FleetError,
  parseTarget,
  snapshotLive,
  type Target,
  type TlsOptions,
} from '../../src/fleet/index.ts';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import { forEachServer, SERVER_IDS, startServer } from '../servers/index.ts';

const dir = mkdtempSync(join(tmpdir(), 'wardis-fleet-tls-'));
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  const authority = await createAuthority({ name: 'test CA', days: 30 });
  const stranger = await createAuthority({ name: 'other CA', days: 30 });
  const server = await issueCertificate(authority, {
    commonName: 'node',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    usage: 'node',
    days: 10,
  });
  const unnamed = await issueCertificate(authority, {
    commonName: 'node',
    dnsNames: ['x.y'],
    usage: 'node',
    days: 10,
  });
  const client = await issueCertificate(authority, { commonName: 'auditor', usage: 'client', days: 10 });
  for (const [name, text] of [
    ['ca.crt', authority.certPem],
    ['other-ca.crt', stranger.certPem],
    ['server.crt', server.certPem],
    ['server.key', server.keyPem],
    ['unnamed.crt', unnamed.certPem],
    ['unnamed.key', unnamed.keyPem],
    ['client.crt', client.certPem],
    ['client.key', client.keyPem],
  ] as const) {
    writeFileSync(at(name), text, { mode: 0o600 });
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function conf(more: string, name = 'server'): string {
  return [
    'tls-port 1',
    `tls-cert-file ${at(`${name}.crt`)}`,
    `tls-key-file ${at(`${name}.key`)}`,
    `tls-ca-cert-file ${at('ca.crt')}`,
    more,
  ].join('\n');
}

function tlsTarget(port: number | undefined, tls: TlsOptions, login = ''): Target {
  const { target } = parseTarget(`rediss://${login}127.0.0.1:${port ?? 0}`);
  if (target === undefined) throw new Error('bad target');
  return { ...target, tls };
}

async function failure(target: Target): Promise<FleetError> {
  try {
    await snapshotLive(target, { limits: { connectMs: 1000 } });
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
  throw new Error('it worked');
}

describe('a snapshot over TLS', () => {
  forEachServer(SERVER_IDS, (server) => {
    it('shows the chain, and that the plaintext port is open too', async () => {
      const { port, tlsPort, stop } = await startServer({ server, conf: conf('tls-auth-clients no\n') });
      const snapshot = await snapshotLive(tlsTarget(tlsPort, { caFile: at('ca.crt') }));
      expect(snapshot.login).toMatchObject({ value: { transport: 'tls', how: 'none' } });
      expect(snapshot.listeners).toMatchObject({
        value: [
          {
            address: `127.0.0.1:${tlsPort}`,
            transport: 'tls',
            answer: 'open',
            tls: {
              protocol: 'TLSv1.3',
              trusted: true,
              clientCertificate: 'not-required',
            },
          },
          { address: `127.0.0.1:${port}`, transport: 'plaintext', answer: 'open' },
        ],
      });
      const [listener] = snapshot.listeners.known ? snapshot.listeners.value : [];
      expect(listener?.tls?.chain[0]).toMatchObject({ isCa: false, ipAddresses: ['127.0.0.1'] });
      expect(snapshot.certificateFiles.get(at('server.key'))).toMatchObject({
        value: { matchesCertificate: true },
      });
      await stop();
    });

    it('works with a client certificate, and shows that strangers need one', async () => {
      const { tlsPort, stop } = await startServer({ server, conf: conf('port 0\nrequirepass pw\n') });
      const tls = { caFile: at('ca.crt'), certFile: at('client.crt'), keyFile: at('client.key') };
      const snapshot = await snapshotLive(tlsTarget(tlsPort, tls, ':pw@'));
      expect(snapshot.listeners).toMatchObject({
        value: [{ answer: 'client-certificate-required', tls: { clientCertificate: 'required' } }],
      });
      expect(snapshot.listeners.known && snapshot.listeners.value).toHaveLength(1);
      expect((await failure(tlsTarget(tlsPort, { caFile: at('ca.crt') }, ':pw@'))).code).toBe(
        'tls-handshake',
      );
      await stop();
    });

    it('refuses a server that it cannot trust, unless told not to look', async () => {
      const { tlsPort, stop } = await startServer({ server, conf: conf('tls-auth-clients no\n', 'unnamed') });
      expect((await failure(tlsTarget(tlsPort, { caFile: at('other-ca.crt') }))).code).toBe('tls-untrusted');
      expect((await failure(tlsTarget(tlsPort, { caFile: at('ca.crt') }))).code).toBe('tls-untrusted');
      const named = await snapshotLive(tlsTarget(tlsPort, { caFile: at('ca.crt'), verify: 'chain' }));
      expect(named.product.known).toBe(true);
      const blind = await snapshotLive(tlsTarget(tlsPort, { verify: 'none' }));
      expect(blind.listeners).toMatchObject({ value: [{ tls: { trusted: false } }, {}] });
      await stop();
    });

    it('names plaintext spoken to TLS, and TLS spoken to plaintext', async () => {
      const { port, tlsPort, stop } = await startServer({ server, conf: conf('tls-auth-clients no\n') });
      const plain = parseTarget(`127.0.0.1:${tlsPort}`).target;
      if (plain === undefined) throw new Error('bad target');
      expect((await failure(plain)).code).toBe('plaintext-to-tls');
      expect((await failure(tlsTarget(port, { caFile: at('ca.crt') }))).code).toBe('tls-to-plaintext');
      await stop();
    });
  });
});
