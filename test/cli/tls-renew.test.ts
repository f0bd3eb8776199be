/** `wardis tls renew` on files of this machine: what is due, what is written, what is left alone, and its timer. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { lockState } from '../../src/change/index.ts';
import { createFoundation, openAuthority, readInventory, recordCertificates } from '../../src/pki/index.ts';
import { checkPair, createAuthority, issueCertificate, readCertificates } from '../../src/tls/index.ts';
import { run, type Answer } from './run.ts';

const DAY = 86_400_000;
const ANALYZE = 'systemd-analyze';
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let folder: string;
let state: string;
const at = (name: string): string => join(folder, name);
const later = (days: number): Date => new Date(Date.now() + days * DAY);
const renew = (now: Date, ...args: readonly string[]): Promise<Answer> =>
  run(['tls', 'renew', '--files-only', '--state', state, ...args], { now });
const fingerprintAt = (name: string): string =>
  readCertificates(readFileSync(at(name), 'utf8')).certificates[0]?.fingerprintSha256 ?? '';
const pairAt = (name: string): string =>
  checkPair(readFileSync(at(`${name}.crt`), 'utf8'), readFileSync(at(`${name}.key`), 'utf8'));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-renew-'));
  folders.push(folder);
  state = at('.wardis');
  mkdirSync(state, { mode: 0o700 });
  await createFoundation(state, { name: 'Renewal authority' });
});

/** A client certificate of 30 days with its files, recorded. */
async function issue(name: string, options: { readonly combined?: boolean } = {}): Promise<string> {
  const authority = await openAuthority(state);
  const certificate = at(`${name}.crt`);
  const key = options.combined === true ? certificate : at(`${name}.key`);
  const leaf = await authority.issue({
    commonName: name,
    usage: 'client',
    days: 30,
    uris: [`spiffe://shop/${name}`],
    files: { certificate, key },
  });
  writeFileSync(certificate, leaf.certPem + (options.combined === true ? leaf.key.reveal() : ''), {
    mode: 0o640,
  });
  if (key !== certificate) writeFileSync(key, leaf.key.reveal(), { mode: 0o600 });
  return leaf.fact.fingerprintSha256;
}

describe('wardis tls renew', () => {
  it('says nothing and does nothing while nothing is due', async () => {
    const before = await issue('app');
    for (const args of [[], ['--check']]) {
      expect(await renew(new Date(), ...args)).toEqual({ exit: 0, out: '', err: '' });
    }
    expect(fingerprintAt('app.crt')).toBe(before);
  });

  it('with --check names what is due, ends with 1, and changes nothing', async () => {
    const before = await issue('app');
    const answer = await renew(later(21), '--check');
    expect(answer).toMatchObject({ exit: 1, err: '' });
    expect(answer.out).toContain(`app (${at('app.crt')})`);
    expect(fingerprintAt('app.crt')).toBe(before);
    expect(readInventory(state).certificates.filter(({ usage }) => usage === 'client')).toHaveLength(1);
    const data = JSON.parse((await renew(later(21), '--check', '--json')).out) as { due: unknown[] };
    expect(data.due).toMatchObject([{ name: 'app', stage: 'due', way: { kind: 'files' } }]);
  });

  it('writes the next pair over the old one, with its mode, names and key type, and does nothing the second time', async () => {
    const before = await issue('app');
    chmodSync(at('app.key'), 0o400);
    const answer = await renew(later(21));
    expect(answer).toMatchObject({ exit: 0, err: '' });
    expect(answer.out).toContain('renewed');
    const [leaf] = readCertificates(readFileSync(at('app.crt'), 'utf8')).certificates;
    expect(leaf?.fingerprintSha256).not.toBe(before);
    expect(leaf).toMatchObject({ subjectCommonName: 'app', uris: ['spiffe://shop/app'], keyType: 'ec' });
    expect(pairAt('app')).toBe('match');
    expect([statSync(at('app.crt')).mode & 0o777, statSync(at('app.key')).mode & 0o777]).toEqual([
      0o640, 0o400,
    ]);
    expect(readdirSync(folder).sort()).toEqual(['.wardis', 'app.crt', 'app.key']);
    const old = readInventory(state).certificates.find(
      ({ fingerprintSha256 }) => fingerprintSha256 === before,
    );
    expect(old?.supersededBy).toBe(leaf?.fingerprintSha256);
    const next = readInventory(state).certificates.find(
      ({ supersededBy, usage }) => usage === 'client' && supersededBy === undefined,
    );
    expect(next?.files).toEqual({ certificate: at('app.crt'), key: at('app.key') });
    // By the clock of the certificates themselves: the new one is 30 days old in 30 days.
    expect(await renew(new Date())).toEqual({ exit: 0, out: '', err: '' });
  });

  it('follows links, and keeps certificate and key in one file where they were', async () => {
    await issue('app', { combined: true });
    mkdirSync(at('real'));
    renameSync(at('app.crt'), at('real/app.pem'));
    symlinkSync('real/app.pem', at('app.crt'));
    expect((await renew(later(21))).exit).toBe(0);
    const text = readFileSync(at('real/app.pem'), 'utf8');
    expect(checkPair(text, text)).toBe('match');
    expect(text.match(/-----BEGIN/g)).toHaveLength(2);
    expect(readFileSync(at('app.crt'), 'utf8')).toBe(text);
  });

  it('leaves alone what somebody else has put there', async () => {
    await issue('app');
    const other = await createAuthority({ name: 'other', days: 30 });
    const theirs = await issueCertificate(other, { commonName: 'app', usage: 'client', days: 30 });
    writeFileSync(at('app.crt'), theirs.certPem);
    writeFileSync(at('app.key'), theirs.keyPem);
    const answer = await renew(later(21));
    expect(answer.exit).toBe(3);
    expect(answer.out).toContain('another certificate');
    expect(readFileSync(at('app.crt'), 'utf8')).toBe(theirs.certPem);
  });

  it('leaves both files as they are where one cannot be written, and records nothing', async () => {
    const before = await issue('app');
    // The name of what is written beside it would be longer than names may be, also for root.
    const long = `${'x'.repeat(240)}.crt`;
    renameSync(at('app.crt'), at(long));
    symlinkSync(long, at('app.crt'));
    const answer = await renew(later(21));
    expect(answer.exit, answer.out).toBe(3);
    expect([fingerprintAt('app.crt'), pairAt('app')]).toEqual([before, 'match']);
    const clients = readInventory(state).certificates.filter(({ usage }) => usage === 'client');
    expect(clients.map(({ fingerprintSha256 }) => fingerprintSha256)).toEqual([before]);
    expect(readdirSync(folder).sort()).toEqual(['.wardis', 'app.crt', 'app.key', long]);
  });

  it('finishes what was cut short between the two renames, and clears what was cut short before', async () => {
    const before = await issue('app');
    const authority = await openAuthority(state);
    const files = { certificate: at('app.crt'), key: at('app.key') };
    const next = await authority.issue({ commonName: 'app', usage: 'client', days: 30, files });
    // Before the first rename: both lie beside.
    writeFileSync(at('app.key.wardis-next-0123456789abcdef'), next.key.reveal());
    writeFileSync(at('app.crt.wardis-next-0123456789abcdef'), next.certPem);
    expect((await renew(new Date())).exit).toBe(0);
    expect((await renew(later(21))).exit).toBe(0);
    expect(pairAt('app')).toBe('match');
    expect(fingerprintAt('app.crt')).not.toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['.wardis', 'app.crt', 'app.key']);
  });

  it('finishes a renewal that was killed after the key had its new name', async () => {
    const before = await issue('app');
    const authority = await openAuthority(state);
    const files = { certificate: at('app.crt'), key: at('app.key') };
    const next = await authority.issue({ commonName: 'app', usage: 'client', days: 90, files });
    renameSync(at('app.key'), at('app.key.wardis-last-0123456789abcdef'));
    writeFileSync(at('app.key'), next.key.reveal(), { mode: 0o600 });
    writeFileSync(at('app.crt.wardis-next-fedcba9876543210'), next.certPem, { mode: 0o640 });
    expect(pairAt('app')).toBe('mismatch');
    const answer = await renew(later(21));
    expect(answer, answer.out).toMatchObject({ exit: 0 });
    expect([fingerprintAt('app.crt'), pairAt('app')]).toEqual([next.fact.fingerprintSha256, 'match']);
    const old = readInventory(state).certificates.find(
      ({ fingerprintSha256 }) => fingerprintSha256 === before,
    );
    expect(old?.supersededBy).toBe(next.fact.fingerprintSha256);
  });

  it('tells a person about what another authority issued, at every call', async () => {
    const other = await createAuthority({ name: 'step-ca', days: 365 });
    const theirs = await issueCertificate(other, { commonName: 'batch', usage: 'client', days: 30 });
    writeFileSync(at('batch.crt'), theirs.certPem);
    expect((await run(['tls', 'adopt', at('batch.crt'), '--state', state])).exit).toBe(0);
    for (const args of [[], []]) {
      const answer = await renew(later(25), ...args);
      expect(answer.exit).toBe(3);
      expect(answer.out).toContain('step-ca');
    }
    expect((await renew(later(25), '--check')).exit).toBe(1);
    expect(readFileSync(at('batch.crt'), 'utf8')).toBe(theirs.certPem);
  });

  it('does not renew what ends with its authority: the next one would live no longer', async () => {
    await issue('app');
    const { certificates } = readInventory(state);
    const [root] = certificates.filter(({ usage }) => usage === 'authority');
    const end = Date.parse(root?.notAfter ?? '');
    const [client] = certificates.filter(({ usage }) => usage === 'client');
    if (client === undefined) throw new Error('nothing was issued');
    await recordCertificates(state, [{ ...client, notAfter: new Date(end).toISOString() }]);
    const answer = await renew(new Date(end - DAY));
    expect(answer.exit).toBe(3);
    expect(answer.out).toContain('wardis tls rotate ca --next');
  });

  it('is one at a time', async () => {
    await issue('app');
    const lock = lockState(state, 'a test', new Date());
    try {
      const answer = await renew(later(21));
      expect(answer).toMatchObject({ exit: 2, out: '' });
      expect(answer.err).toContain('E_LOCKED');
    } finally {
      lock.release();
    }
  });

  it('says that nobody knows what is due when the inventory cannot be read', async () => {
    await issue('app');
    writeFileSync(join(state, 'tls', 'inventory.json'), '{');
    const answer = await renew(later(21), '--check');
    expect(answer.exit).toBe(2);
    expect(answer.err).toContain('E_STATE');
  });

  it('looks ahead as far as it is told, and refuses what is no time', async () => {
    await issue('app');
    expect((await renew(later(15), '--check')).exit).toBe(0);
    expect((await renew(later(15), '--check', '--within', '6d')).exit).toBe(1);
    expect((await renew(later(1), '--check', '--within', '365d')).exit).toBe(0);
    expect((await renew(later(1), '--check', '--within', 'soon')).exit).toBe(2);
  });
});

describe('the timer of wardis tls renew', () => {
  it('runs this command line with absolute paths, as one user, and writes only where it must', async () => {
    await issue('app');
    const { exit, out } = await renew(new Date(), '--systemd', '--as', 'wardis');
    expect(exit).toBe(0);
    expect(out).toContain(`tls renew --state ${state} --files-only`);
    expect(out).toContain('User=wardis');
    expect(out).toContain(`ReadWritePaths=${state}\nReadWritePaths=${folder}\n`);
    for (const line of [
      'Persistent=true',
      'RandomizedDelaySec=',
      'ProtectSystem=strict',
      'NoNewPrivileges=yes',
    ]) {
      expect(out).toContain(line);
    }
  });

  it('tries several times in the last third of the shortest life', async () => {
    const authority = await openAuthority(state);
    await authority.issue({ commonName: 'short', usage: 'client', days: 1 });
    const { out } = await renew(new Date(), '--systemd');
    expect(out).toContain('OnCalendar=hourly');
  });

  it('holds no password', async () => {
    const answer = await renew(new Date(), '--systemd', '-a', 'secret-1');
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).not.toContain('secret-1');
  });

  it('takes no value that would begin a line of its own', async () => {
    const answer = await renew(new Date(), '--systemd', '--passphrase-file', 'a\nExecStartPre=+x');
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('control character');
  });

  const systemd = spawnSync(ANALYZE, ['--version']).status === 0;
  it.skipIf(!systemd)('is accepted by systemd-analyze verify, whatever characters paths have', async () => {
    const odd = at('a folder with 100% "odd" $names');
    mkdirSync(odd, { mode: 0o700 });
    await createFoundation(odd, { name: 'odd' });
    const units = at('units');
    const user = spawnSync('id', ['-un'], { encoding: 'utf8' }).stdout.trim();
    const answer = await run(
      ['tls', 'renew', '--files-only', '--state', odd, '--systemd', units, '--as', user],
      { now: new Date() },
    );
    expect(answer, answer.err).toMatchObject({ exit: 0, out: '' });
    const files = readdirSync(units).map((name) => join(units, name));
    expect(files).toHaveLength(2);
    const verdict = spawnSync(ANALYZE, ['verify', '--man=no', ...files], { encoding: 'utf8' });
    expect([
      verdict.status,
      verdict.stderr.split('\n').filter((line) => line.includes('wardis-renew')),
    ]).toEqual([0, []]);
    expect((await run(['tls', 'renew', '--files-only', '--state', odd, '--systemd', units])).exit).toBe(2);
  });
});
