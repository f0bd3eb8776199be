// Ports that are no Redis: whatever answers, the probe ends in time with bounded memory.
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  createAuthority,
  inspectTls,
  issueCertificate,
  probePort,
  probeProtocols,
} from '../../src/tls/index.ts';
import type { IssuedCertificate } from '../../src/tls/index.ts';

const host = '127.0.0.1';
const open: { server: Server; sockets: Set<Socket> }[] = [];
let pair: IssuedCertificate;

beforeAll(async () => {
  const ca = await createAuthority({ name: 'CA', days: 9 });
  pair = await issueCertificate(ca, { commonName: 's', ipAddresses: [host], usage: 'server', days: 9 });
});

afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  open.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

function plain(behave: (socket: Socket) => void): Promise<number> {
  return listen(createServer(behave));
}

describe('probing a port', () => {
  it('hears a refusal in plain RESP, also one that comes unasked and is cut off', async () => {
    const denied = await plain((socket) => socket.end('-DENIED Redis is running in protected mode\r\n'));
    const full = await plain((socket) => {
      socket.write('-ERR max number of clients reached\r\n');
      socket.once('data', () => socket.resetAndDestroy());
    });
    const reply = '-DENIED Redis is running in protected mode';
    expect(await probePort({ host, port: denied })).toEqual({ kind: 'plaintext', reply });
    expect(await probePort({ host, port: full })).toMatchObject({ kind: 'plaintext' });
  });

  it('knows what is neither RESP nor TLS', async () => {
    const http = await plain((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await probePort({ host, port: http })).toEqual({
      kind: 'other',
      reply: 'HTTP/1.1 400 Bad Request',
    });
    const noise = await plain((socket) => socket.end(Buffer.from([0, 27, 91, 50, 74, 10])));
    const seen = await probePort({ host, port: noise });
    expect(seen).toEqual({ kind: 'other', reply: '\ufffd\ufffd[2J' });
  });

  it('bounds a flood without a line end', async () => {
    const flood = await plain((socket) => {
      const chunk = Buffer.alloc(65_536, 'x');
      const pour = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', pour);
      pour();
    });
    const seen = await probePort({ host, port: flood });
    expect(seen).toEqual({ kind: 'other', reply: 'x'.repeat(200) });
  });

  it('gives up on silence, a closed door and a reset', async () => {
    const silent = await plain(() => undefined);
    const closing = await plain((socket) => socket.end());
    const cutting = await plain((socket) => socket.resetAndDestroy());
    expect(await probePort({ host, port: silent, timeoutMs: 200 })).toEqual({
      kind: 'silent',
      ended: 'timeout',
    });
    expect(await probePort({ host, port: closing })).toEqual({ kind: 'silent', ended: 'closed' });
    expect(await probePort({ host, port: cutting })).toEqual({ kind: 'silent', ended: 'reset' });
  });

  it('names a host that does not exist', async () => {
    const seen = await probePort({ host: 'no-such-host.invalid', port: 1 });
    expect(seen).toMatchObject({ kind: 'unreachable' });
  });

  it('knows TLS even where it is not Redis behind it', async () => {
    const options = { cert: pair.certPem, key: pair.keyPem };
    const port = await listen(createTlsServer(options, (socket) => socket.end('hello\n')));
    expect(await probePort({ host, port })).toMatchObject({
      kind: 'tls',
      inspection: { ok: true, reply: 'hello' },
    });
  });
});

describe('inspecting a port', () => {
  const inspect = (port: number, rest: object = {}): ReturnType<typeof inspectTls> =>
    inspectTls({ host, port, ca: pair.caPem, timeoutMs: 400, ...rest });

  it('names the silence of a server that shakes hands and says nothing', async () => {
    const port = await listen(createTlsServer({ cert: pair.certPem, key: pair.keyPem }, () => undefined));
    expect(await inspect(port)).toMatchObject({ ok: false, fault: 'timeout', authorized: true });
  });

  it('names bytes that are not TLS, and a cut in the middle of a handshake', async () => {
    const talking = await plain((socket) => socket.end('-ERR unknown command\r\n'));
    const cutting = await plain((socket) =>
      socket.once('data', () => socket.end(Buffer.from([22, 3, 3, 0, 99]))),
    );
    expect(await inspect(talking)).toMatchObject({ ok: false, fault: 'tls-to-plaintext' });
    expect(await inspect(cutting)).toMatchObject({ ok: false, fault: 'reset' });
  });

  it('names key and certificate that do not fit before anything is sent', async () => {
    let dialled = 0;
    const port = await plain(() => (dialled += 1));
    const other = await createAuthority({ name: 'x', days: 1 });
    const seen = await inspect(port, { cert: pair.certPem, key: other.keyPem });
    expect(seen).toMatchObject({ ok: false, fault: 'local-material' });
    expect(await inspect(port, { cert: 'x', key: 'y' })).toMatchObject({ fault: 'local-material' });
    expect(await inspect(port, { ciphers: 'NONE-SUCH' })).toMatchObject({ fault: 'local-material' });
    expect(dialled).toBe(0);
    expect(JSON.stringify(seen)).not.toContain(other.keyPem.split('\n')[1]);
  });

  it('uses a connection that is already open', async () => {
    const options = { cert: pair.certPem, key: pair.keyPem };
    const port = await listen(createTlsServer(options, (socket) => socket.end('+OK\r\n')));
    const { connect } = await import('node:net');
    const socket = connect({ host, port });
    await new Promise((resolve) => socket.once('connect', resolve));
    expect(await inspect(0, { socket })).toMatchObject({ ok: true, authorized: true });
  });

  it('finds old protocol versions that a server still accepts', async () => {
    const options = {
      cert: pair.certPem,
      key: pair.keyPem,
      minVersion: 'TLSv1',
      ciphers: 'ALL:@SECLEVEL=0',
    } as const;
    const server = createTlsServer(options, (socket) => socket.end('+OK\r\n'));
    server.on('tlsClientError', () => undefined);
    const report = await probeProtocols({ host, port: await listen(server), timeoutMs: 2000 });
    expect(report.versions).toEqual({
      TLSv1: 'accepted',
      'TLSv1.1': 'accepted',
      'TLSv1.2': 'accepted',
      'TLSv1.3': 'accepted',
    });
    expect(report.ciphers.cbcSha1).toMatch(/^ECDHE-ECDSA-AES(128|256)-SHA$/);
    expect(report.handshakes).toBe(6);
  });

  it('does not call a port that is no TLS port one that refuses versions', async () => {
    const port = await plain((socket) => socket.end('HTTP/1.1 400\r\n'));
    const report = await probeProtocols({ host, port, timeoutMs: 500 });
    expect(new Set([...Object.values(report.versions), report.cbcSha1])).toEqual(new Set(['unknown']));
  });
});
