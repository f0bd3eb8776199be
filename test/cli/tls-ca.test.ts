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
import { hasOpenssl, openssl } from '../tls/openssl.ts';
import { run } from './run.ts';

let folder: string;
const state = (): string => join(folder, 'state');
const tls = (name: string): string => join(state(), 'tls', name);
const read = (name: string): string => readFileSync(tls(name), 'utf8');
const wardis = (...argv: readonly string[]): ReturnType<typeof run> =>
  run(['tls', ...argv, '--state', state()]);
const PASSPHRASE = 'correct horse battery staple';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-tls-ca-'));
  writeFileSync(join(folder, 'passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('wardis tls ca init', () => {
  it('makes a root with its key, for the owner alone, and tells the next step', async () => {
    const answer = await wardis('ca', 'init', '--name', 'Shop, "one" + ünï CA');
    expect(answer, answer.err).toMatchObject({ exit: 0, err: '' });
    expect(answer.out).toContain('ECDSA P-256');
    expect(answer.out).toContain('next   wardis tls issue');
    expect(readdirSync(join(state(), 'tls')).toSorted()).toEqual(['ca.crt', 'ca.key', 'inventory.json']);
    expect(statSync(join(state(), 'tls')).mode & 0o777).toBe(0o700);
    expect(statSync(tls('ca.key')).mode & 0o777).toBe(0o600);
    expect(answer.out).not.toContain('PRIVATE');
    const shown = JSON.parse((await wardis('ca', 'show', '--json')).out) as Record<string, unknown>;
    expect(shown).toMatchObject({
      schemaVersion: '1',
      root: { subject: 'CN=Shop\\, \\"one\\" \\+ ünï CA', pathLength: 0, privateKey: { state: 'plain' } },
      issuer: null,
      next: null,
    });
  });

  it('never overwrites an authority, nor a key that lies there without its certificate', async () => {
    expect(await wardis('ca', 'init')).toMatchObject({ exit: 0 });
    const before = read('ca.key');
    const again = await wardis('ca', 'init');
    expect(again).toMatchObject({ exit: 2, out: '' });
    expect(again.err).toContain('E_EXISTS');
    expect(read('ca.key')).toBe(before);
    rmSync(tls('ca.crt'));
    const leftover = await wardis('ca', 'init');
    expect(leftover.err).toContain('it lies here without ca.crt');
    expect(read('ca.key')).toBe(before);
  });

  it('issues with an intermediate while the root’s key is away', async () => {
    const made = await wardis('ca', 'init', '--intermediate', '--days', '100');
    expect(made.out).toContain('mv ');
    rmSync(tls('ca.key'));
    const out = join(folder, 'certs');
    const issued = await wardis('issue', 'node', 'db-1', '--out', out);
    expect(issued, issued.err).toMatchObject({ exit: 0 });
    const show = await wardis('ca', 'show');
    expect(show.out).toMatch(/root .*\n.*\n +key not here/);
    expect(JSON.parse((await wardis('ca', 'show', '--json')).out)).toMatchObject({
      root: { pathLength: 1, privateKey: { state: 'away' } },
      issuer: { pathLength: 0, issuer: 'CN=Wardis CA', privateKey: { state: 'plain' } },
    });
    const list = await wardis('ca', 'crl');
    expect(list, list.err).toMatchObject({ exit: 0 });
  });

  it('says what to do when the only key that signs is away', async () => {
    await wardis('ca', 'init');
    rmSync(tls('ca.key'));
    const issued = await wardis('issue', 'node', 'db-1', '--out', join(folder, 'certs'));
    expect(issued.exit).toBe(2);
    expect(issued.err).toContain('E_AUTHORITY');
    expect(issued.err).toContain('the key that signs is not here');
    expect(existsSync(join(folder, 'certs'))).toBe(false);
  });

  it.skipIf(!hasOpenssl)(
    'protects keys so that openssl reads them with the passphrase, and only so',
    async () => {
      const made = await wardis(
        'ca',
        'init',
        '--intermediate',
        '--passphrase-file',
        join(folder, 'passphrase'),
      );
      expect(made, made.err).toMatchObject({ exit: 0 });
      for (const name of ['ca.key', 'issuer.key']) {
        expect(read(name)).toContain('BEGIN ENCRYPTED PRIVATE KEY');
        const files = { 'a.key': read(name) };
        expect(
          openssl(['pkey', '-in', 'a.key', '-noout', '-passin', `pass:${PASSPHRASE}`], files).status,
        ).toBe(0);
        expect(openssl(['pkey', '-in', 'a.key', '-noout', '-passin', 'pass:wrong'], files).status).not.toBe(
          0,
        );
      }
      const out = join(folder, 'certs');
      const without = await wardis('issue', 'client', 'app', '--out', out);
      expect(without.err).toContain('--passphrase-file');
      writeFileSync(join(folder, 'wrong'), 'not the passphrase\n');
      const wrong = await wardis(
        'issue',
        'client',
        'app',
        '--out',
        out,
        '--passphrase-file',
        join(folder, 'wrong'),
      );
      expect(wrong.err).toContain('the passphrase does not open the key');
      const right = await wardis(
        'issue',
        'client',
        'app',
        '--out',
        out,
        '--passphrase-file',
        join(folder, 'passphrase'),
      );
      expect(right, right.err).toMatchObject({ exit: 0 });
      for (const answer of [made, without, wrong, right]) {
        expect(answer.out + answer.err).not.toContain(PASSPHRASE);
      }
    },
  );

  it.each([
    ['--days', '0'],
    ['--days', '1e3'],
    ['--days', '99999'],
    ['--key-type', 'rsa-1024'],
    ['--intermediate-days', '5'],
    ['--name', ''],
    ['--name', 'a\u0000b'],
    ['--name', 'x'.repeat(65)],
  ])('refuses %s %j and makes nothing', async (option, value) => {
    const answer = await wardis('ca', 'init', option, value);
    expect(answer.exit).toBe(2);
    expect(answer.err).toMatch(/^E_(USAGE|CERTIFICATE) /);
    expect(existsSync(tls('ca.key'))).toBe(false);
  });

  it('refuses a passphrase that is found by trying', async () => {
    writeFileSync(join(folder, 'short'), 'secret\n');
    const answer = await wardis('ca', 'init', '--passphrase-file', join(folder, 'short'));
    expect(answer.err).toContain('fewer than 12 characters');
    expect(existsSync(tls('ca.key'))).toBe(false);
  });

  it.each(['ec-p384', 'rsa-3072', 'ed25519'])('makes authorities of type %s', async (keyType) => {
    expect(await wardis('ca', 'init', '--key-type', keyType, '--intermediate')).toMatchObject({ exit: 0 });
    const issued = await wardis('issue', 'node', 'db-1', '--out', join(folder, 'certs'));
    expect(issued, issued.err).toMatchObject({ exit: 0 });
    if (!hasOpenssl) return;
    const files = {
      'ca.crt': read('ca.crt'),
      'db-1.crt': readFileSync(join(folder, 'certs/db-1.crt'), 'utf8'),
    };
    const verdict = openssl(
      ['verify', '-x509_strict', '-CAfile', 'ca.crt', '-untrusted', 'db-1.crt', 'db-1.crt'],
      files,
    );
    expect(verdict.output).toBe('db-1.crt: OK\n');
  });
});

describe('wardis tls ca', () => {
  it('refuses a key that others may read, as ssh does', async () => {
    await wardis('ca', 'init');
    chmodSync(tls('ca.key'), 0o640);
    const issued = await wardis('issue', 'client', 'app', '--out', join(folder, 'certs'));
    expect(issued.exit).toBe(2);
    expect(issued.err).toContain('permissions 0640 let others read this private key');
    expect(issued.err).toContain('chmod 600');
    expect((await wardis('ca', 'show')).out).toContain('key not used: permissions 0640');
    chmodSync(tls('ca.key'), 0o600);
    chmodSync(join(state(), 'tls'), 0o777);
    expect((await wardis('issue', 'client', 'app', '--out', join(folder, 'certs'))).err).toContain(
      'others than you may change what is in this folder',
    );
  });

  it('signs lists whose numbers rise, and prints one', async () => {
    await wardis('ca', 'init');
    expect((await wardis('ca', 'crl')).out).toContain('number 1, 0 revoked certificates');
    const printed = await wardis('ca', 'crl', '--out', '-');
    expect(printed.out).toBe(read('crl.pem'));
    if (hasOpenssl) {
      const shown = openssl(['crl', '-in', 'crl.pem', '-noout', '-text'], { 'crl.pem': printed.out });
      expect(shown.output).toMatch(/CRL Number:\s+2\b/);
    }
    writeFileSync(tls('crl.pem'), read('crl.pem').slice(0, 100));
    expect((await wardis('ca', 'show')).out).toContain('crl.pem cannot be read');
    // The list is lost, and the inventory knows its number.
    const after = JSON.parse((await wardis('ca', 'crl', '--json')).out) as { number: number };
    expect(after.number).toBe(3);
  });

  it.skipIf(!hasOpenssl)(
    'adopts authorities that openssl made, root or intermediate, and issues from them',
    async () => {
      const made = openssl(
        [
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-keyout',
          'ca.key',
          '-out',
          'ca.crt',
          '-days',
          '3650',
          '-passout',
          `pass:${PASSPHRASE}`,
          '-subj',
          '/O=Shop/CN=Redis CA',
        ],
        {},
        ['ca.crt', 'ca.key'],
      );
      const cert = join(folder, 'their.crt');
      const key = join(folder, 'their.key');
      writeFileSync(cert, String(made.files['ca.crt']));
      writeFileSync(key, String(made.files['ca.key']), { mode: 0o600 });
      const refused = await wardis('ca', 'adopt', '--cert', cert, '--key', key);
      expect(refused.err).toContain('--passphrase-file');
      const passphrase = ['--passphrase-file', join(folder, 'passphrase')];
      const adopted = await wardis('ca', 'adopt', '--cert', cert, '--key', key, ...passphrase);
      expect(adopted, adopted.err).toMatchObject({ exit: 0 });
      expect(read('ca.key')).toContain('ENCRYPTED');
      const out = join(folder, 'certs');
      const issued = await wardis('issue', 'server', 'redis-server', '--out', out, ...passphrase);
      expect(issued, issued.err).toMatchObject({ exit: 0 });
      const files = {
        'ca.crt': read('ca.crt'),
        'leaf.crt': readFileSync(join(out, 'redis-server.crt'), 'utf8'),
      };
      expect(openssl(['verify', '-CAfile', 'ca.crt', 'leaf.crt'], files).output).toBe('leaf.crt: OK\n');
    },
  );

  it('refuses to adopt what cannot issue: a leaf, another key, an intermediate without its root', async () => {
    const other = join(folder, 'other');
    await run(['tls', 'ca', 'init', '--state', other, '--intermediate']);
    await run(['tls', 'issue', 'client', 'app', '--state', other, '--out', join(other, 'certs')]);
    const [root, issuer, key, rootKey] = ['ca.crt', 'issuer.crt', 'issuer.key', 'ca.key'].map((name) =>
      join(other, 'tls', name),
    ) as [string, string, string, string];
    const leaf = await wardis(
      'ca',
      'adopt',
      '--cert',
      join(other, 'certs/app.crt'),
      '--key',
      join(other, 'certs/app.key'),
    );
    expect(leaf.err).toContain('may not issue');
    expect((await wardis('ca', 'adopt', '--cert', issuer, '--key', key)).err).toContain('--root FILE');
    expect((await wardis('ca', 'adopt', '--cert', root, '--key', key)).err).toContain('does not belong');
    expect((await wardis('ca', 'adopt', '--cert', issuer, '--key', key, '--root', issuer)).exit).toBe(2);
    expect(existsSync(tls('ca.crt'))).toBe(false);
    const whole = await wardis('ca', 'adopt', '--cert', issuer, '--key', key, '--root', root);
    expect(whole, whole.err).toMatchObject({ exit: 0 });
    expect(JSON.parse((await wardis('ca', 'show', '--json')).out)).toMatchObject({
      root: { privateKey: { state: 'away' } },
      issuer: { privateKey: { state: 'plain' } },
    });
    expect((await wardis('ca', 'adopt', '--cert', root, '--key', rootKey)).err).toContain('E_EXISTS');
  });
});
