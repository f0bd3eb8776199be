import { constants, randomBytes } from 'node:crypto';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { startRogue } from '../fleet/rogue-server.ts';
import { createAuthority, inspectTls, issueCertificate, probeResumption } from '../../src/tls/index.ts';

const host = '127.0.0.1';
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

let pair: { readonly cert: string; readonly key: string };
let ca: string;
const open: { readonly close: () => Promise<void> | void }[] = [];

beforeAll(async () => {
  const authority = await createAuthority({ name: 'CA', days: 30 });
  const request = { commonName: 'peer', ipAddresses: [host], usage: 'node', days: 10 } as const;
  const { certPem, keyPem } = await issueCertificate(authority, request);
  pair = { cert: certPem, key: keyPem };
  ca = authority.certPem;
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Answers what it is sent; `onAnswer` runs before the answer. */
async function startPeer(
  options: TlsOptions,
  onAnswer: (server: Server) => void = () => undefined,
): Promise<number> {
  const server: Server = createServer({ ...pair, ...options }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      onAnswer(server);
      socket.end('+OK\r\n');
    });
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  open.push({ close: () => void server.close() });
  const address = server.address();
  if (address === null || typeof address === 'string') expect.fail('no port');
  return address.port;
}

describe('a session', () => {
  it.each(VERSIONS)('of %s is resumed where the server gives tickets', async (version) => {
    const port = await startPeer({});
    expect(await probeResumption({ host, port }, version)).toEqual({ kind: 'resumed', version });
  });

  it.each(VERSIONS)('of %s is resumed by a client with a certificate', async (version) => {
    const port = await startPeer({
      requestCert: true,
      rejectUnauthorized: true,
      ca,
      sessionIdContext: 'peer',
    });
    expect(await probeResumption({ host, port, ...pair }, version)).toEqual({ kind: 'resumed', version });
    expect(await probeResumption({ host, port }, version)).toMatchObject({ kind: 'unknown', version });
  });

  it.each(VERSIONS)('of %s is not resumed once the server has forgotten its keys', async (version) => {
    const port = await startPeer({}, (server) => server.setTicketKeys(randomBytes(48)));
    expect(await probeResumption({ host, port }, version)).toEqual({
      kind: 'not-resumed',
      version,
      why: 'refused',
    });
  });

  it('is not offered by a server without tickets and without memory', async () => {
    const port = await startPeer({ secureOptions: constants.SSL_OP_NO_TICKET });
    const seen = await probeResumption({ host, port }, 'TLSv1.2');
    expect(seen).toMatchObject({ kind: 'not-resumed' });
  });

  it('is not known of a port that says nothing, or speaks another version', async () => {
    const rogue = await startRogue(() => undefined);
    open.push(rogue);
    expect(await probeResumption({ host, port: rogue.port, timeoutMs: 200 }, 'TLSv1.3')).toEqual({
      kind: 'unknown',
      version: 'TLSv1.3',
      why: 'the first handshake ended with TIMEOUT',
    });
    const port = await startPeer({ maxVersion: 'TLSv1.2' });
    expect(await probeResumption({ host, port }, 'TLSv1.3')).toMatchObject({ kind: 'unknown' });
  });
});

describe('a port that is not asked anything', () => {
  it.each(VERSIONS)('lets us in by %s without a word', async (maxVersion) => {
    let words = 0;
    const options = { requestCert: true, rejectUnauthorized: true, ca, maxVersion };
    const port = await startPeer(options, () => (words += 1));
    const target = { host, port, ca, until: 'admission' } as const;
    const seen = await inspectTls({ ...target, ...pair });
    expect(seen).toMatchObject({ ok: true, stage: 'replied', sentCertificate: true, authorized: true });
    expect(seen.reply).toBeUndefined();
    expect(words).toBe(0);
    expect(await inspectTls(target)).toMatchObject({ ok: false, fault: 'client-certificate-required' });
    expect(await probeResumption({ ...target, ...pair }, maxVersion)).toMatchObject({ version: maxVersion });
  });
});
