import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readInventory } from '../../src/pki/index.ts';
import { checkPair, createRequest, readCertificates, verifyChain } from '../../src/tls/index.ts';
import type { CertificateFact } from '../../src/tls/index.ts';
import { hasOpenssl, openssl } from '../tls/openssl.ts';
import { run } from './run.ts';

let folder: string;
const state = (): string => join(folder, 'state');
const out = (name = ''): string => join(folder, 'certs', name);
const read = (name: string): string => readFileSync(out(name), 'utf8');
const wardis = (...argv: readonly string[]): ReturnType<typeof run> =>
  run(['tls', ...argv, '--state', state()]);
const issue = (...argv: readonly string[]): ReturnType<typeof run> =>
  wardis('issue', ...argv, '--out', out());
const inventory = (): ReturnType<typeof readInventory> => readInventory(state());

function leafOf(pem: string): CertificateFact {
  const [leaf] = readCertificates(pem).certificates;
  if (leaf === undefined) throw new Error('no certificate');
  return leaf;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-tls-issue-'));
  const made = await wardis('ca', 'init', '--intermediate');
  expect(made, made.err).toMatchObject({ exit: 0 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('wardis tls issue', () => {
  it('writes chain, key and root, records them, and never shows the key', async () => {
    const answer = await issue('node', 'cache-1.example.com', '--ip', '10.0.0.5', '--ip', '[2001:db8::5]');
    expect(answer, answer.err).toMatchObject({ exit: 0, err: '' });
    expect(readdirSync(out()).toSorted()).toEqual([
      'ca.crt',
      'cache-1.example.com.crt',
      'cache-1.example.com.key',
    ]);
    expect(statSync(out('cache-1.example.com.key')).mode & 0o777).toBe(0o600);
    expect(statSync(out('cache-1.example.com.crt')).mode & 0o777).toBe(0o644);
    const chain = readCertificates(read('cache-1.example.com.crt')).certificates;
    expect(chain.map(({ subject }) => subject)).toEqual(['CN=cache-1.example.com', 'CN=Wardis CA issuer']);
    expect(chain[0]).toMatchObject({
      dnsNames: ['cache-1.example.com'],
      ipAddresses: ['10.0.0.5', '2001:db8::5'],
      extendedKeyUsages: [{ name: 'serverAuth' }, { name: 'clientAuth' }],
    });
    expect(checkPair(read('cache-1.example.com.crt'), read('cache-1.example.com.key'))).toBe('match');
    expect(verifyChain([read('cache-1.example.com.crt')], [read('ca.crt')], new Date()).problems).toEqual([]);
    expect(inventory().certificates.at(-1)).toMatchObject({
      usage: 'node',
      commonName: 'cache-1.example.com',
      origin: { kind: 'issued' },
      files: { certificate: out('cache-1.example.com.crt'), key: out('cache-1.example.com.key') },
    });
    const secret = read('cache-1.example.com.key').split('\n')[1] ?? '';
    expect(secret.length).toBeGreaterThan(40);
    const json = await issue('client', 'app', '--json');
    const told =
      answer.out + answer.err + json.out + readFileSync(join(state(), 'tls/inventory.json'), 'utf8');
    for (const canary of [secret, read('app.key').split('\n')[1] ?? '', 'PRIVATE'])
      expect(told).not.toContain(canary);
    expect(JSON.parse(json.out)).toMatchObject({ schemaVersion: '1', usage: 'client', cut: false });
  });

  it.each([
    ['server', 'db', ['DNS:db'], 'serverAuth'],
    ['server', '10.0.0.9', ['IP Address:10.0.0.9'], 'serverAuth'],
    ['server', '[::1]', ['IP Address:0:0:0:0:0:0:0:1'], 'serverAuth'],
    ['server', '*.shop.example', ['DNS:*.shop.example'], 'serverAuth'],
    ['client', 'orders-api', [], 'clientAuth'],
    ['client', 'spiffe://shop/orders', ['URI:spiffe://shop/orders'], 'clientAuth'],
  ] as const)('puts what %s %s is into the certificate', async (usage, name, names, usages) => {
    const answer = await issue(usage, name);
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    const file = readdirSync(out()).find((each) => each.endsWith('.crt') && each !== 'ca.crt');
    const leaf = leafOf(read(String(file)));
    expect([
      ...leaf.dnsNames.map((each) => `DNS:${each}`),
      ...leaf.ipAddresses.map((each) => `IP Address:${each === '::1' ? '0:0:0:0:0:0:0:1' : each}`),
      ...leaf.uris.map((each) => `URI:${each}`),
    ]).toEqual(names);
    expect(leaf.extendedKeyUsages.map((each) => each.name)).toEqual([usages]);
  });

  it.each(['a, b + c', 'O=x,CN=root', 'ünï çødé', '日本', 'quote"d', '../../etc/passwd', 'ca', '-rf', '#7'])(
    'keeps the whole of the name %j, and stays in its folder',
    async (name) => {
      const answer = await run(['tls', 'issue', '--state', state(), '--out', out(), 'client', '--', name]);
      expect(answer, answer.err).toMatchObject({ exit: 0 });
      const entry = inventory().certificates.at(-1);
      expect(entry?.commonName).toBe(name);
      expect(leafOf(readFileSync(String(entry?.files?.certificate), 'utf8')).subjectCommonName).toBe(name);
      expect(readdirSync(out())).toHaveLength(3);
      expect(readdirSync(folder).toSorted()).toEqual(['certs', 'state']);
    },
  );

  it.each([
    ['a name with NUL', ['client', 'admin\u0000.evil']],
    ['a name with a line break', ['client', 'a\nb']],
    ['a name of 65 characters', ['client', 'x'.repeat(65)]],
    ['no name', ['client', '']],
    ['a node without an address', ['node', 'my node']],
    ['an address that is none', ['node', 'db-1', '--ip', '10.0.0.256']],
    ['a host name with a blank', ['node', 'db-1', '--dns', 'a b']],
    ['an address as host name', ['node', 'db-1', '--dns', '10.0.0.1']],
    ['a URI that is none', ['client', 'app', '--uri', 'orders']],
    ['a URI with a blank', ['client', 'app', '--uri', 'spiffe://shop/a b']],
    ['another usage', ['peer', 'db-1']],
    ['a life of 399 days', ['client', 'app', '--days', '399']],
    ['half a day', ['client', 'app', '--days', '0.5']],
    ['a key that is too weak', ['client', 'app', '--key-type', 'rsa-1024']],
  ])('refuses %s and leaves nothing behind', async (_what, argv) => {
    const before = inventory().certificates.length;
    const answer = await issue(...argv);
    expect(answer.exit).toBe(2);
    expect(answer.err).toMatch(/^E_(USAGE|CERTIFICATE) /);
    expect(answer.err).not.toContain('\u0000');
    expect(existsSync(out())).toBe(false);
    expect(inventory().certificates).toHaveLength(before);
  });

  it('takes host names that are longer than a common name may be', async () => {
    const name = 'valkey-0.valkey-cluster-headless.production-eu-west-1.svc.cluster.local';
    expect(await issue('node', name)).toMatchObject({ exit: 0 });
    expect(leafOf(read(`${name}.crt`))).toMatchObject({ subject: 'CN=valkey-0', dnsNames: [name] });
  });

  it('lives 90 days unless asked otherwise, never longer than its issuer, and says when it was cut', async () => {
    await issue('client', 'app');
    const { notBefore, notAfter } = leafOf(read('app.crt'));
    expect(Math.round((Date.parse(notAfter) - Date.parse(notBefore)) / 86_400_000)).toBe(90);
    const late = new Date(Date.now() + (1825 - 10) * 86_400_000);
    const cut = await run(['tls', 'issue', 'client', 'late', '--out', out(), '--state', state()], {
      now: late,
    });
    expect(cut, cut.err).toMatchObject({ exit: 0 });
    expect(cut.out).toContain('earlier than the 90 days asked for');
    const { notAfter: end } = leafOf(read('late.crt'));
    const issuerEnd = readCertificates(read('late.crt')).certificates[1]?.notAfter;
    expect(end).toBe(issuerEnd);
  });

  it('never overwrites a key, and never replaces somebody else’s ca.crt', async () => {
    await issue('client', 'app');
    const before = read('app.key');
    const again = await issue('client', 'app');
    expect(again.err).toContain('E_EXISTS');
    expect(read('app.key')).toBe(before);
    const elsewhere = join(folder, 'elsewhere');
    await run(['tls', 'ca', 'init', '--state', elsewhere]);
    writeFileSync(out('ca.crt'), readFileSync(join(elsewhere, 'tls/ca.crt')));
    const known = inventory().certificates.length;
    const foreign = await issue('client', 'other');
    expect(foreign.err).toContain('it holds other roots than ours');
    expect(existsSync(out('other.key'))).toBe(false);
    expect(inventory().certificates).toHaveLength(known);
  });

  it('leaves no certificate in the inventory whose key could not be written', async () => {
    const known = inventory().certificates.length;
    writeFileSync(join(folder, 'not-a-folder'), '');
    const answer = await wardis('issue', 'client', 'app', '--out', join(folder, 'not-a-folder'));
    expect(answer.exit).toBe(2);
    expect(answer.err).toContain('E_WRITE');
    expect(inventory().certificates).toHaveLength(known);
  });

  it('puts certificate and key into one file, for who renames it into place', async () => {
    const answer = await issue('server', 'db', '--combined');
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    expect(readdirSync(out()).toSorted()).toEqual(['ca.crt', 'db.pem']);
    expect(statSync(out('db.pem')).mode & 0o777).toBe(0o600);
    expect(checkPair(read('db.pem'), read('db.pem'))).toBe('match');
    expect(answer.out).not.toContain('PRIVATE');
  });

  it('prints certificate and key only where that is asked for', async () => {
    const answer = await wardis('issue', 'client', 'app', '--out', '-');
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    expect(checkPair(answer.out, answer.out)).toBe('match');
    expect(answer.err).not.toContain('PRIVATE');
    expect((await wardis('issue', 'client', 'app', '--out', '-', '--json')).err).toContain('E_USAGE');
  });

  it('says what a server makes of a client’s name', async () => {
    const { out: named } = await issue('client', 'orders-api', '--uri', 'spiffe://shop/orders');
    expect(named).toContain('by CN the user orders-api; by URI the user spiffe://shop/orders');
    expect(named).toContain('becomes default');
    expect((await issue('client', 'orders api')).out).toContain('by CN nobody');
  });

  it('tells of another certificate of the same name', async () => {
    await issue('client', 'app');
    const second = await wardis('issue', 'client', 'app', '--out', join(folder, 'second'));
    expect(second.out).toContain('another certificate of this name is still valid');
  });
});

describe('wardis tls issue --csr', () => {
  const request = (): string => join(folder, 'request.csr');

  it('signs the key of a request under the names that are given here', async () => {
    const made = await createRequest({
      commonName: 'db-9',
      dnsNames: ['db-9'],
      ipAddresses: ['2001:db8::9'],
    });
    writeFileSync(request(), made.requestPem);
    const more = await issue('server', 'db-9', '--csr', request());
    expect(more.err).toContain('add: --ip 2001:db8::9');
    expect(existsSync(out())).toBe(false);
    const answer = await issue('server', 'db-9', '--csr', request(), '--ip', '2001:0db8::0009');
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    expect(readdirSync(out()).toSorted()).toEqual(['ca.crt', 'db-9.crt']);
    expect(checkPair(read('db-9.crt'), made.keyPem)).toBe('match');
  });

  it('refuses a request that was changed, one with a weak key, and what is none', async () => {
    const made = await createRequest({ commonName: 'db-9' });
    const der = Buffer.from(made.requestPem.split('\n').slice(1, -2).join(''), 'base64');
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    writeFileSync(
      request(),
      `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`,
    );
    expect((await issue('server', 'db-9', '--csr', request())).err).toContain('signature of the request');
    writeFileSync(request(), 'hello');
    expect((await issue('server', 'db-9', '--csr', request())).err).toContain('no CERTIFICATE REQUEST block');
    if (hasOpenssl) {
      const weak = openssl(
        [
          'req',
          '-new',
          '-nodes',
          '-newkey',
          'rsa:1024',
          '-keyout',
          'k.pem',
          '-out',
          'c.pem',
          '-subj',
          '/CN=db-9',
        ],
        {},
        ['c.pem'],
      );
      writeFileSync(request(), String(weak.files['c.pem']));
      expect((await issue('server', 'db-9', '--csr', request())).err).toContain('1024 bits');
    }
    expect(existsSync(out())).toBe(false);
  });

  it('makes a request for another authority, which openssl verifies', async () => {
    const answer = await issue('node', 'db-9', '--ip', '10.0.0.9', '--request');
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    expect(readdirSync(out()).toSorted()).toEqual(['db-9.csr', 'db-9.key']);
    expect(statSync(out('db-9.key')).mode & 0o777).toBe(0o600);
    if (!hasOpenssl) return;
    const shown = openssl(['req', '-in', 'r.csr', '-verify', '-noout', '-text'], {
      'r.csr': read('db-9.csr'),
    });
    expect(shown.status, shown.output).toBe(0);
    expect(shown.output).toContain('DNS:db-9, IP Address:10.0.0.9');
  });
});

describe('wardis tls issue --kubernetes', () => {
  it('prints a Secret of type kubernetes.io/tls to a pipe, and not to a terminal', async () => {
    const argv = ['issue', 'node', 'cache-1.shop', '--kubernetes', 'secret', '--namespace', 'shop'];
    const answer = await wardis(...argv);
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    const secret = parse(answer.out) as { data: Record<string, string> };
    expect(secret).toMatchObject({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name: 'cache-1.shop-tls', namespace: 'shop' },
    });
    const decoded = (name: string): string => Buffer.from(secret.data[name] ?? '', 'base64').toString();
    expect(checkPair(decoded('tls.crt'), decoded('tls.key'))).toBe('match');
    expect(verifyChain([decoded('tls.crt')], [decoded('ca.crt')], new Date()).problems).toEqual([]);
    const known = inventory().certificates.length;
    const terminal = await run(['tls', ...argv, '--state', state()], { look: { tty: true } });
    expect(terminal.exit).toBe(2);
    expect(terminal.out).toBe('');
    expect(inventory().certificates).toHaveLength(known);
    const file = join(folder, 'secret.yaml');
    const written = await wardis(...argv, '--out', file);
    expect(written.out).not.toContain('tls.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('prints a Certificate for cert-manager with the same names, life and usages', async () => {
    const known = inventory().certificates.length;
    const answer = await wardis(
      'issue',
      'node',
      'cache-1',
      '--kubernetes',
      'certificate',
      '--ip',
      '10.0.0.5',
      '--days',
      '30',
      '--uri',
      'spiffe://shop/cache-1',
      '--key-type',
      'rsa-3072',
      '--issuer',
      'ClusterIssuer/shop-ca',
    );
    expect(answer, answer.err).toMatchObject({ exit: 0, err: '' });
    expect(parse(answer.out)).toEqual({
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: 'cache-1-tls' },
      spec: {
        secretName: 'cache-1-tls',
        commonName: 'cache-1',
        dnsNames: ['cache-1'],
        ipAddresses: ['10.0.0.5'],
        uris: ['spiffe://shop/cache-1'],
        duration: '720h0m0s',
        renewBefore: '240h0m0s',
        privateKey: { algorithm: 'RSA', size: 3072, rotationPolicy: 'Always' },
        usages: ['digital signature', 'key encipherment', 'server auth', 'client auth'],
        issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'shop-ca' },
      },
    });
    expect(inventory().certificates).toHaveLength(known);
  });

  it.each([
    ['--secret-name', 'Not_A_Name'],
    ['--namespace', '-x'],
    ['--issuer', 'Thing/x'],
  ])('refuses %s %s', async (option, value) => {
    const answer = await wardis('issue', 'node', 'db', '--kubernetes', 'certificate', option, value);
    expect(answer.err).toContain('E_USAGE');
  });
});

describe('an authority that cannot be used', () => {
  it('is told of before anything is written', async () => {
    chmodSync(join(state(), 'tls/issuer.key'), 0o644);
    const answer = await issue('client', 'app');
    expect(answer.err).toContain('permissions 0644');
    expect(existsSync(out())).toBe(false);
  });
});
