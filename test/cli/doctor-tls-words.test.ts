/** What `wardis doctor` says of our certificate's dates, of the root that is meant, and of what an attempt leaves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createAuthority,
  createIntermediate,
  issueCertificate,
  type Authority,
  type IssuedCertificate,
} from '../../src/tls/index.ts';
import { run } from './run.ts';

const DAY = 86_400_000;
let folder: string;
let issuer: Authority;
let server: Server;
let place: string;
const at = (name: string): string => join(folder, name);

const issue = (commonName: string, usage: 'client' | 'node', begins: Date): Promise<IssuedCertificate> =>
  issueCertificate(issuer, {
    commonName,
    usage,
    days: 1,
    at: begins,
    ipAddresses: usage === 'node' ? ['10.9.9.9'] : [],
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-doctor-'));
  const long = new Date(Date.now() - 30 * DAY);
  const root = await createAuthority({ name: 'Shop CA', days: 100, at: long, pathLength: 1 });
  issuer = await createIntermediate(root, { name: 'Shop CA issuer', days: 90, at: long });
  writeFileSync(at('ca.crt'), root.certPem);
  const node = await issue('cache-1', 'node', new Date());
  server = createServer({ cert: node.certPem + issuer.certPem, key: node.keyPem }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', () => socket.end('-ERR no\r\n'));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('marks our certificate by its dates with their time', async () => {
  const now = Date.now();
  const cases = [
    [
      'old',
      new Date(now - DAY - 180_000),
      /✗ our files .*CN=old ENDED \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, 3 min ago by our clock/,
    ],
    [
      'next',
      new Date(now + 3_600_000),
      /✗ our files .*CN=next begins only .*, in (?:59|60) min by our clock/,
    ],
    [
      'app',
      new Date(now - 60_000),
      /✓ our files .*CN=app until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, its key fits/,
    ],
  ] as const;
  for (const [name, begins, said] of cases) {
    const pair = await issue(name, 'client', begins);
    writeFileSync(at('app.crt'), pair.certPem);
    writeFileSync(at('app.key'), pair.keyPem, { mode: 0o600 });
    const files = ['--cacert', at('ca.crt'), '--cert', at('app.crt'), '--key', at('app.key')];
    const { out } = await run(['doctor', `rediss://${place}`, ...files]);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(said);
  }
});

it('says that plaintext on a TLS port leaves a line in the log, and names the root and not the intermediate', async () => {
  const { out } = await run(['doctor', place]);
  const words = out.replaceAll(/\s+/g, ' ');
  expect(words).toContain('is a TLS port');
  expect(words).toContain('the root certificate of its CA (CN=Shop CA)');
  expect(words).toContain('a line in the log of the server');
  expect(words).not.toContain('nothing on the server');
});

it('says that a certificate that we refuse leaves a line in the log', async () => {
  const { out } = await run(['doctor', `rediss://${place}`, '--cacert', at('ca.crt')]);
  expect(out).toContain('a line in the log of the server');
});
