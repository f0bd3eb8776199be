/** The commands on certificates that there are: adopt, revoke, list. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropTrust, readInventory, readTrust, recordCertificates } from '../../src/pki/index.ts';
import { createAuthority, issueCertificate, readCertificates } from '../../src/tls/index.ts';
import { sampleEntry } from '../pki/entry-sample.ts';
import { hasOpenssl, openssl, selfSign } from '../tls/openssl.ts';
import { run, type RunOptions } from './run.ts';

const DAY_MS = 86_400_000;
let folder: string;
const path = (name: string): string => join(folder, name);
const state = (): string => path('state');
const wardis = (argv: readonly string[], options: RunOptions = {}): ReturnType<typeof run> =>
  run(['tls', ...argv, '--state', state()], options);
const inventory = (): ReturnType<typeof readInventory> => readInventory(state());
const later = (days: number): RunOptions => ({ now: new Date(Date.now() + days * DAY_MS) });

function write(name: string, content: string): string {
  writeFileSync(path(name), content, { mode: 0o600 });
  return path(name);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-tls-inventory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function makeTheirs(): Promise<{ ca: string; cert: string; key: string }> {
  const authority = await createAuthority({ name: 'Their CA', days: 100 });
  const names = { commonName: 'db-1', dnsNames: ['db-1'] };
  const leaf = await issueCertificate(authority, { ...names, usage: 'server', days: 50 });
  return {
    ca: write('ca.crt', authority.certPem),
    cert: write('db-1.crt', leaf.certPem),
    key: write('db-1.key', leaf.keyPem),
  };
}

describe('wardis tls adopt', () => {
  it('takes in what another authority made, and says what trust is missing', async () => {
    const { ca, cert, key } = await makeTheirs();
    const first = await wardis(['adopt', cert, '--key', key]);
    expect(first, first.err).toMatchObject({ exit: 0 });
    expect(first.out).toContain('adopted  CN=db-1  server, ECDSA P-256');
    expect(first.out).toContain('problem  the CA CN=Their CA that signed CN=db-1 is neither in the chain');
    expect(first.out).toContain('next   name the root of its issuer: wardis tls adopt ROOT');
    expect(inventory().certificates).toMatchObject([
      {
        commonName: 'db-1',
        usage: 'server',
        origin: { kind: 'adopted', by: 'CN=Their CA' },
        files: { certificate: cert, key },
      },
    ]);
    expect(await wardis(['adopt', ca])).toMatchObject({
      out: expect.stringContaining('trusted  CN=Their CA  root'),
    });
    expect(readTrust(state()).roots).toMatchObject([{ role: 'adopted', fact: { subject: 'CN=Their CA' } }]);
    const again = await wardis(['adopt', cert, '--key', key]);
    expect(again.out).toContain('known');
    expect(again.out).not.toContain('problem');
    expect(inventory().certificates).toHaveLength(2);
    expect(readFileSync(join(state(), 'tls/inventory.json'), 'utf8')).not.toContain('PRIVATE');
  });

  it('records nothing of several files when one of them cannot be used', async () => {
    const { cert, key } = await makeTheirs();
    const other = await createAuthority({ name: 'Other', days: 5 });
    const mismatch = await wardis(['adopt', cert, '--key', write('other.key', other.keyPem)]);
    expect(mismatch.err).toContain('the key does not belong to the certificate; nothing was recorded');
    const swapped = await wardis(['adopt', key]);
    expect(swapped.err).toContain('there is no CERTIFICATE block');
    expect((await wardis(['adopt', cert, write('torn', '-----BEGIN CERTIFICATE-----\nMIIB')])).exit).toBe(2);
    expect((await wardis(['adopt', cert, cert, '--key', key])).err).toContain('E_USAGE');
    expect(inventory().state).toBe('none');
    for (const answer of [mismatch, swapped]) expect(answer.out + answer.err).not.toContain('PRIVATE KEY-');
  });

  it.skipIf(!hasOpenssl)(
    'tells what is wrong with certificates as people make them, and keeps them all the same',
    async () => {
      const made = selfSign('-newkey', 'rsa:1024', '-days', '3650', '-subj', '/CN=redis', '-sha1');
      const answer = await wardis(['adopt', write('redis.crt', made.certPem), '--json']);
      expect(answer, answer.err).toMatchObject({ exit: 0 });
      const { certificates } = JSON.parse(answer.out) as {
        certificates: readonly { readonly problems: readonly { readonly code: string }[] }[];
      };
      // openssl req -x509 makes a CA of everything.
      expect(certificates[0]?.problems.map(({ code }) => code)).toEqual(['weak-key']);
      const leaf = selfSign(
        '-newkey',
        'rsa:2048',
        '-days',
        '3650',
        '-subj',
        '/CN=redis',
        '-addext',
        'basicConstraints=critical,CA:FALSE',
      );
      const told = await wardis(['adopt', write('leaf.crt', leaf.certPem)]);
      expect(told.out).toContain('signed by itself');
      expect(told.out).toContain('no host name or address');
      expect(told.out).toContain('valid for 3650 days');
      expect(inventory().certificates).toHaveLength(2);
    },
  );

  it('keeps its own certificates its own', async () => {
    await wardis(['ca', 'init']);
    await wardis(['issue', 'client', 'app', '--out', folder]);
    const answer = await wardis(['adopt', path('app.crt')]);
    expect(answer.out).toContain('known');
    expect(inventory().certificates.at(-1)).toMatchObject({ commonName: 'app', origin: { kind: 'issued' } });
  });
});

describe('wardis tls revoke', () => {
  beforeEach(async () => {
    await wardis(['ca', 'init', '--intermediate']);
    await wardis(['issue', 'client', 'orders-api', '--out', folder]);
  });

  it('marks, signs a list that openssl heeds, and says that no server reads it', async () => {
    const answer = await wardis(['revoke', 'orders-api', '--reason', 'key-compromise']);
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    expect(answer.out).toContain('No version of Redis or Valkey reads a revocation list');
    expect(answer.out).toContain('wardis user revoke orders-api');
    expect(inventory().certificates.at(-1)?.revoked).toMatchObject({ reason: 'key-compromise' });
    if (!hasOpenssl) return;
    const tls = (name: string): string => readFileSync(join(state(), 'tls', name), 'utf8');
    const files = {
      'ca.crt': tls('ca.crt'),
      'crl.pem': tls('crl.pem'),
      'app.crt': readFileSync(path('orders-api.crt'), 'utf8'),
    };
    const verify = openssl(
      [
        'verify',
        '-CAfile',
        'ca.crt',
        '-untrusted',
        'app.crt',
        '-crl_check',
        '-CRLfile',
        'crl.pem',
        'app.crt',
      ],
      files,
    );
    expect(verify.output).toContain('certificate revoked');
  });

  it('finds it by serial number, fingerprint or file, and keeps the first mark', async () => {
    const entry = inventory().certificates.at(-1);
    const first = await wardis(['revoke', `0${String(entry?.serial.toLowerCase())}`]);
    expect(first, first.err).toMatchObject({ exit: 0 });
    const at = inventory().certificates.at(-1)?.revoked;
    for (const name of [
      String(entry?.fingerprintSha256.toUpperCase().match(/../g)?.join(':')),
      path('orders-api.crt'),
    ])
      expect(await wardis(['revoke', name, '--reason', 'superseded'], later(1))).toMatchObject({ exit: 0 });
    expect(inventory().certificates.at(-1)?.revoked).toEqual(at);
  });

  it('asks which one where several have the name', async () => {
    await wardis(['issue', 'client', 'orders-api', '--out', path('second')]);
    const answer = await wardis(['revoke', 'orders-api']);
    expect(answer.exit).toBe(2);
    expect(answer.err).toContain('2 certificates answer to "orders-api"; nothing was revoked');
    expect(answer.err).toMatch(/client CN=orders-api by CN=.+, until \d{4}-\d\d-\d\dT\d\d:\d\dZ: in force/);
    expect(inventory().certificates.every(({ revoked }) => revoked === undefined)).toBe(true);
    expect(await wardis(['revoke', 'orders-api', '--all'])).toMatchObject({ exit: 0 });
    expect(inventory().certificates.filter(({ revoked }) => revoked !== undefined)).toHaveLength(2);
  });

  it('marks without the key that signs, and says that the list is missing', async () => {
    rmSync(join(state(), 'tls/issuer.key'));
    const answer = await wardis(['revoke', 'orders-api']);
    expect(answer.exit).toBe(3);
    expect(answer.out).toContain('NOT signed: the key that signs is not here');
    expect(inventory().certificates.at(-1)?.revoked).toBeDefined();
  });

  it('says by trust whether servers accept it, and tells two of one name by issuer and state', async () => {
    const { ca, cert } = await makeTheirs();
    await wardis(['adopt', ca]);
    await wardis(['adopt', cert]);
    const root = readTrust(state()).roots.find(({ role }) => role === 'adopted');
    await dropTrust(state(), root?.fact.fingerprintSha256 ?? '');
    await wardis(['issue', 'node', 'db-1', '--dns', 'db-1', '--out', path('ours')]);
    const both = await wardis(['revoke', 'db-1']);
    expect(both.err).toMatch(/server CN=db-1 by CN=Their CA, until .*: its authority trusted no more/);
    expect(both.err).toMatch(/node CN=db-1 by .*: in force/);
    const gone = await wardis(['revoke', cert]);
    expect(gone.out).toContain('refuses it already');
    expect(gone.out).not.toContain('servers accept');
    expect((await wardis(['revoke', 'db-1'])).out).toContain('servers accept the certificate until it ends');
  });
  it('says of another authority’s certificate that only that one can list it', async () => {
    const { cert } = await makeTheirs();
    await wardis(['adopt', cert]);
    const answer = await wardis(['revoke', 'db-1']);
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    expect(answer.out).toContain('another authority issued it');
    expect(answer.out).toContain('wardis tls rotate leaf');
  });

  it.each([['nobody'], ['Wardis CA'], ['']])('knows nothing of %j', async (name) => {
    const answer = await wardis(['revoke', name]);
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_CERTIFICATE');
  });
});

describe('wardis tls list', () => {
  it('shows what there is, what is due, and what has ended or was replaced when asked', async () => {
    expect((await wardis(['list'])).out).toContain('no certificate was issued or adopted yet');
    await wardis(['ca', 'init']);
    await wardis(['issue', 'node', 'db-2', '--out', folder]);
    await wardis(['issue', 'node', 'db-10', '--days', '10', '--out', folder]);
    const [, db2, db10] = inventory().certificates;
    const table = await wardis(['list'], later(7));
    expect(table, table.err).toMatchObject({ exit: 0 });
    const rows = table.out.split('\n');
    expect(rows[0]).toMatch(/^name +usage +state +until +due/);
    expect(rows[2]).toMatch(/^db-2 +node +valid +\S+ in 83 days/);
    expect(rows[3]).toMatch(/^db-10 +node +due +\S+ in 3 days/);
    expect(table.out).toContain('next   wardis tls renew --check');
    await recordCertificates(state(), [
      { ...(db2 ?? sampleEntry()), supersededBy: String(db10?.fingerprintSha256), node: '10.0.0.5:6379' },
    ]);
    expect((await wardis(['list'], later(7))).out).toContain('1 more that ended or was replaced: --all');
    const all = await wardis(['list', '--all', '-o', 'csv'], later(11));
    expect(all.out.split('\r\n').map((line) => line.split(',').slice(0, 3))).toEqual([
      ['name', 'usage', 'state'],
      ['Wardis CA', 'authority', 'valid'],
      ['db-2', 'node', 'superseded'],
      ['db-10', 'node', 'expired'],
      [''],
    ]);
    const json = JSON.parse((await wardis(['list', '--all', '--json'])).out) as {
      certificates: readonly Record<string, unknown>[];
    };
    expect(json).toMatchObject({ schemaVersion: '1', hidden: 0 });
    expect(json.certificates[1]).toMatchObject({
      commonName: 'db-2',
      state: 'superseded',
      node: '10.0.0.5:6379',
    });
  });

  it('fits a narrow terminal and lets no name act on it', async () => {
    await wardis(['ca', 'init']);
    await wardis(['issue', 'node', 'a-very-long-host-name.in-a-very-long.example.com', '--out', folder]);
    await recordCertificates(state(), [sampleEntry({ commonName: '\u001b[31mred\u202e', subject: 'CN=x' })]);
    const { out } = await wardis(['list'], { look: { tty: true, columns: 80 }, now: new Date('2026-12-01') });
    for (const line of out.split('\n').slice(0, 4)) expect(line.length).toBeLessThanOrEqual(80);
    expect(out).not.toMatch(/\u001b|\u202e/);
    expect(out).toContain('Wardis CA');
    const wide = await wardis(['list']);
    expect(wide.out).toContain('a-very-long-host-name.in-a-very-long.example.com');
  });

  it('says that the inventory cannot be read, rather than that it is empty', async () => {
    await wardis(['ca', 'init']);
    const file = join(state(), 'tls/inventory.json');
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.slice(0, whole.length / 2));
    const answer = await wardis(['list']);
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('cut short');
    const issued = await wardis(['issue', 'client', 'app', '--out', folder]);
    expect(issued.err).toContain('the inventory is not written over');
    expect(readCertificates(readFileSync(join(state(), 'tls/ca.crt'), 'utf8')).problems).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe(whole.slice(0, whole.length / 2));
  });
});
