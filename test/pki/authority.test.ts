import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/conf/index.ts';
import {
  createFoundation,
  openAuthority,
  PkiError,
  readInventory,
  renewRevocationList,
  revokeCertificates,
} from '../../src/pki/index.ts';
import { checkPair, createAuthority, readRevocationList, verifyChain } from '../../src/tls/index.ts';

let state: string;
const tls = (name: string): string => join(state, 'tls', name);

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'wardis-pki-'));
});
afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

describe('an authority on disk', () => {
  it('hands out certificates that verify, with keys that are nowhere else', async () => {
    const founded = await createFoundation(state, { name: 'Test CA', intermediate: {} });
    for (const path of founded.files) expect(statSync(path).mode & 0o777).toBe(0o600);
    const authority = await openAuthority(state);
    const leaf = await authority.issue({
      commonName: 'db-1',
      usage: 'node',
      dnsNames: ['db-1'],
      node: '10.0.0.5:6379',
    });
    expect(checkPair(leaf.certPem, leaf.key.reveal())).toBe('match');
    expect(verifyChain([leaf.certPem], [leaf.caPem], new Date()).problems).toEqual([]);
    expect(leaf.cut).toBe(false);
    expect(readInventory(state).certificates).toMatchObject([
      { usage: 'authority', commonName: 'Test CA' },
      { usage: 'intermediate', issuerFingerprintSha256: founded.root.fingerprintSha256 },
      { usage: 'node', issuerFingerprintSha256: founded.issuer?.fingerprintSha256, node: '10.0.0.5:6379' },
    ]);
    const seen = [
      inspect(leaf, { depth: 9 }),
      inspect(authority, { depth: 9 }),
      JSON.stringify([leaf, authority]),
      ...readdirSync(join(state, 'tls'))
        .filter((name) => !name.endsWith('.key'))
        .map((name) => readFileSync(tls(name), 'utf8')),
    ].join('\n');
    expect(seen).not.toContain('PRIVATE KEY');
    expect(seen).not.toContain(leaf.key.reveal().split('\n')[1]);
  });

  it('keeps the places of files absolute, so that another working directory finds them', async () => {
    await createFoundation(state, { name: 'Test CA' });
    const authority = await openAuthority(state);
    const files = { certificate: 'certs/app.crt', key: './certs/app.key' };
    await authority.issue({ commonName: 'app', usage: 'client', files });
    const reading = readInventory(state);
    expect(reading.state).toBe('read');
    expect(reading.certificates.at(-1)?.files).toEqual({
      certificate: resolve('certs/app.crt'),
      key: resolve('certs/app.key'),
    });
  });

  it('gives a thousand certificates a thousand serial numbers', async () => {
    await createFoundation(state, { name: 'Test CA' });
    const authority = await openAuthority(state);
    const requests = Array.from({ length: 1000 }, (_, number) => ({
      commonName: `client-${number}`,
      usage: 'client' as const,
    }));
    await authority.issueAll(requests);
    const known = readInventory(state).certificates;
    expect(known).toHaveLength(1001);
    expect(new Set(known.map(({ serial }) => serial)).size).toBe(1001);
  }, 60_000);

  it.each([
    [{ days: 0 }, 'a leaf lives 1 to 398'],
    [{ days: 399 }, 'a leaf lives 1 to 398'],
    [{ days: 1.5 }, 'a leaf lives 1 to 398'],
    [{ usage: 'node' as const }, 'needs a DNS name or an address'],
    [{ commonName: 'a\u0000b' }, 'printable'],
    [{ dnsNames: ['a b'] }, 'not a host name'],
    [{ ipAddresses: ['fe80::1%eth0'] }, 'not an IP address'],
    [{ uris: ['spiffe://ö'] }, 'not a URI'],
  ])('does not issue %j', async (change, message) => {
    await createFoundation(state, { name: 'Test CA' });
    const authority = await openAuthority(state);
    await expect(authority.issue({ commonName: 'app', usage: 'client', ...change })).rejects.toMatchObject({
      name: 'PkiError',
      code: 'request',
      message: expect.stringContaining(message),
    });
    expect(readInventory(state).certificates).toHaveLength(1);
  });

  it('says why it cannot be opened, and never shows a secret', async () => {
    const passphrase = new Secret('correct horse battery');
    await expect(openAuthority(state)).rejects.toMatchObject({ code: 'no-authority' });
    await createFoundation(state, { name: 'Test CA', passphrase });
    const key = readFileSync(tls('ca.key'), 'utf8');
    const faults: (readonly [string, () => void])[] = [
      ['passphrase', () => undefined],
      ['permissions', () => chmodSync(tls('ca.key'), 0o644)],
      ['unreadable', () => writeFileSync(tls('ca.key'), key.slice(0, 80), { mode: 0o600 })],
      ['key-offline', () => rmSync(tls('ca.key'))],
      ['unreadable', () => writeFileSync(tls('ca.crt'), 'x')],
    ];
    for (const [code, break_] of faults) {
      break_();
      const error: unknown = await openAuthority(state).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(PkiError);
      expect(error).toMatchObject({ code });
      expect(inspect(error)).not.toContain(key.split('\n')[1]);
      chmodSync(tls('.'), 0o700);
      if (code === 'permissions') chmodSync(tls('ca.key'), 0o600);
    }
  });

  it('does not sign with the key of another authority, nor when it has ended', async () => {
    await createFoundation(state, { name: 'Test CA', days: 10 });
    const late = { now: () => new Date(Date.now() + 20 * 86_400_000) };
    await expect(openAuthority(state, late)).rejects.toMatchObject({ code: 'expired' });
    const early = { now: () => new Date(Date.now() - 86_400_000) };
    await expect(openAuthority(state, early)).rejects.toMatchObject({ code: 'expired' });
    writeFileSync(tls('ca.key'), (await createAuthority({ name: 'Other', days: 9 })).keyPem);
    await expect(openAuthority(state)).rejects.toMatchObject({ code: 'mismatch' });
  });

  it('lists what it revoked and has not ended, under numbers that rise', async () => {
    await createFoundation(state, { name: 'Test CA' });
    const authority = await openAuthority(state);
    const [long, short] = await authority.issueAll([
      { commonName: 'long', usage: 'client', days: 90 },
      { commonName: 'short', usage: 'client', days: 2 },
      { commonName: 'kept', usage: 'client', days: 90 },
    ]);
    const prints = [long, short].map((leaf) => String(leaf?.fact.fingerprintSha256));
    await revokeCertificates(state, prints, 'key-compromise');
    await expect(revokeCertificates(state, ['f'.repeat(64)], 'unspecified')).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await renewRevocationList(state)).toMatchObject({ number: 1, count: 2 });
    const later = await renewRevocationList(state, { now: () => new Date(Date.now() + 3 * 86_400_000) });
    expect(later).toMatchObject({ number: 2, count: 1 });
    expect(await readRevocationList(later.pem)).toMatchObject({ serials: [long?.fact.serial] });
  });

  it('never numbers a list lower than one before, whatever was lost', async () => {
    await createFoundation(state, { name: 'Test CA' });
    const at = new Date();
    const now = (): Date => at;
    const seconds = Math.floor(at.getTime() / 1000);
    const numberOf = async (): Promise<number> => (await renewRevocationList(state, { now })).number;
    expect([await numberOf(), await numberOf()]).toEqual([1, 2]);
    rmSync(tls('crl.pem'));
    expect(await numberOf()).toBe(3);
    writeFileSync(tls('crl.pem'), 'torn');
    expect(await numberOf()).toBe(4);
    rmSync(tls('inventory.json'));
    expect(await numberOf()).toBe(5);
    rmSync(tls('crl.pem'));
    expect([await numberOf(), await numberOf()]).toEqual([seconds, seconds + 1]);
  });
});
