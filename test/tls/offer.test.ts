import { Buffer } from 'node:buffer';
import { constants } from 'node:crypto';
import { Duplex } from 'node:stream';
import { connect, createServer, type Server, type TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { startRogue, type RogueServer } from '../fleet/rogue-server.ts';
import {
  createAuthority,
  createIntermediate,
  inspectTls,
  issueCertificate,
  probeOffer,
} from '../../src/tls/index.ts';
import type { TlsVersion } from '../../src/tls/index.ts';
import { cipherList, listSuites } from '../../src/tls/handshake/suites.ts';

const host = '127.0.0.1';
const VERSIONS: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

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

async function startPeer(
  options: TlsOptions,
): Promise<{ readonly port: number; readonly count: () => number }> {
  let connections = 0;
  const server: Server = createServer({ ...pair, ...options }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.end('+OK\r\n'));
  });
  server.on('connection', () => (connections += 1));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  open.push({ close: () => void server.close() });
  const address = server.address();
  if (address === null || typeof address === 'string') expect.fail('no port');
  return { port: address.port, count: () => connections };
}

async function startHostile(answer: Parameters<typeof startRogue>[0]): Promise<RogueServer> {
  const rogue = await startRogue(answer);
  open.push(rogue);
  return rogue;
}

/** Numbers of the suites in the ClientHello (RFC 5246 7.4.1.2) that our library makes, without the signal 0x00ff. */
function recordHello(version: TlsVersion, suites: readonly string[]): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const wire = new Duplex({
      read: () => undefined,
      write: (bytes: Buffer, _encoding, done) => {
        const afterSession = 44 + (bytes[43] ?? 0);
        const length = bytes.readUInt16BE(afterSession);
        const at = Array.from({ length: length / 2 }, (_, index) => afterSession + 2 + 2 * index);
        resolve(at.map((place) => bytes.readUInt16BE(place)).filter((suite) => suite !== 0xff));
        done();
      },
    });
    const ciphers = cipherList(version, suites);
    connect({ socket: wire, servername: '', minVersion: version, maxVersion: version, ciphers }).on(
      'error',
      reject,
    );
  });
}

describe('suites that can be offered', () => {
  it.each(VERSIONS)('are in the hello that our library sends, all of them, in %s', async (version) => {
    const { offerable } = listSuites(version);
    expect(offerable.length).toBeGreaterThan(version === 'TLSv1.3' ? 2 : 20);
    const sent = await recordHello(version, offerable);
    expect(new Set(sent).size).toBe(offerable.length);
    expect(sent).toHaveLength(offerable.length);
  });

  it('hold no suite twice, and none for a shared secret', () => {
    const { offerable, unoffered } = listSuites('TLSv1.2');
    const all = [...offerable, ...unoffered];
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((suite) => /PSK|SRP/.test(suite))).toEqual([]);
  });

  it('are said apart from those that cannot: RC4 and DES are in no build of Node', () => {
    expect(listSuites('TLSv1.2').unoffered).toEqual(expect.arrayContaining(['RC4-SHA', 'DES-CBC3-SHA']));
  });
});

describe('what a port offers', () => {
  it('is told with as many handshakes as suites are accepted, and one for each refusal', async () => {
    const ciphers =
      'ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:TLS_AES_256_GCM_SHA384';
    const peer = await startPeer({ minVersion: 'TLSv1.2', ciphers });
    const report = await probeOffer({ host, port: peer.port });
    expect(report.versions).toEqual({
      TLSv1: 'refused',
      'TLSv1.1': 'refused',
      'TLSv1.2': 'accepted',
      'TLSv1.3': 'accepted',
    });
    expect(report.suites['TLSv1.3']).toEqual(['TLS_AES_256_GCM_SHA384']);
    expect(report.suites['TLSv1.2']?.toSorted()).toEqual([
      'ECDHE-ECDSA-AES128-SHA',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
      'ECDHE-ECDSA-CHACHA20-POLY1305',
    ]);
    // 1 + 1 and 3 + 1, and one each for the two old versions.
    expect(report.handshakes).toBe(8);
    expect(peer.count()).toBe(8);
    expect(report.untried).toEqual([...listSuites('TLSv1.3').unoffered, ...listSuites('TLSv1.2').unoffered]);
  });

  it('follows the order of the server where it insists on it', async () => {
    const wanted = ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-GCM-SHA384'];
    const peer = await startPeer({
      maxVersion: 'TLSv1.2',
      ciphers: wanted.join(':'),
      honorCipherOrder: true,
    });
    const report = await probeOffer({ host, port: peer.port });
    expect(report.suites).toEqual({ 'TLSv1.2': wanted });
    expect(report.versions['TLSv1.3']).toBe('refused');
  });

  it('is told by a port that wants a certificate, without one', async () => {
    const peer = await startPeer({ requestCert: true, rejectUnauthorized: true, ca, minVersion: 'TLSv1.3' });
    const report = await probeOffer({ host, port: peer.port });
    expect(report.versions['TLSv1.3']).toBe('accepted');
    expect(report.versions['TLSv1.2']).toBe('refused');
    expect(report.suites['TLSv1.3']?.length).toBeGreaterThan(1);
  });

  it('is old where the port is', async () => {
    const peer = await startPeer({
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1',
      ciphers: 'ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0',
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
    const report = await probeOffer({ host, port: peer.port });
    expect(report.versions).toEqual({
      TLSv1: 'accepted',
      'TLSv1.1': 'refused',
      'TLSv1.2': 'refused',
      'TLSv1.3': 'refused',
    });
    expect(report.suites).toEqual({});
  });
});

describe('the chain of a port', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is what was sent, not what we trust besides, in %s',
    async (maxVersion) => {
      const root = await createAuthority({ name: 'Root', days: 30, pathLength: 1 });
      const middle = await createIntermediate(root, { name: 'Middle', days: 30 });
      const leaf = await issueCertificate(middle, { commonName: 'leaf', usage: 'node', days: 10 });
      const all = [leaf.certPem, middle.certPem, root.certPem];
      for (const sent of [1, 2, 3]) {
        const peer = await startPeer({ cert: all.slice(0, sent).join(''), key: leaf.keyPem });
        const trust = { ca: [root.certPem, middle.certPem], maxVersion };
        const seen = await inspectTls({ host, port: peer.port, ...trust });
        expect(seen.chain.map(({ subject }) => subject)).toEqual(
          ['CN=leaf', 'CN=Middle', 'CN=Root'].slice(0, sent),
        );
      }
    },
  );
});

describe('a port that misbehaves', () => {
  const nothing = {
    versions: { TLSv1: 'unknown', 'TLSv1.1': 'unknown', 'TLSv1.2': 'unknown', 'TLSv1.3': 'unknown' },
    suites: {},
    handshakes: 2,
  };

  it('by silence is given up after two tries', async () => {
    const { port } = await startHostile(() => undefined);
    const begun = performance.now();
    expect(await probeOffer({ host, port, timeoutMs: 200 })).toMatchObject(nothing);
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('by garbage is given up too', async () => {
    const { port } = await startHostile((socket) => void socket.write(Buffer.alloc(64, 'x')));
    expect(await probeOffer({ host, port, timeoutMs: 1000 })).toMatchObject(nothing);
  });

  it('by closing refuses nothing', async () => {
    const { port } = await startHostile((socket) => void socket.destroy());
    const report = await probeOffer({ host, port, timeoutMs: 1000 });
    expect(Object.values(report.versions)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
    expect(report.untried).toContain('TLS_AES_256_GCM_SHA384');
    expect(report.handshakes).toBeLessThanOrEqual(6);
  });

  it('by a chain of a hundred certificates shows ten of them, quickly', async () => {
    let above = await createAuthority({ name: 'CA 0', days: 30, pathLength: 100 });
    const chain = [above.certPem];
    for (let index = 1; index < 99; index += 1) {
      above = await createIntermediate(above, { name: `CA ${index}`, days: 30, pathLength: 100 - index });
      chain.unshift(above.certPem);
    }
    const request = { commonName: 'peer', ipAddresses: [host], usage: 'node', days: 10 } as const;
    const leaf = await issueCertificate(above, request);
    const peer = await startPeer({ cert: [leaf.certPem, ...chain].join(''), key: leaf.keyPem });
    const begun = performance.now();
    const seen = await inspectTls({ host, port: peer.port, timeoutMs: 3000 });
    expect(performance.now() - begun).toBeLessThan(3000);
    expect(seen.chain).toHaveLength(10);
    expect(seen.chain[9]?.subject).toBe('CN=CA 90');
  });

  it('by endless bytes is bounded, before the handshake and after it', async () => {
    const flood = (socket: {
      readonly write: (bytes: Buffer) => boolean;
      readonly destroyed: boolean;
    }): void => {
      const pour = setInterval(() => {
        if (socket.destroyed) clearInterval(pour);
        else socket.write(Buffer.alloc(1 << 16, 0x16));
      }, 1);
    };
    const raw = await startHostile(flood);
    expect(await inspectTls({ host, port: raw.port, timeoutMs: 1000 })).toMatchObject({ ok: false });
    let sent = 0;
    const server = createServer(pair, (socket) => {
      socket.on('error', () => undefined);
      const pour = setInterval(() => {
        if (socket.destroyed) clearInterval(pour);
        else sent += socket.write(Buffer.alloc(1 << 16, 'x')) ? 1 : 0;
      }, 1);
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    open.push({ close: () => void server.close() });
    const address = server.address();
    if (address === null || typeof address === 'string') expect.fail('no port');
    const seen = await inspectTls({ host, port: address.port, timeoutMs: 1000 });
    expect(seen.reply).toHaveLength(200);
    expect(sent).toBeLessThan(100);
  });
});
