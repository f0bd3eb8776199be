// The faults of a TLS connection, caused on real servers and named by what the client sees.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  createAuthority,
  diagnoseHandshake,
  diagnosePlaintext,
  inspectClientAuthentication,
  inspectTls,
  issueCertificate,
  probePort,
  probeProtocols,
  readCertificates,
} from '../../src/tls/index.ts';
import type { Authority, CertificateRequest, HandshakeFault, TlsTarget } from '../../src/tls/index.ts';
import { forEachServer, SERVER_IDS, startServer } from '../servers/index.ts';
import type { RunningServer } from '../servers/index.ts';

const DAY_MS = 86_400_000;
const long = { days: 30 } as const;
const host = '127.0.0.1';

interface Material {
  readonly ca: Authority;
  readonly stranger: Authority;
  readonly client: { readonly cert: string; readonly key: string };
}

let material: Material;
let dir: string;

async function issue(
  authority: Authority,
  request: Partial<CertificateRequest>,
): Promise<{ cert: string; key: string }> {
  const base = { commonName: 'app', usage: 'client', days: 10 } as const;
  const { certPem, keyPem } = await issueCertificate(authority, { ...base, ...request });
  return { cert: certPem, key: keyPem };
}

/** Files for a server; a name for each directive. */
function writePair(name: string, pair: { cert: string; key: string }): string {
  writeFileSync(join(dir, `${name}.crt`), pair.cert);
  writeFileSync(join(dir, `${name}.key`), pair.key, { mode: 0o600 });
  return `tls-cert-file ${dir}/${name}.crt\ntls-key-file ${dir}/${name}.key\n`;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wardis-tls-'));
  const at = new Date(Date.now() - 5 * DAY_MS);
  const ca = await createAuthority({ name: 'Test CA', ...long, at });
  const stranger = await createAuthority({ name: 'Stranger CA', ...long, at });
  material = { ca, stranger, client: await issue(ca, {}) };
  writeFileSync(join(dir, 'ca.crt'), ca.certPem);
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

forEachServer(SERVER_IDS, (server) => {
  let running: RunningServer;
  const target = (change: Partial<TlsTarget> = {}): TlsTarget => {
    const { ca, client } = material;
    return { host, port: running.tlsPort ?? 0, timeoutMs: 3000, ca: ca.certPem, ...client, ...change };
  };
  const fault = async (change: Partial<TlsTarget>): Promise<HandshakeFault | 'none'> => {
    const inspection = await inspectTls(target(change));
    if (!inspection.ok) return inspection.fault;
    const evidence = { observation: inspection, at: new Date(), serverName: change.serverName ?? host };
    return diagnoseHandshake(evidence)?.fault ?? 'none';
  };
  const start = async (
    change: Partial<CertificateRequest>,
    extra = 'tls-auth-clients yes',
  ): Promise<RunningServer> => {
    const names = { commonName: 'server', ipAddresses: [host], dnsNames: ['redis.test'] };
    const pair = await issue(material.ca, { ...names, usage: 'server', ...change });
    const files = writePair(`${server.id}-${Math.random().toString(36).slice(2)}`, pair);
    return startServer({ server, conf: `tls-port 1\n${files}tls-ca-cert-file ${dir}/ca.crt\n${extra}\n` });
  };

  describe('with client certificates required', () => {
    beforeAll(async () => {
      running = await start({});
    });

    it('lets a good client in and reports the session', async () => {
      const seen = await inspectTls(target());
      expect(seen).toMatchObject({
        ok: true,
        stage: 'replied',
        reply: '+OK',
        protocol: 'TLSv1.3',
        authorized: true,
        askedForCertificate: true,
        sentCertificate: true,
        sessionResumed: false,
      });
      expect(seen.chain[0]).toMatchObject({ subject: 'CN=server', ipAddresses: [host] });
    });

    it('names the want of a client certificate, in TLS 1.3 and 1.2', async () => {
      const { cert: _cert, key: _key, ...bare } = target();
      for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
        const seen = await inspectTls({ ...bare, maxVersion });
        expect(seen).toMatchObject({ ok: false, fault: 'client-certificate-required' });
        expect(seen).toMatchObject({ diagnosis: { certainty: 'proved', also: [] }, sentCertificate: false });
      }
      expect(await inspectClientAuthentication(target())).toBe('required');
    });

    it('names a client certificate of another CA, also one with the same name', async () => {
      expect(await fault(await issue(material.stranger, {}))).toBe('client-certificate-unknown-ca');
      const namesake = await createAuthority({ name: 'Test CA', ...long });
      expect(await fault(await issue(namesake, {}))).toBe('client-certificate-unknown-ca');
    });

    it('names an expired client certificate', async () => {
      const old = await issue(material.ca, { at: new Date(Date.now() - 2 * DAY_MS), days: 1 });
      for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
        const seen = await inspectTls(target({ ...old, maxVersion }));
        expect(seen).toMatchObject({ ok: false, fault: 'client-certificate-expired' });
        expect(seen).toMatchObject({ diagnosis: { certainty: 'proved' } });
      }
    });

    it('names a client certificate whose time has not come', async () => {
      const early = await issue(material.ca, { at: new Date(Date.now() + DAY_MS), days: 1 });
      const seen = await inspectTls(target(early));
      expect(seen).toMatchObject({ ok: false, fault: 'client-certificate-not-yet-valid' });
      expect(seen).toMatchObject({ diagnosis: { certainty: 'proved' } });
    });

    it('names a client certificate that is only for servers', async () => {
      const wrong = await issue(material.ca, { usage: 'server' });
      expect(await fault(wrong)).toBe('client-certificate-unsuitable');
    });

    it('names a server whose CA we do not trust', async () => {
      expect(await fault({ ca: material.stranger.certPem })).toBe('server-untrusted');
    });

    it('names a certificate for other names', async () => {
      expect(await fault({ serverName: 'other.test' })).toBe('name-mismatch');
      expect(await fault({ serverName: 'redis.test' })).toBe('none');
    });

    it('names both where both are wrong', async () => {
      const {
        cert: _cert,
        key: _key,
        ...bare
      } = target({
        ca: material.stranger.certPem,
        serverName: 'other.test',
      });
      expect(await inspectTls(bare)).toMatchObject({
        fault: 'client-certificate-required',
        diagnosis: { also: ['server-untrusted', 'name-mismatch'] },
      });
    });

    it('tells the plaintext port and the TLS port apart', async () => {
      const plain = await probePort({ host, port: running.port });
      expect(plain).toEqual({ kind: 'plaintext', reply: '+OK' });
      const tls = await probePort({ host, port: running.tlsPort ?? 0 });
      expect(tls).toMatchObject({
        kind: 'tls',
        inspection: { ok: false, fault: 'client-certificate-required' },
      });
      expect(diagnosePlaintext(tls)).toMatchObject({ fault: 'plaintext-to-tls', certainty: 'proved' });
      expect(diagnosePlaintext(plain)).toBeUndefined();
    });

    it('names TLS spoken to the plaintext port', async () => {
      const port = running.port;
      const seen = await inspectTls(target({ port, timeoutMs: 500 }));
      expect(seen).toMatchObject({ ok: false, fault: 'tls-to-plaintext', agreed: false });
      const plain = await probePort({ host, port });
      const diagnosis = diagnoseHandshake({ observation: seen, at: new Date(), port: plain });
      expect(diagnosis).toMatchObject({ fault: 'tls-to-plaintext', certainty: 'proved' });
    });

    it('never loses the refusal to a reset', async () => {
      const { cert: _cert, key: _key, ...bare } = target();
      for (let i = 0; i < 30; i += 1) {
        expect(await inspectTls(bare)).toMatchObject({ fault: 'client-certificate-required' });
      }
    });

    it('reports the versions and weak ciphers that it accepts', async () => {
      const report = await probeProtocols(target());
      expect(report).toMatchObject({
        versions: { TLSv1: 'refused', 'TLSv1.1': 'refused', 'TLSv1.2': 'accepted', 'TLSv1.3': 'accepted' },
        cbcSha1: 'accepted',
        noForwardSecrecy: 'refused',
        handshakes: 6,
      });
    });
  });

  it('sees TLS 1.3 alone, and a client that may not speak it', async () => {
    running = await start({}, 'tls-protocols "TLSv1.3"');
    expect(await fault({ maxVersion: 'TLSv1.2' })).toBe('protocol-mismatch');
    expect(await fault({})).toBe('none');
    expect(await probeProtocols(target())).toMatchObject({
      versions: { 'TLSv1.2': 'refused', 'TLSv1.3': 'accepted' },
      cbcSha1: 'refused',
      noForwardSecrecy: 'refused',
    });
  });

  it('sees that a cipher list leaves none in common', async () => {
    running = await start({}, 'tls-protocols "TLSv1.2"\ntls-ciphers ECDHE-ECDSA-AES256-GCM-SHA384');
    expect(await fault({ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).toBe('no-shared-cipher');
    expect(await probeProtocols(target())).toMatchObject({ cbcSha1: 'refused', noForwardSecrecy: 'refused' });
  });

  it('sees that a key of RSA and the wrong ciphers give up forward secrecy', async () => {
    running = await start({ keyType: 'rsa-2048' }, 'tls-ciphers AES256-SHA:AES128-GCM-SHA256');
    expect(await probeProtocols(target())).toMatchObject({
      noForwardSecrecy: 'accepted',
      cbcSha1: 'refused',
    });
  });

  it('tells client certificates optional and off apart', async () => {
    running = await start({}, 'tls-auth-clients optional');
    expect(await inspectClientAuthentication(target())).toBe('optional');
    await running.stop();
    running = await start({}, 'tls-auth-clients no');
    expect(await inspectClientAuthentication(target())).toBe('off');
    expect(await inspectTls(target())).toMatchObject({ ok: true, askedForCertificate: false });
  });

  it('names an expired server certificate, which the server loads without a word', async () => {
    running = await start({ at: new Date(Date.now() - 2 * DAY_MS), days: 1 });
    expect(await fault({})).toBe('server-expired');
  });

  it('names a server certificate whose time has not come', async () => {
    running = await start({ at: new Date(Date.now() + DAY_MS), days: 1 });
    expect(await fault({})).toBe('server-not-yet-valid');
  });

  it('reads a server that hands out no tickets', async () => {
    running = await start({}, 'tls-session-caching no');
    expect(await fault({})).toBe('none');
    expect(await inspectClientAuthentication(target())).toBe('required');
  });

  it('is read by its facts alone after the server has gone', async () => {
    running = await start({});
    await running.stop();
    expect(await fault({})).toBe('refused');
    expect(await probePort({ host, port: running.tlsPort ?? 0 })).toEqual({ kind: 'closed' });
  });
});

it('reads what it has issued', () => {
  expect(readCertificates(material.ca.certPem).certificates[0]?.subjectCommonName).toBe('Test CA');
});
