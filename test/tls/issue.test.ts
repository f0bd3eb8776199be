import { describe, expect, it } from 'vitest';

import {
  checkPair,
  createAuthority,
  issueCertificate,
  readCertificates,
  readPrivateKeyFact,
  verifyChain,
} from '../../src/tls/index.ts';
import type { CertificateFact, IssuedKeyType } from '../../src/tls/index.ts';
import { hasOpenssl, openssl } from './openssl.ts';

const KEY_TYPES: readonly IssuedKeyType[] = ['ec-p256', 'ec-p384', 'rsa-2048', 'ed25519'];

function only(pem: string): CertificateFact {
  const { certificates, problems } = readCertificates(pem);
  expect(problems).toEqual([]);
  expect(certificates).toHaveLength(1);
  return certificates[0] as CertificateFact;
}

describe('an authority', () => {
  it('is a root that may sign leaves and nothing else', async () => {
    const authority = await createAuthority({ name: 'Demo CA, first', days: 30 });
    const fact = only(authority.certPem);
    expect(fact).toMatchObject({
      subject: 'CN=Demo CA\\, first',
      subjectCommonName: 'Demo CA, first',
      isCa: true,
      pathLength: 0,
      selfSigned: true,
      keyUsages: ['keyCertSign', 'cRLSign'],
      keyType: 'ec',
      curve: 'prime256v1',
      keyBits: 256,
    });
    expect(checkPair(authority.certPem, authority.keyPem)).toBe('match');
  });

  it.skipIf(!hasOpenssl).each(KEY_TYPES)(
    'issues %s certificates that openssl verifies strictly',
    async (keyType) => {
      const authority = await createAuthority({ name: 'CA', days: 30, keyType });
      const issued = await issueCertificate(authority, {
        commonName: 'node-1',
        dnsNames: ['redis.test', '*.redis.test'],
        ipAddresses: ['127.0.0.1', '::1'],
        uris: ['spiffe://test/node-1'],
        usage: 'node',
        days: 10,
        keyType,
      });
      const files = { 'ca.pem': issued.caPem, 'cert.pem': issued.certPem };
      for (const purpose of ['sslserver', 'sslclient']) {
        const args = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.pem', 'cert.pem'];
        expect(openssl(args, files).output).toContain('cert.pem: OK');
      }
      const printed = openssl(['x509', '-in', 'cert.pem', '-noout', '-text'], files).output;
      expect(printed).toContain(
        'DNS:redis.test, DNS:*.redis.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
      );
      expect(verifyChain([issued.certPem], [issued.caPem], new Date())).toMatchObject({
        ok: true,
        problems: [],
      });
      expect(checkPair(issued.certPem, issued.keyPem)).toBe('match');
      expect(checkPair(issued.certPem, authority.keyPem)).toBe('mismatch');
      expect(readPrivateKeyFact(issued.keyPem)).toMatchObject({ kind: 'readable', encrypted: false });
    },
  );

  it('limits a certificate to the use that was asked for', async () => {
    const authority = await createAuthority({ name: 'CA', days: 30 });
    for (const [usage, names] of [
      ['server', ['serverAuth']],
      ['client', ['clientAuth']],
      ['node', ['serverAuth', 'clientAuth']],
    ] as const) {
      const { certPem } = await issueCertificate(authority, { commonName: 'x', usage, days: 1 });
      expect(only(certPem).extendedKeyUsages.map(({ name }) => name)).toEqual(names);
    }
  });

  it('never lets a certificate outlive it', async () => {
    const authority = await createAuthority({ name: 'CA', days: 10 });
    const { certPem } = await issueCertificate(authority, { commonName: 'x', usage: 'server', days: 400 });
    expect(only(certPem).notAfter).toBe(only(authority.certPem).notAfter);
  });

  it('dates from the moment given, to the second', async () => {
    const at = new Date('2026-03-01T12:00:00Z');
    const authority = await createAuthority({ name: 'CA', days: 2, at });
    expect(only(authority.certPem)).toMatchObject({
      notBefore: '2026-03-01T12:00:00.000Z',
      notAfter: '2026-03-03T12:00:00.000Z',
    });
  });

  it('gives each certificate another serial', async () => {
    const authority = await createAuthority({ name: 'CA', days: 10 });
    const request = { commonName: 'x', usage: 'server', days: 1 } as const;
    const serials = await Promise.all(
      Array.from(
        { length: 8 },
        async () => only((await issueCertificate(authority, request)).certPem).serial,
      ),
    );
    expect(new Set(serials).size).toBe(8);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  it('refuses what it cannot make, saying why', async () => {
    const authority = await createAuthority({ name: 'CA', days: 10 });
    const other = await createAuthority({ name: 'CA', days: 10 });
    const base = { commonName: 'x', usage: 'server', days: 1 } as const;
    const bad = [
      [authority, { commonName: 'a\0b' }, 'bad-name'],
      [authority, { commonName: '' }, 'bad-name'],
      [authority, { ipAddresses: ['10.0.0'] }, 'bad-name'],
      [authority, { dnsNames: ['a b'] }, 'bad-name'],
      [authority, { dnsNames: ['10.0.0.1'] }, 'bad-name'],
      [authority, { uris: ['no uri'] }, 'bad-name'],
      [authority, { days: 0 }, 'bad-time'],
      [authority, { days: Number.NaN }, 'bad-time'],
      [{ ...authority, keyPem: other.keyPem }, {}, 'bad-authority'],
      [{ ...authority, keyPem: 'nothing' }, {}, 'bad-authority'],
    ] as const;
    for (const [issuer, change, code] of bad) {
      const attempt = issueCertificate(issuer, { ...base, ...change });
      await expect(attempt).rejects.toMatchObject({ name: 'IssueError', code });
    }
  });
});
