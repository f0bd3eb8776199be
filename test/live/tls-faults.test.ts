/**
 * The faults of a TLS handshake, each caused on every server version by TLS 1.2 and 1.3, and each named by the doctor with
 * certainty; then what one look leaves likely and more evidence proves. The count is printed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runProgram } from '../../src/cli/program.ts';
import { forEachServer, SERVER_IDS, startServer, type RunningServer, type Server } from '../servers/index.ts';
import { daysFromNow, encryptKey, make, type Made, type Wish } from './tls-faults-material.ts';

interface Answer {
  readonly exit: number;
  readonly diagnosis: {
    readonly code: string;
    readonly fault: string;
    readonly reason?: string;
    readonly certainty: string;
    readonly cause: string;
    readonly proof: readonly string[];
    readonly next: readonly { readonly words: string; readonly command?: string }[];
    readonly notes: readonly string[];
  };
}

const VERSIONS = ['1.2', '1.3'] as const;
const COMMON = ['TLSv1.2', 'TLSv1.3'] as const;

let dir: string;
const count = { named: 0, proved: 0, tried: 0 };
const file = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wardis-faults-'));
  await writeMaterial();
});

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
  process.stdout.write(
    `handshake faults: ${count.named} of ${count.tried} named, ${count.proved} of them proved at once\n`,
  );
  expect(count.named).toBe(count.tried);
});

async function examine(...argv: readonly string[]): Promise<Answer> {
  let out = '';
  let err = '';
  const look = { tty: false, colour: false, unicode: true, columns: 80 };
  const exit = await runProgram(['doctor', ...argv, '--json'], {
    terminal: {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      outLook: look,
      errLook: look,
      interactive: false,
    },
    environment: {},
    now: () => new Date(),
  });
  expect(err).toBe('');
  const { diagnosis } = JSON.parse(out) as Pick<Answer, 'diagnosis'>;
  return { exit, diagnosis };
}

/** Our side: the CA that we trust, and our pair. */
function as(name: string, ca = 'ca'): readonly string[] {
  return ['--cacert', file(`${ca}.crt`), '--cert', file(`${name}.crt`), '--key', file(`${name}.key`)];
}

/** Every fault of the matrix: what we say, and what it must be called. */
function listFaults(
  url: string,
  version: string,
): readonly (readonly [readonly string[], string, string?])[] {
  const tls = [url, '--tls-version', version];
  return [
    [[...tls, '--cacert', file('ca.crt')], 'client-certificate-required'],
    [[...tls, ...as('foreign')], 'client-certificate-unknown-ca'],
    [[...tls, ...as('expired')], 'client-certificate-expired', 'expired'],
    [[...tls, ...as('early')], 'client-certificate-not-yet-valid', 'not-yet-valid'],
    [[...tls, ...as('good', 'stranger')], 'server-untrusted', 'ca-unknown'],
    [[...tls, ...as('good'), '--sni', 'other.test'], 'name-mismatch'],
    // Beyond the eight.
    [[...tls, ...as('twin')], 'client-certificate-unknown-ca', 'ca-of-same-name'],
    [[...tls, ...as('bare-twin', 'both')], 'client-certificate-unknown-ca', 'ca-of-same-name'],
    // The intermediate is nowhere at hand. Where the CA file has it, OpenSSL sends it along unasked.
    [[...tls, ...as('below')], 'client-certificate-unknown-ca'],
    [[...tls, ...as('server-use')], 'client-certificate-unsuitable', 'wrong-usage'],
    [[...tls, ...as('good', 'twin-ca')], 'server-untrusted', 'ca-of-same-name'],
  ];
}

forEachServer(SERVER_IDS, (server) => {
  let running: RunningServer;
  let url: string;

  beforeAll(async () => {
    running = await startTls(server, 'server');
    url = `rediss://127.0.0.1:${running.tlsPort}`;
  });

  const expectProved = async (argv: readonly string[], fault: string, reason?: string): Promise<Answer> => {
    count.tried += 1;
    const answer = await examine(...argv);
    expect(answer.diagnosis).toMatchObject(reason === undefined ? { fault } : { fault, reason });
    count.named += 1;
    expect(answer.diagnosis.certainty).toBe('proved');
    expect(answer.exit).toBe(1);
    expect(answer.diagnosis.next.length).toBeGreaterThan(0);
    count.proved += 1;
    return answer;
  };

  it.each(VERSIONS)('by TLS %s every fault of the matrix is named, and proved at once', async (version) => {
    for (const [argv, fault, reason] of listFaults(url, version)) await expectProved(argv, fault, reason);
    await expectProved([`redis://127.0.0.1:${running.tlsPort}`], 'plaintext-to-tls');
    const plain = `rediss://127.0.0.1:${running.port}`;
    await expectProved(
      [plain, '--tls-version', version, ...as('good'), '--connect-timeout', '0.4'],
      'tls-to-plaintext',
    );
  });

  it('names a version that only one side speaks, in either direction', async () => {
    for (const [index, version] of VERSIONS.entries()) {
      const other = COMMON[1 - index];
      const only = await startTls(server, 'server', `tls-protocols ${other}`);
      const target = `rediss://127.0.0.1:${only.tlsPort}`;
      await expectProved([target, '--tls-version', version, ...as('good')], 'protocol-mismatch');
      await only.stop();
    }
  });

  it('lets everything pass that is good, in whatever order the chain comes', async () => {
    const orders = [
      as('good'),
      as('below-chain'),
      as('below-disordered'),
      // OpenSSL sends along what the CA file has.
      as('below', 'both'),
    ];
    for (const pair of orders) {
      const answer = await examine(url, ...pair);
      expect(answer).toMatchObject({ exit: 0, diagnosis: { code: 'OK' } });
    }
  });

  it('needs the clock of the server for a CA in its file that expired, and for a weak certificate', async () => {
    const clock = ['--server-clock', `redis://127.0.0.1:${running.port}`];
    const old = await examine(url, ...as('below-old-ca'));
    expect(old.diagnosis).toMatchObject({ fault: 'client-certificate-expired', certainty: 'likely' });
    expect(old.diagnosis.next.map(({ command }) => command).join()).toContain('--server-clock');
    await expectProved([url, ...as('below-old-ca'), ...clock], 'client-certificate-expired', 'ca-expired');
    // OpenSSL 1.1 as Debian built it for 6.0 takes both.
    if (server.version.startsWith('6.')) return;
    for (const [name, reason] of [
      ['sha1', 'weak-signature'],
      ['rsa1024', 'weak-key'],
    ] as const) {
      const weak = await examine(url, ...as(name));
      expect(weak.diagnosis).toMatchObject({ fault: 'client-certificate-unsuitable', certainty: 'likely' });
      await expectProved([url, ...as(name), ...clock], 'client-certificate-unsuitable', reason);
    }
  });

  it('proves by the log of the server what the alert leaves open', async () => {
    const odd = await startTls(server, 'server', 'tls-protocols TLSv1.2\ntls-ciphers AES128-GCM-SHA256');
    const log = ['--server-log', join(odd.dir, 'server-log.txt')];
    const target = `rediss://127.0.0.1:${odd.tlsPort}`;
    // The key is EC: an RSA-only list fits no certificate of the server.
    const guess = await examine(target, ...as('good'));
    expect(guess.diagnosis).toMatchObject({ fault: 'no-shared-cipher', certainty: 'likely' });
    const sure = await expectProved([target, ...as('good'), ...log], 'no-shared-cipher');
    const proof = sure.diagnosis.proof.find((line) => line.startsWith("the server's log"));
    expect(proof).toContain('no shared cipher');
    // From 7.2 on the server writes our address; before, the moment must do.
    expect(proof).toContain(/^(?:6|7\.0)/.test(server.version) ? 'matched by time' : 'matched by address');
    await odd.stop();
    const bare = await startTls(server, 'server', '');
    const bareLog = ['--server-log', join(bare.dir, 'server-log.txt')];
    const bareUrl = `rediss://127.0.0.1:${bare.tlsPort}`;
    const twin = await examine(bareUrl, ...as('bare-twin'));
    expect(twin.diagnosis).toMatchObject({ fault: 'client-certificate-unknown-ca', certainty: 'likely' });
    await expectProved(
      [bareUrl, ...as('bare-twin'), ...bareLog],
      'client-certificate-unknown-ca',
      'ca-of-same-name',
    );
    await bare.stop();
  });

  it('names what is wrong with the certificate of the server', async () => {
    const wrong = [
      ['server-client-use', 'server-unsuitable', 'wrong-usage', 'ca'],
      ['server-no-names', 'name-mismatch', 'no-names', 'ca'],
      ['server-below', 'server-untrusted', 'intermediate-missing', 'ca'],
      ['server-old', 'server-expired', 'expired', 'ca'],
      ['server-early', 'server-not-yet-valid', 'not-yet-valid', 'ca'],
    ] as const;
    for (const [name, fault, reason, ca] of wrong) {
      const odd = await startTls(server, name);
      const known =
        reason === 'intermediate-missing'
          ? ['--cert', file('below-chain.crt'), '--key', file('below.key')]
          : [];
      const mine = known.length > 0 ? ['--cacert', file(`${ca}.crt`), ...known] : as('good', ca);
      await expectProved([`rediss://127.0.0.1:${odd.tlsPort}`, ...mine], fault, reason);
      await odd.stop();
    }
  });
});

describe('our own files', () => {
  it('with a key under a passphrase are told before anything is sent', async () => {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    const pair = ['--cert', file('good.crt'), '--key', file('good-locked.key')];
    const answer = await examine(`rediss://127.0.0.1:${port}`, '--cacert', file('ca.crt'), ...pair);
    listener.close();
    expect(answer).toMatchObject({ exit: 1, diagnosis: { code: 'E617', fault: 'file-encrypted-key' } });
  });
});

function startTls(server: Server, name: string, extra = ''): Promise<RunningServer> {
  return startServer({
    server,
    conf: [
      'tls-port 1',
      `tls-cert-file ${file(`${name}.crt`)}`,
      `tls-key-file ${file(`${name}.key`)}`,
      `tls-ca-cert-file ${file('server-trust.crt')}`,
      'logfile server-log.txt',
      extra,
      '',
    ].join('\n'),
    keep: ['logfile'],
  });
}

async function writeMaterial(): Promise<void> {
  const write = (name: string, { certPem, keyPem }: Made): void => {
    writeFileSync(file(`${name}.crt`), certPem);
    writeFileSync(file(`${name}.key`), keyPem, { mode: 0o600 });
  };
  const ca = await make({ name: 'Fleet CA', ca: true });
  const twin = await make({ name: 'Fleet CA', ca: true });
  const stranger = await make({ name: 'Stranger CA', ca: true });
  const bare = await make({ name: 'Bare CA', ca: true, keyIdentifiers: 'absent' });
  const bareTwin = await make({ name: 'Bare CA', ca: true, keyIdentifiers: 'absent' });
  const oldCa = await make({ name: 'Old CA', ca: true, from: daysFromNow(-9), until: daysFromNow(-2) });
  const issuer = await make({ name: 'Issuing CA', ca: true, issuer: ca });
  const client = (wish: Partial<Wish> = {}): Promise<Made> =>
    make({ name: 'app', issuer: ca, usage: ['client'], ...wish });
  const node = (wish: Partial<Wish> = {}): Promise<Made> =>
    make({ name: 'server', issuer: ca, usage: ['server'], addresses: ['127.0.0.1'], ...wish });
  write('ca', ca);
  write('twin-ca', twin);
  write('stranger', stranger);
  writeFileSync(file('both.crt'), ca.certPem + bare.certPem + issuer.certPem);
  writeFileSync(file('server-trust.crt'), ca.certPem + bare.certPem + oldCa.certPem);
  const good = await client();
  write('good', good);
  writeFileSync(file('good-locked.key'), encryptKey(good, 'not told'), { mode: 0o600 });
  write('foreign', await client({ issuer: stranger }));
  write('expired', await client({ until: daysFromNow(-1) }));
  write('early', await client({ from: daysFromNow(2) }));
  write('twin', await client({ issuer: twin }));
  write('bare-twin', await client({ issuer: bareTwin, keyIdentifiers: 'absent' }));
  write('below-old-ca', await client({ issuer: oldCa }));
  write('server-use', await client({ usage: ['server'] }));
  write('sha1', await client({ hash: 'SHA-1' }));
  write('rsa1024', await client({ rsaBits: 1024 }));
  const below = await client({ issuer });
  write('below', below);
  write('below-chain', { ...below, certPem: below.certPem + issuer.certPem });
  write('below-disordered', { ...below, certPem: below.certPem + ca.certPem + issuer.certPem });
  write('server', await node());
  write('server-client-use', await node({ usage: ['client'] }));
  write('server-no-names', await make({ name: 'localhost', issuer: ca, usage: ['server'] }));
  write('server-below', await node({ issuer }));
  write('server-old', await node({ until: daysFromNow(-1) }));
  write('server-early', await node({ from: daysFromNow(2) }));
}
