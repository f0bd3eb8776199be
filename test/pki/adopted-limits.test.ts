// Authorities from elsewhere that may not issue everything, and what is refused at the door because of it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  adoptAuthority,
  createFoundation,
  examineAdoption,
  openAuthority,
  readInventory,
} from '../../src/pki/index.ts';
import { createRequest, findIssuingLimits, readCertificates } from '../../src/tls/index.ts';
import { hasOpenssl, openssl, selfSign } from '../tls/openssl.ts';

let state: string;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'wardis-limits-'));
});
afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const ROOT = ['-days', '90', '-subj', '/CN=Their CA', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];

function limitsOf(pem: string): readonly string[] {
  return readCertificates(pem).certificates.flatMap(findIssuingLimits);
}

describe.skipIf(!hasOpenssl)('an authority from elsewhere (skipped without openssl 3)', () => {
  it('is refused where its key is too short for anybody to accept it', async () => {
    const adopted = adoptAuthority(state, selfSign('-newkey', 'rsa:1024', ...ROOT));
    await expect(adopted).rejects.toMatchObject({
      code: 'request',
      message: expect.stringContaining('CN=Their CA has a key of 1024 bits') as unknown,
    });
    expect(readInventory(state).certificates).toEqual([]);
  });

  it('issues for the names that its constraints permit, and for no others', async () => {
    const constraint = 'nameConstraints=critical,permitted;DNS:example.com,permitted;IP:10.0.0.0/255.0.0.0';
    const theirs = selfSign(...EC, ...ROOT, '-addext', constraint);
    expect(limitsOf(theirs.certPem)).toEqual([
      'CN=Their CA has name constraints: of their kinds only "example.com", 10.0.0.0/255.0.0.0',
    ]);
    await adoptAuthority(state, theirs);
    const authority = await openAuthority(state);
    const request = { commonName: 'cache-1', usage: 'node', dnsNames: ['cache-1.example.com'] } as const;
    await authority.issue({ ...request, ipAddresses: ['10.1.2.3'] });
    for (const [change, name] of [
      [{ dnsNames: ['cache-1.example.org'] }, '"cache-1.example.org" is outside'],
      [{ ipAddresses: ['11.1.2.3'] }, '11.1.2.3 is outside'],
    ] as const) {
      await expect(authority.issue({ ...request, ...change })).rejects.toMatchObject({
        code: 'request',
        message: expect.stringContaining(name) as unknown,
      });
    }
    expect(readInventory(state).certificates).toHaveLength(2);
  });

  it('issues for the usages that its own extended key usage leaves', async () => {
    const theirs = selfSign(...EC, ...ROOT, '-addext', 'extendedKeyUsage=serverAuth');
    expect(limitsOf(theirs.certPem)).toEqual([
      "no certificate below CN=Their CA is accepted as a client's: its extended key usage lacks clientAuth",
    ]);
    await adoptAuthority(state, theirs);
    const authority = await openAuthority(state);
    await authority.issue({ commonName: 'cache-1', usage: 'server', dnsNames: ['cache-1'] });
    for (const usage of ['client', 'node'] as const) {
      const issued = authority.issue({ commonName: 'app', usage, dnsNames: ['cache-1'] });
      await expect(issued).rejects.toThrow("nobody would accept it as a client's");
    }
    expect(readInventory(state).certificates).toHaveLength(2);
  });

  it('names what its name constraints exclude', () => {
    const excluded = 'nameConstraints=critical,excluded;DNS:internal,excluded;dirName:d';
    const config = `[req]\ndistinguished_name=n\nx509_extensions=x\nprompt=no\n[n]\nCN=Their CA\n[x]\nbasicConstraints=CA:true\n${excluded}\n[d]\nO=Shop\n`;
    const args = ['req', '-x509', '-nodes', ...EC, '-keyout', 'k', '-out', 'c', '-days', '9', '-config', 'f'];
    const { files, output } = openssl(args, { f: config }, ['c']);
    expect(limitsOf(String(files.c)), output).toEqual([
      'CN=Their CA has name constraints: not "internal", the subject O="shop"',
    ]);
  });

  it('has its weakness told once, and so has a leaf', () => {
    const short = ['-newkey', 'rsa:1024', '-days', '9', '-subj', '/CN=short'];
    for (const role of ['CA:true', 'CA:false']) {
      const { certPem } = selfSign(...short, '-addext', `basicConstraints=critical,${role}`);
      const { adoptions } = examineAdoption({ pem: certPem, path: '/x' }, [certPem], new Date());
      const codes = adoptions.flatMap(({ problems }) => problems.map(({ code }) => code));
      expect(
        codes.filter((code) => code === 'weak-key'),
        role,
      ).toHaveLength(1);
    }
  });

  it('is never found again in a request of its own key', async () => {
    await createFoundation(state, { name: 'Test CA', intermediate: {} });
    const authority = await openAuthority(state);
    for (const name of ['ca.key', 'issuer.key']) {
      const key = readFileSync(join(state, 'tls', name), 'utf8');
      const made = openssl(['req', '-new', '-key', 'k', '-subj', '/CN=app', '-out', 'r'], { k: key }, ['r']);
      const signed = authority.sign(String(made.files.r), { commonName: 'app', usage: 'client' });
      await expect(signed).rejects.toThrow('the key of the authority itself');
    }
    expect(readInventory(state).certificates).toHaveLength(2);
    const { requestPem } = await createRequest({ commonName: 'app' });
    await authority.sign(requestPem, { commonName: 'app', usage: 'client' });
    expect(readInventory(state).certificates).toHaveLength(3);
  });
});

describe('a SPIFFE ID', () => {
  it.each([
    [['spiffe://Shop/orders'], 'lower case'],
    [['SPIFFE://shop/orders'], 'begins with spiffe://'],
    [['spiffe://shop:8443/orders'], 'without user or port'],
    [['spiffe://me@shop/orders'], 'without user or port'],
    [['spiffe://shop/orders?x=1'], 'neither query nor fragment'],
    [['spiffe://shop/orders#x'], 'neither query nor fragment'],
    [['spiffe://shop/orders/'], 'does not end in a slash'],
    [['spiffe://shop//orders'], 'no segment'],
    [['spiffe://shop/./orders'], 'no segment'],
    [['spiffe://shop/../orders'], 'no segment'],
    [['spiffe://shop/a%2Fb'], 'its path is'],
    [[`spiffe://shop/${'a'.repeat(2048)}`], 'longer than 2048'],
    [['spiffe://shop/orders', 'spiffe://shop/cart'], 'no other URI'],
    [['https://shop/orders', 'spiffe://shop/orders'], 'no other URI'],
  ])('%j is refused with its reason', async (uris, reason) => {
    await createFoundation(state, { name: 'Test CA' });
    const authority = await openAuthority(state);
    const issued = authority.issue({ commonName: 'app', usage: 'client', uris });
    await expect(issued).rejects.toMatchObject({
      code: 'request',
      message: expect.stringContaining(reason) as unknown,
    });
  });

  it.each([
    [['spiffe://shop.example-1_a/ns/prod/sa/Orders.v1']],
    [['spiffe://shop/orders', 'spiffe://shop/orders']],
    [['https://a/x', 'https://b/y']],
  ])('%j is taken', async (uris) => {
    await createFoundation(state, { name: 'Test CA' });
    const authority = await openAuthority(state);
    const { fact } = await authority.issue({ commonName: 'app', usage: 'client', uris });
    expect(fact.uris).toEqual([...new Set(uris)]);
  });
});
