/** What the authority makes, as the real openssl sees it: every key type, and every one signing every other. */
import { describe, expect, it } from 'vitest';
import {
  checkPair,
  createAuthority,
  createIntermediate,
  createRequest,
  createRevocationList,
  issueCertificate,
  readCertificates,
  readRequest,
  readRevocationList,
  signRequest,
  type Authority,
  type IssuedKeyType,
} from '../../src/tls/index.ts';
import { hasOpenssl, openssl } from './openssl.ts';

const KEY_TYPES: readonly IssuedKeyType[] = ['ec-p256', 'ec-p384', 'rsa-3072', 'ed25519'];
const DAY_MS = 86_400_000;

async function makeChain(keyType: IssuedKeyType): Promise<{ root: Authority; issuer: Authority }> {
  const root = await createAuthority({ name: 'Root', days: 300, pathLength: 1, keyType });
  return { root, issuer: await createIntermediate(root, { name: 'Issuer', days: 200, keyType }) };
}

describe.skipIf(!hasOpenssl)('openssl', () => {
  it.each(KEY_TYPES)('accepts chains, requests and revocation lists of %s authorities', async (keyType) => {
    const { root, issuer } = await makeChain(keyType);
    const at = new Date();
    const files: Record<string, string> = { 'root.pem': root.certPem, 'issuer.pem': issuer.certPem };
    const serials: string[] = [];
    for (const leafType of KEY_TYPES) {
      const names = { commonName: 'db-1', dnsNames: ['db-1'] };
      const leaf = await issueCertificate(issuer, { ...names, usage: 'node', days: 30, keyType: leafType });
      files[`${leafType}.pem`] = leaf.certPem;
      serials.push(readCertificates(leaf.certPem).certificates[0]?.serial ?? '');
      expect(checkPair(leaf.certPem, leaf.keyPem)).toBe('match');
    }
    const nextUpdate = new Date(at.getTime() + DAY_MS);
    const revoked = serials.map((serial, index) => ({
      serial,
      at,
      reason: index % 2 === 0 ? ('key-compromise' as const) : ('unspecified' as const),
    }));
    files['list.crl'] = await createRevocationList(issuer, { number: 300, at, nextUpdate, revoked: [] });
    files['revoking.crl'] = await createRevocationList(issuer, { number: 301, at, nextUpdate, revoked });
    const leaves = KEY_TYPES.map((type) => `${type}.pem`);
    const verify = (purpose: string, list: string): string =>
      openssl(
        [
          'verify',
          '-x509_strict',
          '-purpose',
          purpose,
          '-CAfile',
          'root.pem',
          '-untrusted',
          'issuer.pem',
          '-crl_check',
          '-CRLfile',
          list,
          ...leaves,
        ],
        files,
      ).output;
    const fine = leaves.map((leaf) => `${leaf}: OK\n`).join('');
    expect(verify('sslserver', 'list.crl')).toBe(fine);
    expect(verify('sslclient', 'list.crl')).toBe(fine);
    expect(verify('sslserver', 'revoking.crl').match(/certificate revoked/g)).toHaveLength(leaves.length);
    const shown = openssl(['crl', '-in', 'revoking.crl', '-noout', '-text'], files).output;
    expect(shown).toMatch(/CRL Number:\s+301\b/);
    for (const serial of serials) expect(shown).toContain(serial);
    expect(await readRevocationList(files['revoking.crl'])).toMatchObject({ number: 301, serials });
  });

  it.each(KEY_TYPES)('verifies our %s requests, and we sign requests that it made', async (keyType) => {
    const { root, issuer } = await makeChain('ec-p256');
    const ours = await createRequest({
      commonName: 'db-1, "first" + ünï',
      dnsNames: ['db-1'],
      ipAddresses: ['2001:db8::1'],
      uris: ['spiffe://shop/db-1'],
      keyType,
    });
    const shown = openssl(['req', '-in', 'ours.csr', '-verify', '-noout', '-text', '-nameopt', 'utf8'], {
      'ours.csr': ours.requestPem,
    });
    expect(shown.status, shown.output).toBe(0);
    expect(shown.output).toContain('DNS:db-1, IP Address:2001:DB8:0:0:0:0:0:1, URI:spiffe://shop/db-1');
    expect(await readRequest(ours.requestPem)).toMatchObject({
      commonName: 'db-1, "first" + ünï',
      dnsNames: ['db-1'],
      ipAddresses: ['2001:db8::1'],
      uris: ['spiffe://shop/db-1'],
      signature: 'verified',
    });
    const options: Readonly<Record<string, readonly string[]>> = {
      'ec-p256': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      'ec-p384': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
      'rsa-3072': ['-newkey', 'rsa:3072'],
      ed25519: ['-newkey', 'ed25519'],
    };
    const theirs = openssl(
      [
        'req',
        '-new',
        '-nodes',
        '-keyout',
        'key.pem',
        '-out',
        'csr.pem',
        '-subj',
        '/CN=db-2',
        '-addext',
        'subjectAltName=DNS:db-2',
        ...(options[keyType] ?? []),
      ],
      {},
      ['csr.pem', 'key.pem'],
    );
    const requestPem = String(theirs.files['csr.pem']);
    const signed = await signRequest(issuer, {
      requestPem,
      commonName: 'db-2',
      dnsNames: ['db-2'],
      usage: 'server',
      days: 10,
    });
    const files = { 'root.pem': root.certPem, 'issuer.pem': issuer.certPem, 'leaf.pem': signed.certPem };
    const args = ['-x509_strict', '-CAfile', 'root.pem', '-untrusted', 'issuer.pem', 'leaf.pem'];
    expect(openssl(['verify', '-purpose', 'sslserver', ...args], files).output).toBe('leaf.pem: OK\n');
    expect(openssl(['verify', '-purpose', 'sslclient', ...args], files).status).not.toBe(0);
  });

  it('refuses what we refuse: a third authority below an intermediate of path length 0', async () => {
    const { root, issuer } = await makeChain('ec-p256');
    await expect(createIntermediate(issuer, { name: 'Third', days: 10 })).rejects.toMatchObject({
      code: 'bad-authority',
    });
    // Made by force, it is refused by who verifies.
    const { files } = openssl(
      [
        'req',
        '-x509',
        '-nodes',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-days',
        '10',
        '-subj',
        '/CN=Third',
        '-CA',
        'issuer.pem',
        '-CAkey',
        'issuer.key',
        '-keyout',
        'third.key',
        '-out',
        'third.pem',
        '-addext',
        'keyUsage=keyCertSign',
      ],
      { 'issuer.pem': issuer.certPem, 'issuer.key': issuer.keyPem },
      ['third.pem', 'third.key'],
    );
    const third = { certPem: String(files['third.pem']), keyPem: String(files['third.key']) };
    const leaf = await issueCertificate(third, { commonName: 'db-1', usage: 'client', days: 5 });
    const verdict = openssl(['verify', '-CAfile', 'root.pem', '-untrusted', 'between.pem', 'leaf.pem'], {
      'root.pem': root.certPem,
      'between.pem': issuer.certPem + third.certPem,
      'leaf.pem': leaf.certPem,
    });
    expect(verdict.output).toContain('path length constraint exceeded');
  });

  it('reads dates beyond 2049 and serial numbers whose first bit is set', async () => {
    const authority = await createAuthority({
      name: 'Old',
      days: 9000,
      at: new Date('2040-01-01T00:00:00Z'),
    });
    const printed = openssl(['x509', '-in', 'ca.pem', '-noout', '-enddate'], { 'ca.pem': authority.certPem });
    expect(printed.output).toContain('2064');
    const list = await createRevocationList(authority, {
      number: 2 ** 40 + 200,
      at: new Date('2051-01-01T00:00:00Z'),
      nextUpdate: new Date('2051-02-01T00:00:00Z'),
      revoked: [
        { serial: 'F0000001', at: new Date('2050-06-01T00:00:00Z'), reason: 'unspecified' },
        { serial: '0A', at: new Date('2048-06-01T00:00:00Z'), reason: 'superseded' },
      ],
    });
    const shown = openssl(['crl', '-in', 'list.pem', '-noout', '-text'], { 'list.pem': list });
    expect(shown.status, shown.output).toBe(0);
    expect(shown.output).toContain('Serial Number: F0000001');
    expect(shown.output).not.toContain('Unspecified');
    expect(shown.output).toContain('Jun  1 00:00:00 2050');
    expect(await readRevocationList(list)).toMatchObject({ number: 2 ** 40 + 200 });
  });
});
