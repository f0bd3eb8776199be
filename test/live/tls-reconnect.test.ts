/**
 * A client whose certificate is over stays connected, and gets back in by resumption: seen on a real server, listed by
 * `wardis tls clients`, and ended by `wardis tls reconnect`, while everybody else stays connected.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryOf, recordCertificates } from '../../src/pki/index.ts';
import {
  createAuthority,
  issueCertificate,
  readCertificates,
  type IssuedCertificate,
} from '../../src/tls/index.ts';
import { run } from '../cli/run.ts';
import {
  forEachServer,
  openConnection,
  startReplicated,
  startServer,
  talk,
  waitUntil,
  type Connection,
  type RunningServer,
} from '../servers/index.ts';

const DAY_MS = 86_400_000;
const LIFE_MS = 5000;
const NAMES = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };

describe('a certificate that is over while its client is connected', () => {
  forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
    // Valkey 9 logs users in by certificate; then there is nothing to guess.
    const mapped = server.product === 'valkey';
    let folder: string;
    let running: RunningServer;
    let ca: string;
    let brief: IssuedCertificate;
    let lasting: IssuedCertificate;
    let endsAt: number;
    let clients: Connection[];
    let other: Connection;
    let sessions: readonly Buffer[];
    const at = (name: string): string => join(folder, name);
    const place = (): string => `rediss://127.0.0.1:${running.tlsPort}`;
    const login = (): readonly string[] => {
      const own = ['--cert', at('lasting.crt'), '--key', at('lasting.key'), '--cacert', at('ca.crt')];
      const user = ['--user', 'wardis', '--password-file', at('secret'), '--state', at('state')];
      return [place(), ...own, ...user];
    };

    /** Takes a session of this version, or offers one: what the server did with it. */
    const handshake = (version: 'TLSv1.2' | 'TLSv1.3', session?: Buffer) =>
      new Promise<{ resumed: boolean; said: string; session?: Buffer }>((resolve) => {
        let given: Buffer | undefined;
        let resumed = false;
        const options = { host: '127.0.0.1', port: running.tlsPort ?? 0, ca };
        const socket: TLSSocket = connect({
          ...options,
          cert: brief.certPem,
          key: brief.keyPem,
          minVersion: version,
          maxVersion: version,
          ...(session === undefined ? {} : { session }),
        });
        const finish = (said: string): void => {
          socket.destroy();
          resolve({ resumed, said, ...(given === undefined ? {} : { session: given }) });
        };
        socket.on('session', (bytes) => (given = bytes));
        socket.once('secureConnect', () => {
          resumed = socket.isSessionReused();
          setTimeout(() => socket.write('*1\r\n$4\r\nPING\r\n'), 100);
        });
        socket.once('data', (bytes) => finish(String(bytes).trim()));
        socket.once('error', (error: NodeJS.ErrnoException) => finish(String(error.code)));
        socket.once('close', () => finish('closed'));
      });

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'wardis-reconnect-'));
      const authority = await createAuthority({ name: 'Test CA', days: 30 });
      ca = authority.certPem;
      const node = await issueCertificate(authority, {
        commonName: 'node',
        ...NAMES,
        usage: 'node',
        days: 9,
      });
      lasting = await issueCertificate(authority, { commonName: 'wardis', usage: 'client', days: 9 });
      writeFileSync(at('ca.crt'), ca);
      writeFileSync(at('lasting.crt'), lasting.certPem);
      writeFileSync(at('lasting.key'), lasting.keyPem, { mode: 0o600 });
      writeFileSync(at('secret'), 'secret-of-wardis', { mode: 0o600 });
      const conf = [
        'port 0\ntls-port 1\ntls-cert-file node.crt\ntls-key-file node.key\ntls-ca-cert-file ca.crt',
        'user wardis on >secret-of-wardis ~* &* +@all\nuser reports on >secret-of-reports ~* +@all',
        mapped
          ? 'user orders-api on ~* +@all\ntls-auth-clients-user CN\nuser default off'
          : 'user orders-api on >secret-of-orders ~* +@all\nuser default on nopass -@all +ping +auth',
      ].join('\n');
      const files = { 'node.crt': node.certPem, 'node.key': node.keyPem, 'ca.crt': ca };
      running = await startServer({ server, conf, files });
      const begins = Date.now() - 60_000;
      brief = await issueCertificate(authority, {
        commonName: 'orders-api',
        usage: 'client',
        at: new Date(begins),
        days: (60_000 + LIFE_MS) / DAY_MS,
      });
      const entries = [brief, lasting].flatMap(({ certPem }) =>
        readCertificates(certPem).certificates.map((fact) =>
          entryOf(fact, { origin: { kind: 'issued' }, recordedAt: new Date(begins) }),
        ),
      );
      endsAt = Date.parse(entries[0]?.notAfter ?? '');
      await recordCertificates(at('state'), entries);
      const tls = { ca, cert: brief.certPem, key: brief.keyPem };
      clients = await Promise.all([1, 2, 3].map(() => openConnection({ port: running.tlsPort ?? 0, tls })));
      if (!mapped) {
        for (const client of clients) await client.send(['AUTH', 'orders-api', 'secret-of-orders']);
      }
      other = await openConnection({
        port: running.tlsPort ?? 0,
        tls: { ca, cert: lasting.certPem, key: lasting.keyPem },
      });
      await other.send(['AUTH', 'reports', 'secret-of-reports']);
      const taken = await Promise.all([handshake('TLSv1.3'), handshake('TLSv1.2')]);
      sessions = taken.map(({ session }) => session ?? Buffer.alloc(0));
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, endsAt - Date.now()) + 1200));
    }, 30_000);
    afterAll(async () => {
      for (const client of [...clients, other]) client.close();
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('is refused anew, and lets its client stay and come back by a resumed session', async () => {
      for (const client of clients) expect(await client.send(['PING'])).toBe('PONG');
      expect((await handshake('TLSv1.3')).said).toBe('ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED');
      const back = await handshake('TLSv1.3', sessions[0]);
      expect(back.resumed).toBe(true);
      expect(back.said).not.toMatch(/^ERR_SSL/);
      // Each is good for one use; the next ones are for after.
      sessions = [back.session ?? Buffer.alloc(0), sessions[1] ?? Buffer.alloc(0)];
    });

    it('is listed, with what is sure and what is likely, and those that are not known', async () => {
      const answer = await run(['tls', 'clients', ...login()]);
      expect(answer.err).toBe('');
      expect(answer.exit).toBe(1);
      expect(answer.out).toContain('client certificates  required');
      expect(answer.out).toMatch(/resumption {11}on \(300 s\)/);
      expect(answer.out).toMatch(/✗ EXPIRED {2}user orders-api: 3 connections, from 127\.0\.0\.1 \(3\)/);
      expect(answer.out).toContain(
        mapped ? '    sure, as far as' : '    likely: the certificate has the name',
      );
      expect(answer.out).toMatch(/\? NOT KNOWN {2}user reports: 1 connection, from/);
      expect(answer.out).toContain('No version of Redis or Valkey looks at a revocation list');
      const { out } = await run(['tls', 'clients', ...login(), '--json']);
      const said = JSON.parse(out) as { clients: { user: string; answer: { kind: string } }[] };
      expect(said.clients.map(({ user, answer: { kind } }) => [user, kind])).toContainEqual([
        'orders-api',
        'expired',
      ]);
    });

    it('shows first what would be done, and touches nothing', async () => {
      const answer = await run(['tls', 'reconnect', 'orders-api', ...login(), '--dry-run']);
      expect(answer.exit).toBe(0);
      expect(answer.out).toMatch(/^orders-api: 3 connections, 10 a second: about 1 s/);
      expect(answer.out).toContain('orders-api (3)');
      const unasked = await run(['tls', 'reconnect', 'orders-api', ...login()]);
      expect(unasked.err).toMatch(/^E_CONFIRM/m);
      for (const client of clients) expect(await client.send(['PING'])).toBe('PONG');
      expect(readdirSync(at('state'))).not.toContain('runs');
    });

    it('is over for good after a reconnection, which leaves everybody else connected', async () => {
      const answer = await run([
        'tls',
        'reconnect',
        'orders-api',
        ...login(),
        '--rate',
        '20/s',
        '--yes',
        '-q',
      ]);
      expect(answer.err).toBe('');
      expect(answer.out).toMatch(/resumption {3}ended at 1 node of 1; proved by 2 sessions of our own/);
      expect(answer.out).toMatch(/connections {2}3 ended; 0 of the same users are back/);
      expect(answer.exit).toBe(0);
      for (const client of clients) await expect(client.send(['PING'])).rejects.toThrow();
      expect(await other.send(['PING'])).toBe('PONG');
      // With the session of before: a whole handshake now, and the certificate is looked at.
      const late = await handshake('TLSv1.3', sessions[0]);
      expect(late).toMatchObject({ resumed: false, said: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED' });
      expect((await handshake('TLSv1.2', sessions[1])).said).toMatch(/CERTIFICATE_EXPIRED/);
      const after = await run(['tls', 'clients', ...login()]);
      expect(after.exit).toBe(0);
      expect(after.out).not.toContain('EXPIRED');
      const runs = readdirSync(join(at('state'), 'runs'));
      expect(runs).toHaveLength(1);
      expect(runs[0]).toMatch(/-reconnect-[0-9a-f]{4}$/);
    });
  });
});

describe('reconnecting everybody', () => {
  forEachServer(['redis-7.0'], (server) => {
    it('keeps to its rate, and leaves links of replicas alone unless they are asked for', async () => {
      const fleet = await startReplicated({ server, tls: 'only', replicas: 1, access: 'open' });
      const primary = fleet.node('primary');
      const tls = fleet.tls?.client;
      const port = primary.tlsPort ?? 0;
      const clients = await Promise.all(
        Array.from({ length: 12 }, () => openConnection({ host: primary.host, port, ...(tls && { tls }) })),
      );
      // As applications do: they come back by themselves.
      const steady = Array.from(
        { length: 4 },
        () =>
          new Redis({
            host: primary.host,
            port,
            ...(tls && { tls }),
            disableClientInfo: true,
            retryStrategy: () => 50,
          }),
      );
      await Promise.all(steady.map((each) => each.ping()));
      const folder = mkdtempSync(join(tmpdir(), 'wardis-reconnect-all-'));
      try {
        const own = ['--cert', fleet.tls?.clientCertPath ?? '', '--key', fleet.tls?.clientKeyPath ?? ''];
        const ca = ['--cacert', fleet.tls?.caPath ?? '', '--state', folder];
        const login = [`rediss://${primary.host}:${port}`, ...ca, ...own];
        const linkOf = async (): Promise<string> => {
          const [list] = await talk({ host: primary.host, port, ...(tls && { tls }) }, [['CLIENT', 'LIST']]);
          return typeof list === 'string' ? (/^id=(\d+) .* flags=S/m.exec(list)?.[1] ?? '') : '';
        };
        const link = await linkOf();
        expect(link).not.toBe('');
        const begun = Date.now();
        const answer = await run(['tls', 'reconnect', '--all', ...login, '--rate', '10/s', '--yes', '-q']);
        expect(answer.err).toBe('');
        expect(answer.exit).toBe(0);
        // Jitter spreads each batch by half of itself.
        expect(Date.now() - begun).toBeGreaterThan(800);
        expect(answer.out).toMatch(/^every client by TLS: 16 connections/);
        expect(answer.out).toMatch(/connections {2}16 ended; 4 of the same users are back/);
        expect(await Promise.all(steady.map((each) => each.ping()))).toEqual(Array(4).fill('PONG'));
        expect(answer.out).toMatch(/1 link of replicas and Sentinels/);
        expect(answer.out).toMatch(/ended at 2 nodes of 2; proved by 4 sessions/);
        for (const client of clients) await expect(client.send(['PING'])).rejects.toThrow();
        expect(await linkOf()).toBe(link);
        const more = await run(['tls', 'reconnect', '--all', '--links', ...login, '--yes', '-q']);
        expect(more.exit).toBe(0);
        await waitUntil('the replica is back', async () => {
          const now = await linkOf();
          return now !== '' && now !== link;
        });
      } finally {
        for (const client of clients) client.close();
        for (const each of steady) each.disconnect();
        await fleet.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    }, 60_000);
  });
});

describe('a certificate file that was replaced and not read yet', () => {
  forEachServer(['redis-7.0'], (server) => {
    it('is not brought in by a reconnection: refused before, or stopped before anybody is cut off', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'wardis-reconnect-file-'));
      const authority = await createAuthority({ name: 'Test CA', days: 30 });
      const issue = () =>
        issueCertificate(authority, { commonName: 'node', ...NAMES, usage: 'node', days: 9 });
      const [served, placed] = [await issue(), await issue()];
      const files = { 'node.crt': served.certPem, 'node.key': served.keyPem, 'ca.crt': authority.certPem };
      const tls = 'tls-cert-file node.crt\ntls-key-file node.key\ntls-ca-cert-file ca.crt';
      const conf = `port 0\ntls-port 1\n${tls}\ntls-auth-clients no\n`;
      const running = await startServer({ server, conf, files });
      const place = `rediss://127.0.0.1:${running.tlsPort}`;
      writeFileSync(join(folder, 'ca.crt'), authority.certPem);
      const policy = [
        'version: 1\nsecurity_level: basic\nnetwork_exposure: localhost',
        `server: { product: redis, version: '7.0' }\nfleet:\n  prod:\n    seeds: ['${place}']`,
        `    tls: { ca: ${join(folder, 'ca.crt')} }\n    files: { via: local }\nusers: []\n`,
      ].join('\n');
      writeFileSync(join(folder, 'wardis.yaml'), policy);
      const client = await openConnection({ port: running.tlsPort ?? 0, tls: { ca: authority.certPem } });
      const byPolicy = ['tls', 'reconnect', '--all', '--policy', join(folder, 'wardis.yaml')];
      try {
        const good = await run([...byPolicy, '--dry-run', '-q']);
        expect(good.err).toBe('');
        expect(good.out).toContain('its file holds it');
        writeFileSync(join(running.dir, 'node.crt'), placed.certPem);
        writeFileSync(join(running.dir, 'node.key'), placed.keyPem);
        const refused = await run([...byPolicy, '--dry-run', '-q']);
        expect(refused.exit).toBe(2);
        expect(refused.err).toMatch(/^E_RECONNECT {2}\S+: to end resumption the server would read another/);
        // Without a way to the files only the handshake afterwards tells.
        const blind = ['tls', 'reconnect', '--all', place, '--cacert', join(folder, 'ca.crt'), '--yes', '-q'];
        const stopped = await run([...blind, '--state', join(folder, 'state')]);
        expect(stopped.exit).toBe(3);
        expect(stopped.out).toMatch(/failed: \S+ \S*.*shows/);
        expect(stopped.out).toContain('connections  0 ended, 1 not');
        expect(await client.send(['PING'])).toBe('PONG');
      } finally {
        client.close();
        await running.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    }, 30_000);
  });
});
