import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  checkCertificate,
  checkCertificateOrder,
  checkPair,
  coversName,
  createAuthority,
  issueCertificate,
  pairMatches,
  readCertificates,
  readPrivateKeyFact,
  verifyChain,
} from '../../src/tls/index.ts';
import type {
  Authority,
  CertificateCheck,
  CertificateFact,
  CertificateRequest,
} from '../../src/tls/index.ts';
import { hasOpenssl, openssl, selfSign } from './openssl.ts';

const now = new Date('2026-06-01T00:00:00Z');
const start = new Date('2026-01-01T00:00:00Z');
const DAY_MS = 86_400_000;

let ca: Authority;

beforeAll(async () => {
  ca = await createAuthority({ name: 'CA', days: 3650, at: start });
});

async function issue(change: Partial<CertificateRequest> = {}): Promise<{ certPem: string; keyPem: string }> {
  const base = {
    commonName: 'redis',
    dnsNames: ['redis.test'],
    usage: 'server',
    days: 300,
    at: start,
  } as const;
  return issueCertificate(ca, { ...base, ...change });
}

function first(pem: string): CertificateFact {
  const [fact] = readCertificates(pem).certificates;
  if (fact === undefined) throw new Error('no certificate');
  return fact;
}

function codes(fact: CertificateFact, check: Partial<CertificateCheck> = {}): readonly string[] {
  return checkCertificate(fact, { at: now, purpose: 'server', ...check }).map(({ code }) => code);
}

describe('reading certificates', () => {
  it('gives every fact of one, as openssl prints them', async () => {
    const { certPem } = await issue({
      ipAddresses: ['10.0.0.1', '2001:db8:0:0:1::1'],
      uris: ['spiffe://test/a'],
      usage: 'node',
    });
    const fact = first(certPem);
    expect(fact).toMatchObject({
      subject: 'CN=redis',
      issuer: 'CN=CA',
      notBefore: '2026-01-01T00:00:00.000Z',
      dnsNames: ['redis.test'],
      ipAddresses: ['10.0.0.1', '2001:db8::1:0:0:1'],
      uris: ['spiffe://test/a'],
      keyType: 'ec',
      keyBits: 256,
      signatureAlgorithm: 'ecdsa-with-SHA256',
      signatureHash: 'sha256',
      isCa: false,
      selfSigned: false,
      keyUsages: ['digitalSignature'],
    });
    if (!hasOpenssl) return;
    const args = ['x509', '-in', 'c.pem', '-noout', '-serial', '-fingerprint', '-sha256'];
    const printed = openssl(args, { 'c.pem': certPem }).output.replaceAll(':', '').toLowerCase();
    expect(printed).toContain(`serial=${fact.serial.toLowerCase()}`);
    expect(printed).toContain(`fingerprint=${fact.fingerprintSha256}`);
  });

  it.skipIf(!hasOpenssl)('keeps commas, quotes and hidden bytes of names inside their value', () => {
    const { certPem } = selfSign(
      '-newkey',
      'rsa:2048',
      '-days',
      '9',
      '-subj',
      '/O=A\\/B, Inc/CN=a\\+b\u0007',
    );
    expect(first(certPem)).toMatchObject({
      subject: 'O=A/B\\, Inc, CN=a\\+b\\07',
      subjectCommonName: 'a+b\u0007',
      selfSigned: true,
    });
  });

  it('reads a file of several in order and says that only the first is served', async () => {
    const [a, b] = [await issue(), await issue({ commonName: 'second' })];
    const file = readCertificates(`# comment\n${a.certPem}${a.keyPem}${b.certPem}`);
    expect(file.certificates.map(({ subjectCommonName }) => subjectCommonName)).toEqual(['redis', 'second']);
    expect(checkCertificateOrder(file.certificates)).toMatchObject([{ code: 'unrelated-certificate' }]);
    const chain = readCertificates(`${a.certPem}${ca.certPem}`).certificates;
    expect(checkCertificateOrder(chain)).toEqual([]);
  });

  it('reports every block that cannot be read and keeps the others', async () => {
    const { certPem } = await issue();
    const broken = certPem.replace(/\n[^\n]+\n/, '\nAAAA\n');
    const file = readCertificates(`${broken}${certPem}-----BEGIN CERTIFICATE-----\nMII`);
    expect(file.certificates).toHaveLength(1);
    expect(file.problems.map(({ code }) => code)).toEqual([
      'unreadable-certificate',
      'unreadable-certificate',
    ]);
    expect(readCertificates('').problems).toMatchObject([{ code: 'no-certificate' }]);
  });

  it('never throws, whatever byte of a certificate is changed', async () => {
    const { certPem } = await issue();
    const der = Buffer.from(certPem.replace(/-----[^-]+-----/g, ''), 'base64');
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(der);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        const mark = 'CERTIFICATE-----';
        const file = readCertificates(`-----BEGIN ${mark}\n${bytes.toString('base64')}\n-----END ${mark}`);
        expect(file.certificates.length + file.problems.length).toBe(1);
      }),
      { numRuns: 500 },
    );
  });
});

describe('checking a certificate', () => {
  it('finds nothing wrong with a good one', async () => {
    const fact = first((await issue({ ipAddresses: ['10.0.0.1'] })).certPem);
    expect(codes(fact, { names: ['redis.test', 'REDIS.TEST.', '10.0.0.1'] })).toEqual([]);
    expect(codes(first(ca.certPem), { purpose: 'authority' })).toEqual([]);
  });

  it('counts the days to its end', async () => {
    const fact = first((await issue()).certPem);
    const at = (days: number): readonly object[] =>
      checkCertificate(fact, { at: new Date(Date.parse(fact.notAfter) - days * DAY_MS), purpose: 'server' });
    expect(at(31)).toEqual([]);
    expect(at(30)).toMatchObject([{ code: 'expires-soon', withinDays: 30, daysLeft: 30 }]);
    expect(at(13.5)).toMatchObject([{ code: 'expires-soon', withinDays: 14, daysLeft: 13 }]);
    expect(at(7)).toMatchObject([{ code: 'expires-soon', withinDays: 7, daysLeft: 7 }]);
    expect(at(0)).toMatchObject([{ code: 'expires-soon', withinDays: 7, daysLeft: 0 }]);
    expect(at(-0.001)).toMatchObject([{ code: 'expired', daysLeft: -1 }]);
    expect(at(301)).toMatchObject([{ code: 'not-yet-valid' }]);
  });

  it('does not call a certificate made for a week late on its first days', async () => {
    const fact = first((await issue({ days: 6 })).certPem);
    expect(codes(fact, { at: new Date(start.getTime() + 3 * DAY_MS) })).toEqual([]);
    expect(codes(fact, { at: new Date(start.getTime() + 4.5 * DAY_MS) })).toEqual(['expires-soon']);
  });

  it('sees use, role and names that do not fit', async () => {
    const server = first((await issue()).certPem);
    const client = first((await issue({ usage: 'client' })).certPem);
    const bare = first((await issue({ dnsNames: [] })).certPem);
    expect(codes(server, { purpose: 'node' })).toEqual(['missing-client-usage']);
    expect(codes(client)).toEqual(['missing-server-usage']);
    expect(codes(client, { purpose: 'client' })).toEqual([]);
    expect(codes(server, { purpose: 'authority' })).toEqual(['not-a-ca']);
    expect(codes(bare, { names: ['redis.test'] })).toEqual(['no-san']);
    expect(codes(server, { names: ['redis.test', '10.0.0.1', 'other.test'] })).toEqual(['name-mismatch']);
    expect(codes(server, { lifetimeDaysMax: 90 })).toEqual(['excessive-lifetime']);
    expect(codes(first(ca.certPem))).toEqual(['ca-as-leaf', 'self-signed', 'no-san', 'excessive-lifetime']);
  });

  it('lets a wildcard stand for one label only', async () => {
    const fact = first((await issue({ dnsNames: ['*.redis.test'] })).certPem);
    expect(['a.redis.test', 'redis.test', 'a.b.redis.test'].map((name) => coversName(fact, name))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it.skipIf(!hasOpenssl)('sees weak keys and signatures', async () => {
    const weak = selfSign('-newkey', 'rsa:1024', '-days', '9000', '-subj', '/CN=weak', '-sha1');
    expect(codes(first(weak.certPem), { at: new Date() })).toContain('weak-key');
    expect(codes(first(weak.certPem), { at: new Date() })).not.toContain('weak-signature');
    const req = openssl(
      ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'k', '-out', 'r', '-subj', '/CN=x'],
      {},
      ['r'],
    );
    const args = ['x509', '-req', '-in', 'r', '-CA', 'ca', '-CAkey', 'k', '-sha1', '-days', '9', '-out', 'c'];
    const files = { r: String(req.files.r), ca: ca.certPem, k: ca.keyPem };
    const signed = openssl([...args, '-CAcreateserial'], files, ['c']);
    const fact = first(String(signed.files.c));
    expect(fact).toMatchObject({ signatureAlgorithm: 'ecdsa-with-SHA1', signatureHash: 'sha1' });
    expect(codes(fact, { at: new Date(), purpose: 'client' })).toEqual(['weak-signature']);
  });
});

describe('private keys', () => {
  it('match their certificate and no other', async () => {
    const [a, b] = [await issue(), await issue()];
    expect(pairMatches(a.certPem, a.keyPem)).toBe(true);
    expect(checkPair(a.certPem, b.keyPem)).toBe('mismatch');
    expect(checkPair('x', a.keyPem)).toBe('unreadable-certificate');
    expect(checkPair(a.certPem, 'x')).toBe('unreadable-key');
    expect(readPrivateKeyFact(a.keyPem)).toEqual({
      kind: 'readable',
      type: 'ec',
      bits: 256,
      curve: 'prime256v1',
      encrypted: false,
    });
  });

  it.skipIf(!hasOpenssl).each([[['pkcs8', '-topk8']], [['ec', '-aes256']]])(
    'are recognised as encrypted (openssl %s), and opened with their passphrase',
    async ([command = '', ...options]) => {
      const { certPem, keyPem } = await issue();
      const args = [command, ...options, '-in', 'k', '-out', 'e', '-passout', 'pass:sesame'];
      const encrypted = String(openssl(args, { k: keyPem }, ['e']).files.e);
      expect(readPrivateKeyFact(encrypted)).toMatchObject({ kind: 'encrypted' });
      expect(readPrivateKeyFact(encrypted, 'wrong')).toMatchObject({ kind: 'encrypted' });
      expect(readPrivateKeyFact(encrypted, 'sesame')).toMatchObject({ kind: 'readable', encrypted: true });
      expect(checkPair(certPem, encrypted)).toBe('encrypted-key');
      expect(checkPair(certPem, encrypted, 'sesame')).toBe('match');
    },
  );

  it('show no byte of themselves in any answer', async () => {
    const { certPem, keyPem } = await issue();
    const lines = keyPem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
    const answers = JSON.stringify([
      readPrivateKeyFact(keyPem),
      readPrivateKeyFact(keyPem.slice(0, 80)),
      readCertificates(keyPem + certPem),
      checkPair(certPem, keyPem),
    ]);
    for (const line of lines) expect(answers).not.toContain(line);
  });
});

describe('a chain', () => {
  const verdict = (chain: readonly string[], cas: readonly string[], at = now): readonly string[] =>
    verifyChain(chain, cas, at).problems.map(({ code }) => code);

  it('leads to a root of the CA file, at a moment when all of it is valid', async () => {
    const { certPem } = await issue();
    const other = await createAuthority({ name: 'Other', days: 3650, at: start });
    const namesake = await createAuthority({ name: 'CA', days: 3650, at: start });
    expect(verdict([certPem], [ca.certPem])).toEqual([]);
    expect(verdict([certPem], [other.certPem + ca.certPem])).toEqual([]);
    expect(verdict([certPem], [other.certPem])).toEqual(['issuer-not-found']);
    expect(verdict([certPem], [namesake.certPem])).toEqual(['issuer-not-found']);
    expect(verdict([certPem, ca.certPem], [other.certPem])).toEqual(['self-signed-untrusted']);
    expect(verdict([certPem], [ca.certPem], new Date('2027-06-01'))).toEqual(['expired']);
    expect(verdict([certPem], [ca.certPem], new Date('2025-06-01'))).toEqual([
      'not-yet-valid',
      'not-yet-valid',
    ]);
    expect(verdict([''], [ca.certPem])).toEqual(['no-certificate', 'unreadable-certificate']);
  });

  it.skipIf(!hasOpenssl)('is judged as openssl judges it, intermediates included', async () => {
    const root = selfSign('-newkey', 'rsa:2048', '-days', '90', '-subj', '/CN=root');
    const sign = (name: string, issuer: { certPem: string; keyPem: string }, extension: string) => {
      const request = ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'k', '-out', 'r'];
      const made = openssl([...request, '-subj', `/CN=${name}`], {}, ['k', 'r']).files;
      const args = ['x509', '-req', '-in', 'r', '-CA', 'c', '-CAkey', 'ck', '-days', '30', '-extfile', 'x'];
      const input = { r: String(made.r), c: issuer.certPem, ck: issuer.keyPem, x: extension };
      const { files } = openssl([...args, '-CAcreateserial', '-out', 'o'], input, ['o']);
      return { certPem: String(files.o), keyPem: String(made.k) };
    };
    const ca0 = 'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=keyCertSign';
    const middle = sign('middle', root, ca0);
    const leaf = sign('leaf', middle, 'subjectAltName=DNS:x');
    const low = sign('low', middle, ca0);
    const deep = sign('deep', low, 'subjectAltName=DNS:x');
    const child = sign('child', leaf, 'subjectAltName=DNS:x');
    const cases = [
      { chain: [leaf, middle], cas: [root], expected: [] },
      { chain: [leaf], cas: [root], expected: ['issuer-not-found'] },
      { chain: [leaf], cas: [middle], expected: ['partial-chain'] },
      { chain: [leaf], cas: [middle, root], expected: [] },
      { chain: [deep, low, middle], cas: [root], expected: ['path-length-exceeded'] },
      { chain: [child, leaf, middle], cas: [root], expected: ['issuer-not-ca', 'path-length-exceeded'] },
    ];
    for (const { chain, cas, expected } of cases) {
      const pems = chain.map(({ certPem }) => certPem);
      const trusted = cas.map(({ certPem }) => certPem);
      expect(verdict(pems, trusted, new Date())).toEqual(expected);
      const files = {
        leaf: String(pems[0]),
        rest: pems.slice(1).join('\n') || root.certPem,
        cas: trusted.join('\n'),
      };
      const told = openssl(['verify', '-CAfile', 'cas', '-untrusted', 'rest', 'leaf'], files);
      expect(told.status === 0, told.output).toBe(expected.length === 0);
    }
  });
});
